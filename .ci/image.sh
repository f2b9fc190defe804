#!/usr/bin/env bash
# Lints the Dockerfile, builds it on stand-ins for its base images, since neither
# can be pulled here, and runs the image as an orchestrator would: no capability,
# nothing to write to.
set -euo pipefail
: "${CI_SCRATCH:?is not set}"
export STORAGE_DRIVER=vfs
# Storage of its own, gone with the run.
mkdir -p "$CI_SCRATCH/storage" "$CI_SCRATCH/run"
cat >"$CI_SCRATCH/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$CI_SCRATCH/storage"
runroot = "$CI_SCRATCH/run"
CONF
export CONTAINERS_STORAGE_CONF=$CI_SCRATCH/storage.conf
trap 'rm -rf "$CI_SCRATCH/storage" "$CI_SCRATCH/run"' EXIT

# commit ROOT IMAGE [CONFIG...] makes an image of a directory.
commit() {
  local root=$1 image=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$root" / >/dev/null
  buildah config "$@" "$container"
  buildah commit --quiet --rm "$container" "$image" >/dev/null
}

# golang:1.26 as far as the Dockerfile needs it: a shell, CA roots, and this
# machine's Go, which is mounted and not copied. What the build downloads and
# compiles is shared with this run.
stand_in_for_golang() {
  local root=$CI_SCRATCH/golang applet
  mkdir -p "$root"/{bin,etc/ssl/certs,go,proc,root,sys,tmp,usr/local/go}
  cp /bin/busybox "$root/bin/"
  for applet in cat env ls mkdir sh; do
    ln -s busybox "$root/bin/$applet"
  done
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  commit "$root" docker.io/library/golang:1.26 \
    --env "PATH=/go/bin:/usr/local/go/bin:/bin" --env GOTOOLCHAIN=local \
    --env "GOPROXY=$(go env GOPROXY)" --env "GOSUMDB=$(go env GOSUMDB)" \
    --env GOMODCACHE=/shared/modules --env GOCACHE=/shared/build
}

# distroless/static: CA roots, the user, and nothing that could run.
stand_in_for_distroless() {
  local root=$CI_SCRATCH/distroless
  mkdir -p "$root"/{etc/ssl/certs,home/nonroot,tmp}
  chmod 1777 "$root/tmp"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
  commit "$root" gcr.io/distroless/static-debian13:nonroot --user 65532
}

build() {
  buildah build --quiet --isolation chroot --pull-never --format docker --tag asyncjob_exporter:ci \
    --platform "linux/$(go env GOARCH)" \
    --volume "$(go env GOROOT):/usr/local/go:ro" \
    --volume "$(go env GOMODCACHE):/shared/modules" \
    --volume "$(go env GOCACHE):/shared/build" \
    --build-arg REVISION=abcdef --build-arg BUILD_DATE=20260102-03:04:05 .
}

# Podman on a machine without systemd.
manage() {
  podman --cgroup-manager=cgroupfs --events-backend=file --runtime /usr/sbin/runc "$@"
}

run() {
  manage run --rm \
    --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 --cap-drop all --read-only "$@"
}

# expect WHAT TEXT fails unless standard input has the text.
expect() {
  local input
  input=$(cat)
  if [[ $input != *"$2"* ]]; then
    printf '%s lacks "%s":\n%s\n' "$1" "$2" "$input"
    return 1
  fi
}

# demo starts the image's demo, asks whether it is ready and as whom it runs, and
# stops it as an orchestrator would.
demo() {
  local log=$CI_SCRATCH/image-demo.log address container
  : >"$log"
  run --network host --cidfile "$CI_SCRATCH/container" asyncjob_exporter:ci \
    --demo --web.listen-address=127.0.0.1:0 >"$log" 2>&1 &
  local exporter=$!
  for _ in $(seq 100); do
    address=$(sed -n 's/.*msg="Listening on".*address=\([0-9.:]*\).*/\1/p' "$log" | head -n 1)
    if [[ -n $address ]] && curl --fail --silent --output /dev/null "http://$address/-/ready"; then
      break
    fi
    sleep 0.1
  done
  cat "$log"
  curl --fail --silent --show-error "http://$address/-/healthy"
  container=$(cat "$CI_SCRATCH/container")
  expect "the process" $'Uid:\t65532\t65532\t65532\t65532' \
    <"/proc/$(manage inspect --format '{{.State.Pid}}' "$container")/status"
  manage stop --time 10 "$container"
  wait "$exporter"
}

dockerlint Dockerfile
stand_in_for_golang
stand_in_for_distroless
build

run --network none asyncjob_exporter:ci --version 2>&1 | tee "$CI_SCRATCH/version"
expect "--version" "version $(cat VERSION)" <"$CI_SCRATCH/version"
expect "--version" "revision: abcdef" <"$CI_SCRATCH/version"

configuration=$(manage image inspect --format '{{json .Config}}' asyncjob_exporter:ci)
jq --exit-status --arg version "$(cat VERSION)" '
  .User == "65532:65532"
  and (.ExposedPorts | has("10110/tcp"))
  and .Entrypoint == ["/bin/asyncjob_exporter"]
  and .Cmd == ["--config.file=/etc/asyncjob_exporter/asyncjob.yml"]
  and .Labels["org.opencontainers.image.version"] == $version
  and .Labels["org.opencontainers.image.revision"] == "abcdef"
  and .Labels["org.opencontainers.image.licenses"] == "Apache-2.0"' <<<"$configuration"

# The program in it is static and runs as nobody in particular.
run --network none --volume "$PWD/examples:/etc/asyncjob_exporter:ro" asyncjob_exporter:ci \
  --config.check --config.file=/etc/asyncjob_exporter/asyncjob.yml
demo
