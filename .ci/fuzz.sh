#!/usr/bin/env bash
# Runs every fuzz target for some seconds. What one finds is kept by Go below
# testdata/fuzz of its package, to be mended and committed as a seed.
set -euo pipefail
seconds=${FUZZ_SECONDS:-5}

targets=0
for package in $(go list ./...); do
  for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package"
    targets=$((targets + 1))
  done
done
echo "$targets fuzz targets"
[[ $targets -gt 0 ]]
