#!/usr/bin/env bash
# examples.sh BINARY: asks each program that reads one of the examples whether it
# understands it.
set -euo pipefail
: "${CI_SCRATCH:?is not set}"
binary=$1
debian=${CI_TOOLS:?is not set}/debian/usr/bin

"$binary" --config.check --config.file=examples/asyncjob.yml
"$debian/promtool" check config examples/prometheus.yml examples/prometheus/*.yml
"$debian/amtool" check-config examples/alertmanager.yml

# Verify wants to find the program, and a user who never enters the docs of
# systemd's own units.
unit=$CI_SCRATCH/asyncjob_exporter.service
sed "s|/usr/local/bin/asyncjob_exporter|$binary|" examples/systemd/asyncjob_exporter.service >"$unit"
systemd-analyze verify --man=no --recursive-errors=one "$unit"
systemd-analyze security --offline=true --threshold=15 "$unit"

composefile examples/compose.yaml

# What kubectl makes of the kustomization, and each manifest, also those that it
# has only as comments.
"$debian/kubectl" kustomize examples/kubernetes >"$CI_SCRATCH/kustomized.yaml"
manifests "$CI_SCRATCH/kustomized.yaml"
for manifest in examples/kubernetes/*.yaml; do
  if [[ $manifest != */kustomization.yaml ]]; then
    manifests "$manifest"
  fi
done
