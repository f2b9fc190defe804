#!/usr/bin/env bash
# Checks the alert rules and runs their unit tests.
set -euo pipefail
promtool=${CI_TOOLS:?is not set}/debian/usr/bin/promtool

"$promtool" check rules alerts/*.rules.yml
tests=(alerts/*_test.yml alerts/*.test.yml alerts/tests/*.yml)
found=0
for file in "${tests[@]}"; do
  if [[ -f $file ]]; then
    "$promtool" test rules "$file"
    found=1
  fi
done
if [[ $found -eq 0 ]]; then
  echo "no unit test of the alert rules was found"
  exit 1
fi
