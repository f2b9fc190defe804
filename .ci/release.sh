#!/usr/bin/env bash
# Releases this commit three times and wants the same bytes: in one place, in
# another under another user's settings, and, for one platform, without any
# package that was compiled before.
set -euo pipefail
: "${CI_SCRATCH:?is not set}"

first=$CI_SCRATCH/release-1 second=$CI_SCRATCH/release-2 third=$CI_SCRATCH/release-3

# release CLONE OUTPUT [FLAG...]
release() {
  local clone=$1 output=$2
  shift 2
  git clone --quiet . "$clone"
  (cd "$clone" && go run ./internal/release -output "$output" "$@")
}

release "$CI_SCRATCH/clone" "$first"
(
  umask 077
  GOMODCACHE=$(go env GOMODCACHE) GOCACHE=$(go env GOCACHE)
  export GOMODCACHE GOCACHE TZ=Pacific/Chatham LC_ALL=C HOME=$CI_SCRATCH/home USER=somebody
  mkdir -p "$HOME"
  release "$CI_SCRATCH/another/clone of it" "$second"
  export GOCACHE=$CI_SCRATCH/cache
  release "$CI_SCRATCH/third" "$third" -platforms "$(go env GOOS)/$(go env GOARCH)"
)
diff --recursive "$first" "$second"
for file in "$third"/*.tar.gz "$third"/*.cdx.json; do
  cmp "$file" "$first/$(basename "$file")"
done

(cd "$first" && sha256sum --check sha256sums.txt)
jq --exit-status '.bomFormat == "CycloneDX" and (.components | length) > 1' "$first"/*.cdx.json
for archive in "$first"/*.zip; do
  unzip -tqq "$archive"
done

# What a user unpacks runs, and says what it is.
unpacked=$CI_SCRATCH/unpacked
mkdir -p "$unpacked"
tar --extract --gzip --strip-components=1 --directory "$unpacked" --file "$first"/*."$(go env GOOS)-$(go env GOARCH)".tar.gz
ls -R "$unpacked"
"$unpacked/asyncjob_exporter" --version | tee "$CI_SCRATCH/released-version"
grep -qF "version $(cat VERSION) (branch: v$(cat VERSION), revision: $(git rev-parse HEAD))" "$CI_SCRATCH/released-version"
