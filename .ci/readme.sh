#!/usr/bin/env bash
# readme.sh DOCUMENT...: follows documents of the project to the letter, each as a
# user would who has nothing yet: an empty home, no network, a machine whose /etc
# may be written to. A comment before each block says what becomes of it:
#
#   <!-- ci: run -->              run it; it has to succeed
#   <!-- ci: run COMMAND -->      run the command before it
#   <!-- ci: background NAME -->  run it, but do not wait for its last command
#   <!-- ci: await NAME TEXT -->  wait until it says this, for three minutes
#   <!-- ci: end NAME, NAME -->   press Ctrl-C there
#   <!-- ci: until TEXT -->       run it until it says this, for three minutes
#   <!-- ci: shows COMMAND -->    run the command, then what is typed after "$ ", which
#                                 has to print the lines below it
#   <!-- ci: file NAME -->        it is the content of a file
#   <!-- ci: not here, REASON --> it needs what a machine of CI has not
#
# A block of commands that has no such comment fails. Only README.md begins
# outside of a clone, since it makes one.
#
# Where the commands go out to GitHub, they find this clone and its release.
set -euo pipefail
: "${CI_TOOLS:?is not set}" "${CI_SCRATCH:?is not set}"

if [[ $1 != --inside ]]; then
  # A network of loopback alone, so that every port is free, and mounts that
  # nobody else sees.
  exec unshare --net --mount --propagation private "$0" --inside "$@"
fi
shift
project=$PWD steps=
place=$CI_SCRATCH/readme
release=$CI_SCRATCH/release-1

# prepare makes what a machine has around a home, in copies.
prepare() {
  ip link set lo up
  rm -rf "$place"
  mkdir -p "$place"/{etc,bin,tmp} /tmp/asyncjob
  cp --archive /etc/. "$place/etc"
  mkdir -p "$place"/etc/{prometheus,systemd/system}
  mount --bind "$place/etc" /etc
  mount --bind "$place/bin" /usr/local/bin
  mount --bind "$place/tmp" /tmp/asyncjob
  # The machine has a runner of pipelines.
  useradd --system --no-create-home gitlab-runner
  git clone --quiet --bare --no-tags "$project" "$place/github.git"
  if [[ ! -d $release ]]; then
    git clone --quiet "$project" "$place/source"
    (cd "$place/source" && go run ./internal/release -output "$release" -platforms "$(go env GOOS)/$(go env GOARCH)")
  fi
}

# Modules come from those that were fetched for this project, and what was
# compiled is used again: a home without them would only take longer.
environment() {
  local modules compiled goroot
  modules=$(go env GOMODCACHE)
  compiled=$(go env GOCACHE)
  goroot=$(go env GOROOT)
  printf '%s\n' \
    "HOME=$1" "PATH=$1/go/bin:$goroot/bin:$CI_TOOLS/debian/usr/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "TERM=dumb" "LANG=C.UTF-8" "GOMODCACHE=$modules" "GOCACHE=$compiled" "GOTOOLCHAIN=local" \
    "GOPROXY=file://$modules/cache/download" "GOPRIVATE=github.com/asyncjob-exporter" "GOSUMDB=off" "GIT_CONFIG_SYSTEM=/dev/null"
}

# split DOCUMENT DIRECTORY writes each comment into a file N.what, and the block
# after it, without its indentation, into N.block.
split() {
  awk -v to="$2" '
    function trimmed(text) { gsub(/^ +| +$/, "", text); return text }
    /^ *<!-- ci: .* -->$/ {
      what = $0; sub(/^ *<!-- ci: /, "", what); sub(/ -->$/, "", what)
      number = sprintf("%03d", ++count)
      print what >(to "/" number ".what")
      awaited = what !~ /^(await|end) /
      next
    }
    !inside && /^ *```/ {
      inside = 1; language = trimmed($0); sub(/^```/, "", language)
      match($0, /^ */); indentation = RLENGTH
      if (!awaited && language ~ /^(sh|bash|console)$/) {
        printf "%s:%d: no comment says what becomes of this block\n", FILENAME, FNR >"/dev/stderr"
        failed = 1
      }
      keep = awaited; awaited = 0
      next
    }
    inside && /^ *```$/ { inside = 0; next }
    inside && keep { print substr($0, indentation + 1) >(to "/" number ".block") }
    END { exit failed }' "$1"
}

# here BLOCK runs commands where the last ones ended.
here() {
  # shellcheck disable=SC2016 # it is the inner shell that expands them
  env --ignore-environment "${variables[@]}" bash -c '
    set -euo pipefail
    cd "$(cat "$1")"
    trap "pwd >\"\$1\"" EXIT
    source "$2"' bash "$steps/directory" "$1"
}

# last BLOCK writes its last command into BLOCK.last, the others into BLOCK.first.
last() {
  awk -v block="$1" '
    { line[NR] = $0; if (line[NR - 1] !~ /\\$/) begins = NR }
    END { for (i = 1; i <= NR; i++) print line[i] >(block (i < begins ? ".first" : ".last")) }' "$1"
  touch "$1.first"
}

# background NAME BLOCK
background() {
  last "$2"
  here "$2.first"
  here_in_background "$1" "$2.last"
}

here_in_background() {
  (cd "$(cat "$steps/directory")" && exec env --ignore-environment "${variables[@]}" setsid bash "$2") >"$steps/log.$1" 2>&1 &
  running[$1]=$!
  # Before it has a group of its own it cannot be ended by that.
  until kill -0 -- "-$!" 2>/dev/null; do sleep 0.1; done
}

# await NAME TEXT
await() {
  local deadline=$((SECONDS + 180))
  until grep -qF "$2" "$steps/log.$1"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# until_it_says TEXT BLOCK
until_it_says() {
  local deadline=$((SECONDS + 180)) said=
  while ((SECONDS < deadline)); do
    said=$(here "$2" 2>&1) || true
    if [[ $said == *"$1"* ]]; then
      printf '%s\n' "$said" | head -n 30
      return
    fi
    sleep 1
  done
  printf 'it never said %s, but\n%s\n' "$1" "$said"
  return 1
}

# shows BLOCK runs the first line and compares what it prints with the others.
shows() {
  sed -n '1s/^\$ //p' "$1" >"$1.typed"
  here "$1.typed" >"$1.said"
  diff <(tail -n +2 "$1") "$1.said"
}

# end NAME... ends what runs in the background, and all that it has started.
end() {
  local name
  for name in "$@"; do
    kill -TERM -- "-${running[$name]}" 2>/dev/null || true
    wait "${running[$name]}" 2>/dev/null || true
    unset "running[$name]"
  done
}

# act WHAT BLOCK
act() {
  local words=${1#* }
  case $1 in
    run) here "$2" ;;
    run\ *)
      printf '%s\n' "$words" | cat - "$2" >"$2.both"
      here "$2.both"
      ;;
    background\ *) background "$words" "$2" ;;
    await\ *) await "${words%% *}" "${words#* }" ;;
    end\ *) IFS=', ' read -ra names <<<"$words" && end "${names[@]}" ;;
    shows\ *)
      printf '%s\n' "$words" >"$2.before"
      here "$2.before"
      shows "$2"
      ;;
    until\ *) until_it_says "$words" "$2" ;;
    file\ /*) cp "$2" "$words" ;;
    file\ *) cp "$2" "$(cat "$steps/directory")/$words" ;;
    "not here, "*) ;;
    *) echo "nobody knows what to do with it" && return 1 ;;
  esac
}

# follow DOCUMENT
follow() {
  local step what
  steps=$place/$(tr / _ <<<"$1")
  home=$steps/home
  mkdir -p "$home"
  environment "$home" >"$steps/variables"
  mapfile -t variables <"$steps/variables"
  release_address=https://github.com/asyncjob-exporter/asyncjob_exporter/releases/download/v$(cat VERSION)
  printf '[url "file://%s"]\n\tinsteadOf = https://github.com/asyncjob-exporter/asyncjob_exporter\n[safe]\n\tdirectory = *\n' \
    "$place/github.git" >"$home/.gitconfig"
  split "$1" "$steps"
  echo "$home" >"$steps/directory"
  if [[ $1 != README.md ]]; then
    git clone --quiet "$place/github.git" "$home/asyncjob_exporter"
    echo "$home/asyncjob_exporter" >"$steps/directory"
  fi
  for step in "$steps"/*.what; do
    what=$(cat "$step")
    printf '\n== %s: %s\n' "$1" "$what"
    if [[ -e ${step%.what}.block ]]; then
      sed -i "s|$release_address|file://$release|; s|linux-amd64|linux-$(go env GOARCH)|g" "${step%.what}.block"
      cat "${step%.what}.block"
    fi
    act "$what" "${step%.what}.block"
  done
  end "${!running[@]}"
}

declare -A running=()
finish() {
  local status=$?
  trap - EXIT
  end "${!running[@]}"
  if [[ $status -ne 0 ]]; then
    tail -n 50 "$steps"/log.* 2>/dev/null || true
  fi
  exit "$status"
}
trap finish EXIT
prepare
for document in "$@"; do
  follow "$document"
done
