#!/usr/bin/env bash
# What it costs to have much stored: three servers, messages a second while they have little and once they have MESSAGES
# (10,000,000), pages and searches then, one request at a time; and how long one server takes to start while the others
# serve, once right after all that and once when they have made everything searchable, and all of them from `up` until
# a primary serves.
#   test-scripts/big-database.sh [MESSAGES] [--dir DIR] [--json FILE]
# Takes 25 minutes and 15 GB below DIR (default: the temporary folder) for ten million. Exit status 1 if a request failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
holdfast=$here/../setup_distributed.sh
messages=10000000
parent=${TMPDIR:-/tmp}
json=""
while [ $# -gt 0 ]; do
  case $1 in
    --dir) parent=$2; shift 2 ;;
    --json) json=$2; shift 2 ;;
    *[!0-9]* | '') sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    *) messages=$1; shift ;;
  esac
done

# The one who reads has so many conversations with so many messages of its own; the rest are other people's.
conversations=500
own=$((messages / 10))
fill_seconds=60
calm_seconds=1500
# Three servers that read two million requests each, maybe from a disk that others use.
start_seconds=300

folder=$(mktemp -d "$parent/holdfast-big-XXXXXX")
file=$folder/servers.properties
json=${json:-$folder/results.jsonl}
for n in 1 2 3; do
  echo "server.$n=127.0.0.1:2809$n:2808$n"
done > "$file"
finish() {
  if [ "$1" -ne 0 ]; then
    tail -n 20 "$folder"/up.txt "$folder"/down.txt "$folder"/one.txt >&2 || true
  fi
  "$holdfast" --config "$file" down > "$folder/down.txt" 2>&1 || true
  rm -rf "$folder"
}
trap 'finish $?' EXIT
trap 'exit 130' INT TERM

up() {
  local begun=$EPOCHREALTIME
  "$holdfast" --config "$file" up --wait "$start_seconds" > "$folder/up.txt"
  awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { printf "up until a primary serves: %.2f s (the launch script included)\n", b - a }'
}
# One server ends and starts again while the others serve.
one() {
  "$holdfast" --config "$file" down 3 > "$folder/down.txt"
  local begun=$EPOCHREALTIME
  "$holdfast" 3 --config "$file" > "$folder/one.txt" 2>&1 &
  local pid=$!
  until grep -q 'serves clients' "$folder/one.txt"; do
    kill -0 "$pid"
    sleep 0.02
  done
  awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { printf "one server until it serves: %.2f s (the launch script included)\n", b - a }'
  sed -n 's/.*NewestRequests: /    /p' "$folder/one.txt"
  kill "$pid"
  wait "$pid" || true
  "$holdfast" --config "$file" up 3 --wait "$start_seconds" > "$folder/up.txt"
}
# Returns when the servers have nothing to do any more: three of them that index take the processors from a fourth.
calm() {
  local before=-1 now=0 waited=0
  while [ $((now - before)) -gt 0 ] && [ "$waited" -lt "$calm_seconds" ]; do
    before=$now
    sleep 5
    waited=$((waited + 5))
    now=$(cat "$folder"/data/server-*/pid | awk '/^[0-9]+$/' | xargs -n 1 ps -o cputimes= -p | awk '{ s += $1 } END { print int(s / 2) }')
  done
  echo "    calm after $waited s"
}
bench() { "$holdfast" bench "$@" --config "$file" --json "$json"; }
short() { grep -E 'servers, |throughput|latency|server '; }
# A disk that stops for a second may cost an election, which bench tells; what is measured then is measured once more.
measured() {
  if ! bench "$@" > "$folder/measured.txt" 2>&1; then
    tail -n 3 "$folder/measured.txt"
    echo "    once more"
    bench "$@" > "$folder/measured.txt" 2>&1 || { cat "$folder/measured.txt"; return 1; }
  fi
  short < "$folder/measured.txt"
}
written() {
  local line=0
  line=$(tail -n 1 "$json" | sed 's/.*"done":\([0-9]*\).*/\1/')
  echo "$line"
}

up
one
echo "--- with little"
measured write --outstanding 256 --warmup 30 --seconds 15
stored=0
while [ "$stored" -lt $((messages - own)) ]; do
  # Not a measurement: a disk that stops for a second may cost an election, which is told and does not end this.
  if ! bench write --outstanding 1024 --warmup 0 --seconds "$fill_seconds" > "$folder/fill.txt" 2>&1; then
    tail -n 3 "$folder/fill.txt"
  fi
  stored=$((stored + $(written)))
  echo "    about $stored stored"
done
echo "--- with much"
measured write --outstanding 256 --warmup 30 --seconds 15
echo "--- pages of one who has $conversations conversations with $own messages, one request at a time"
reader=(--through primary --connections 1 --conversations "$conversations" --outstanding 1 --seconds 15)
measured reads "${reader[@]}" --kind history --stored "$own"
for kind in paging conversations search_common search_rare; do
  measured reads "${reader[@]}" --kind "$kind" --stored 1
done
echo "--- started again"
one
calm
one
"$holdfast" --config "$file" down > "$folder/down.txt"
up
"$holdfast" --config "$file" status
du -sh "$folder"/data/* 2> "$folder/du.txt" || du -sh "$folder"
