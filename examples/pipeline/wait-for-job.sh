#!/usr/bin/env bash
# A pipeline step: waits until a job that asyncjob_exporter watches has ended, and
# exits by how it ended. The exporter reads a job whenever Prometheus scrapes it.
#
#   EXPORTER=http://exporter.example.com:10110 wait-for-job.sh TARGET JOB_ID [SECONDS]
#
#   0  it succeeded
#   1  it failed, was canceled or has expired, or is gone for two minutes
#   2  this was called wrongly
#   3  SECONDS, an hour by default, have passed
#
# Where the exporter asks for a login, it stands in a netrc file that
# EXPORTER_NETRC names. Needs curl and jq.
set -euo pipefail

if [[ $# -lt 2 || $# -gt 3 || ! ${3:-0} =~ ^[0-9]+$ ]]; then
  echo "usage: wait-for-job.sh TARGET JOB_ID [SECONDS]" >&2
  exit 2
fi
target=$1 id=$2 deadline=$((SECONDS + ${3:-3600}))
: "${EXPORTER:?is not set}"

# status is a line: the job's state, and what else is known of it. The exporter may
# not be reached, not know the job yet, or not be able to read it: that may pass.
status() {
  curl --silent --show-error --max-time 30 ${EXPORTER_NETRC:+--netrc-file "$EXPORTER_NETRC"} --get "$EXPORTER/api/v1/jobs" \
    --data-urlencode "target=$target" --data-urlencode "job_id=$id" 2>&1 |
    jq --raw-input --slurp --raw-output '
      (fromjson? // {error: .}) as $answer | $answer.data as $job |
      if $answer.status != "success" then "unknown: \($answer.error)" else
        [$job.state,
         ($job | select(.final | not) | .progress_ratio | values | "\(. * 100 | floor) %"),
         ($job.query_failure.message | values),
         ($job.error_info.error | values)] | join(" ")
      end | gsub("\\s+"; " ")'
}

before='' gone=''
while ((SECONDS < deadline)); do
  now=$(status || true)
  if [[ $now != "$before" ]]; then
    printf '%(%T)T  %s\n' -1 "$now"
    before=$now
  fi
  case ${now%% *} in
    succeeded) exit 0 ;;
    failed | canceled | expired) exit 1 ;;
    # A vCenter may say so of a session that it has only just begun.
    gone)
      gone=${gone:-$SECONDS}
      if ((SECONDS - gone >= 120)); then
        exit 1
      fi
      ;;
    *) gone='' ;;
  esac
  sleep 2
done
echo "wait-for-job.sh: it has not ended" >&2
exit 3
