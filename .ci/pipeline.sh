#!/usr/bin/env bash
# pipeline.sh BINARY: runs the example of a pipeline against the demo, from the
# start of an upload to its end: one that succeeds and one that fails.
set -euo pipefail
: "${CI_SCRATCH:?is not set}"
binary=$1
place=$CI_SCRATCH/pipeline
mkdir -p "$place/jobs"
: >"$place/log"

"$binary" --demo --web.listen-address=127.0.0.1:0 >"$place/guide" 2>"$place/log" &
exporter=$!
scraper=
finish() {
  local status=$?
  kill $scraper "$exporter" 2>/dev/null || true
  if [[ $status -ne 0 ]]; then
    cat "$place/log"
  fi
  exit "$status"
}
trap finish EXIT

# Port 0 is one that is free; the log says which.
for _ in $(seq 300); do
  address=$(sed -n 's/.*msg="Listening on".*address=\([0-9.:]*\).*/\1/p' "$place/log" | head -n 1)
  if [[ -n $address ]] && curl --fail --silent --output "$place/metrics" "http://$address/metrics"; then
    break
  fi
  sleep 0.1
done

# As Prometheus does, only more often.
while sleep 1; do
  curl --silent --output /dev/null "http://$address/metrics" || true
done &
scraper=$!

VCENTER=$(sed -n 's/^ *vsphere *//p' "$place/guide")
VCENTER_NETRC=$place/netrc
JOB_DIRECTORY=$place/jobs
EXPORTER=http://$address
export VCENTER VCENTER_NETRC JOB_DIRECTORY EXPORTER
echo 'machine 127.0.0.1 login uploader@vsphere.local password vsphere-demo-password' >"$VCENTER_NETRC"
item=$(sed -n 's/.*asyncjob_vsphere_session_info{.*library_item_id="\([^"]*\)".*/\1/p' "$place/metrics" | head -n 1)

# upload NAME SOURCE starts one, waits for its end, and says how that was.
upload() {
  examples/pipeline/upload-to-library.sh "$item" "$1" "$2"
  local status=0
  examples/pipeline/wait-for-job.sh vcenter-demo "$(jq --raw-output '.[0].id' "$JOB_DIRECTORY/vcenter-$1.json")" 120 || status=$?
  echo "$1 ended with $status"
  [[ $status -eq $3 ]]
}

upload ubuntu https://mirror.example.com/ubuntu.iso 0
upload broken https://mirror.invalid/broken.iso 1

echo "a job that nobody knows, and a call without one:"
status=0
examples/pipeline/wait-for-job.sh vcenter-demo nobody-knows-it 3 || status=$?
[[ $status -eq 3 ]]
status=0
examples/pipeline/wait-for-job.sh vcenter-demo || status=$?
[[ $status -eq 2 ]]
