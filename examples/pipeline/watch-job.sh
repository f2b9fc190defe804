#!/usr/bin/env bash
# Hands a job over to asyncjob_exporter: from its next scrape on it is watched.
#
#   watch-job.sh FILE JOB_ID [NAME [LABEL=VALUE]...]
#
# FILE is one that a target's job_files match and nobody else writes, such as
# /etc/asyncjob_exporter/jobs/vcenter-ubuntu.json: the next upload may write it
# again. "-" prints the list instead, for what keeps it elsewhere. Needs jq.
set -euo pipefail

if [[ $# -lt 2 ]]; then
  echo "usage: watch-job.sh FILE JOB_ID [NAME [LABEL=VALUE]...]" >&2
  exit 2
fi
file=$1 id=$2 name=${3:-}
for label in "${@:4}"; do
  if [[ $label != ?*=* ]]; then
    echo "watch-job.sh: $label is not LABEL=VALUE" >&2
    exit 2
  fi
done

# jq writes the values, so that no character in them means anything.
job=$(jq --null-input --arg id "$id" --arg name "$name" '
  [{id: $id}
   + if $name == "" then {} else {name: $name} end
   + if $ARGS.positional == [] then {} else
       {labels: ($ARGS.positional | map(capture("^(?<key>[^=]+)=(?<value>.*)$")) | from_entries)}
     end]' --args "${@:4}")

if [[ $file == - ]]; then
  printf '%s\n' "$job"
  exit
fi

# The exporter may read at any moment, and must find the whole file or none: it
# is written beside, under a name that no pattern matches, and then renamed.
beside=$(mktemp "$(dirname "$file")/.watch-job.XXXXXX")
trap 'rm -f "$beside"' EXIT
printf '%s\n' "$job" >"$beside"
chmod 0644 "$beside"
mv "$beside" "$file"
