#!/usr/bin/env bash
# Installs what the checks need and the machine does not have: Debian packages,
# and tools below $CI_TOOLS.
set -euo pipefail
: "${CI_TOOLS:?is not set}"

debian_packages() {
  local wanted=(
    buildah busybox-static ca-certificates chromium curl fonts-dejavu-core git
    iproute2 jq podman runc shellcheck systemd unzip yamllint
  )
  local missing=() package
  for package in "${wanted[@]}"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  if [[ ${#missing[@]} -gt 0 ]] || ! unpacked; then
    apt-get update
  fi
  if [[ ${#missing[@]} -gt 0 ]]; then
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
  fi
}

# Prometheus, Alertmanager and kubectl are taken out of their packages, since
# installing the former would start services.
unpacked_packages() {
  if unpacked; then
    return
  fi
  local download
  download=$(mktemp -d)
  # apt downloads as a user of its own.
  chmod 0777 "$download"
  (cd "$download" && apt-get download prometheus prometheus-alertmanager kubernetes-client)
  local package
  for package in "$download"/*.deb; do
    dpkg-deb --extract "$package" "$CI_TOOLS/debian"
  done
  rm -rf "$download"
}

unpacked() {
  local program
  for program in promtool prometheus amtool prometheus-alertmanager kubectl; do
    [[ -x $CI_TOOLS/debian/usr/bin/$program ]] || return 1
  done
}

# Debian's Alertmanager has the path of its template compiled in.
alertmanager_template() {
  if [[ ! -e /usr/share/prometheus ]]; then
    ln -s "$CI_TOOLS/debian/usr/share/prometheus" /usr/share/prometheus
  fi
}

# go_tool PACKAGE@VERSION installs a tool once for each version of it and of Go.
go_tool() {
  local name kept
  name=$(basename "${1%@*}")
  kept=$CI_TOOLS/$name-${1#*@}-$(go env GOVERSION)
  if [[ ! -x $kept/$name ]]; then
    GOBIN=$kept go install "$1"
  fi
  ln -sf "$kept/$name" "$CI_TOOLS/bin/$name"
}

own_tools() {
  local tool
  for tool in .ci/tools/*/; do
    (cd "$tool" && go build -o "$CI_TOOLS/bin/" .)
  done
}

mkdir -p "$CI_TOOLS/bin" "$CI_TOOLS/debian"
# The network has one, the processor the other.
(debian_packages && unpacked_packages && alertmanager_template) &
debian=$!
go_tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
go_tool github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
own_tools
wait "$debian"
