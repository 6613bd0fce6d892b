#!/bin/sh
# Runs a command, and says in a room how it went:  notify_build.sh HOST[:PORT] ROOM COMMAND...
# Its exit code is the command's.
host=$1 room=$2
shift 2
start=$(date +%s)
"$@"
code=$?
result=ok
[ $code -eq 0 ] || result="FAILED with $code"
clint "$host" --name build --room "$room" --send "$* on $(uname -n): $result after $(($(date +%s) - start)) s" >/dev/null
exit $code
