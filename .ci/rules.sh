#!/usr/bin/env bash
# Checks the alert rules; their unit tests are run by the tests of alerts/.
set -euo pipefail
"${CI_TOOLS:?is not set}/debian/usr/bin/promtool" check rules alerts/*.rules.yml
