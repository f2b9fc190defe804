#!/usr/bin/env bash
# A pipeline step: lets a vCenter pull an image into a content library, and hands
# the update session over to asyncjob_exporter. It does not wait for the end; that
# the upload fails, stalls or expires is for the alerts to say.
#
#   VCENTER=https://vcenter.example.com VCENTER_NETRC=$HOME/.netrc \
#   JOB_DIRECTORY=/etc/asyncjob_exporter/jobs \
#     upload-to-library.sh LIBRARY_ITEM_ID NAME SOURCE_URL
#
# NAME becomes the job's name and a part of a file's. The account stands in a
# netrc file and never on a command line, which everybody on the machine could
# read. Needs curl and jq.
set -euo pipefail

if [[ $# -ne 3 ]]; then
  echo "usage: upload-to-library.sh LIBRARY_ITEM_ID NAME SOURCE_URL" >&2
  exit 2
fi
item=$1 name=$2 source=$3
if [[ ! $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]]; then
  echo "upload-to-library.sh: NAME may have letters, digits, dots, underscores and hyphens" >&2
  exit 2
fi

# The API of vSphere 6.5 and later. The newer /api has the same calls.
api=${VCENTER:?is not set}/rest/com/vmware
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT

request() { # METHOD PATH [JSON]
  curl --fail --silent --show-error --request "$1" --header @"$headers" \
    --header "Content-Type: application/json" --data "${3:-}" "$api/$2"
}

token=$(curl --fail --silent --show-error --request POST \
  --netrc-file "${VCENTER_NETRC:?is not set}" "$api/cis/session" | jq --raw-output .value)
printf 'vmware-api-session-id: %s\n' "$token" >"$headers"

session=$(request POST content/library/item/update-session \
  "$(jq --null-input --arg item "$item" '{create_spec: {library_item_id: $item}}')" | jq --raw-output .value)

# Before anything can go wrong with it.
"$(dirname "$0")/watch-job.sh" "${JOB_DIRECTORY:?is not set}/vcenter-$name.json" "$session" "$name"

request POST "content/library/item/updatesession/file/id:$session?~action=add" \
  "$(jq --null-input --arg name "$(basename "$source")" --arg uri "$source" \
    '{file_spec: {name: $name, source_type: "PULL", source_endpoint: {uri: $uri}}}')" >/dev/null
request POST "content/library/item/update-session/id:$session?~action=complete" >/dev/null
request DELETE cis/session >/dev/null

echo "update session $session is watched as $name"
