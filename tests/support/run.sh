#!/usr/bin/env bash
# What `make run` does once all is built: starts a host on a free port and joins you to it. Without a terminal on
# standard input two clints talk through it instead.
set -euo pipefail
build=${1:?usage: run.sh BUILD_FOLDER}
log=$(mktemp)
heard=$(mktemp)
host_id=
finish() {
  [ -z "$host_id" ] || { kill -INT "$host_id" 2>/dev/null || true; wait "$host_id" || true; }
  rm -f "$log" "$heard"
}
trap finish EXIT

# Until the host's log has such a line; it fails when the process that is to bring it about has ended before.
says() {
  until grep -q "$1" "$log"; do
    kill -0 "${2:-$host_id}" 2>/dev/null || grep -q "$1" "$log" || return 1
    sleep 0.05
  done
}

if [ -t 0 ]; then
  # The port everybody knows, or a free one if somebody has it.
  "$build/host" --plain --quiet --port "${PORT:-12345}" </dev/null >"$log" 2>/dev/null & host_id=$!
  if ! says '^Security mode'; then
    "$build/host" --plain --quiet --port auto </dev/null >"$log" & host_id=$!
    says '^Security mode'
  fi
else
  "$build/host" --plain --port auto </dev/null >"$log" & host_id=$!
  says '^Security mode'
fi
address=$(sed -n 's/^Listening on \([^ ]*[0-9]\)\.\.\. .*/\1/p' "$log")

if [ -t 0 ]; then
  cat "$log"
  echo "Join from another terminal: $build/clint $address"
  echo "Type a line and press Enter; exit leaves."
  echo
  "$build/clint" "$address"
  exit
fi
printf 'hello, is anybody here?\n' | "$build/clint" "$address" --name alice --wait 'bob is' --timeout 20 >"$heard" & alice_id=$!
says '^alice: ' "$alice_id"
printf 'yes: bob is\n' | "$build/clint" "$address" --name bob --backlog 10
wait "$alice_id"
echo "--- what alice saw:"
cat "$heard"
kill -INT "$host_id"
wait "$host_id"
host_id=
echo "--- what the host saw:"
cat "$log"
