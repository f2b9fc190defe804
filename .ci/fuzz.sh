#!/usr/bin/env bash
# Runs every fuzz target on some thousand inputs, which takes seconds. What one
# finds is kept by Go below testdata/fuzz of its package, to be mended and
# committed as a seed. By number and not by time: where time runs out in the
# middle of an input, Go reports "context deadline exceeded" as a failure.
set -euo pipefail
inputs=${FUZZ_INPUTS:-8000}

targets=0
for package in $(go list ./...); do
  for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${inputs}x" -fuzzminimizetime 10x "$package"
    targets=$((targets + 1))
  done
done
echo "$targets fuzz targets"
[[ $targets -gt 0 ]]
