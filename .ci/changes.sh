#!/usr/bin/env bash
# changes.sh VERSION prints the version's section of CHANGELOG.md, without its
# heading, and fails where there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

changes=$(awk -v version="$1" '
  /^## / { here = $2 == version; next }
  here
' CHANGELOG.md)
if [[ -z $changes ]]; then
  echo "CHANGELOG.md says nothing of $1" >&2
  exit 1
fi
printf '%s\n' "$changes"
