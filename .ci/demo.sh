#!/usr/bin/env bash
# demo.sh BINARY: starts the built exporter with --demo, scrapes it, lints the
# scrape and stops it as an orchestrator would.
set -euo pipefail
: "${CI_TOOLS:?is not set}" "${CI_SCRATCH:?is not set}"
binary=$1
log=$CI_SCRATCH/demo.log
scrape=$CI_SCRATCH/demo.metrics

: >"$log"
"$binary" --demo --web.listen-address=127.0.0.1:0 >"$log" 2>&1 &
exporter=$!
trap 'kill "$exporter" 2>/dev/null || true; cat "$log"' EXIT

# Port 0 is one that is free; the log says which.
for _ in $(seq 100); do
  address=$(sed -n 's/.*msg="Listening on".*address=\([0-9.:]*\).*/\1/p' "$log" | head -n 1)
  if [[ -n $address ]] && curl --fail --silent --output /dev/null "http://$address/-/ready"; then
    break
  fi
  sleep 0.1
done
curl --fail --silent --show-error "http://$address/metrics" >"$scrape"

for system in sample_exchange vsphere oracle_marketplace oracle_content; do
  if ! grep -q "^asyncjob_up{.*system=\"$system\".*} 1\$" "$scrape"; then
    echo "the scrape has no job of $system that could be read"
    exit 1
  fi
done
"$CI_TOOLS/debian/usr/bin/promtool" check metrics <"$scrape"

kill -TERM "$exporter"
wait "$exporter"
