#!/usr/bin/env bash
# The same work on Holdfast and on other replicated systems, in pairs: before or after each peer's run, Holdfast's, so that
# both see the same machine. Prints a line for each run, and at the end a table with the ratios (medians over the rounds).
#   test-scripts/compare-peers.sh [OPTION]... [load|failover]      load is the default
#     --peers A,B,...   of: redis etcd zookeeper rabbitmq jraft ratis nats-always nats; default: all but nats, which
#                       acknowledges before anything is on disk
#     --rounds N        pairs with each peer (5)
#     --seconds S       for each number of outstanding writes (15)
#     --kills K         of the leader in each failover run (3)
#     --out FOLDER      where runs.jsonl and table.md go; default: a new one below the temporary folder
#     --lock FILE       holds a lock on this file during each run, for machines on which others measure, too
# A peer that is not installed is skipped, with the command that installs it. Exit status 1 only if a run failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peer=$here/peers/peer.sh

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }
refuse() { printf 'compare-peers.sh: %s\n' "$*" >&2; exit 2; }
number() { [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || refuse "$1 needs a number, not '$2'"; }

peers=redis,etcd,zookeeper,rabbitmq,jraft,ratis,nats-always
rounds=5
seconds=15
kills=3
out=""
lock=""
mode=load
while [ $# -gt 0 ]; do
  case $1 in
    --peers | --rounds | --seconds | --kills | --out | --lock)
      [ $# -ge 2 ] || refuse "$1 needs a value"
      case $1 in
        --peers) peers=$2 ;;
        --rounds) number "$1" "$2"; rounds=$2 ;;
        --seconds) number "$1" "$2"; seconds=$2 ;;
        --kills) number "$1" "$2"; kills=$2 ;;
        --out) out=$2 ;;
        --lock) lock=$2 ;;
      esac
      shift 2
      ;;
    load | failover) mode=$1; shift ;;
    -h | --help | help) usage; exit 0 ;;
    *) refuse "unknown: $1 (see --help)" ;;
  esac
done
amount=$seconds
[ "$mode" = load ] || amount=$kills

if [ -z "$out" ]; then
  out=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-compare-XXXXXX")
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)
if [ "$(stat -f -c %T "${PEER_ROOT:-${TMPDIR:-/tmp}}")" = tmpfs ]; then
  echo "The data would be in memory, where nothing is slow to sync. Set PEER_ROOT to a folder on a disk." >&2
  exit 1
fi

# A word for each number of outstanding writes, or for the gaps, from a line of JSON.
summary() {
  local line=$1 figures="" c others
  if [ "$mode" = load ]; then
    for c in 1 64 256; do
      figures+="c$c $(figure "$line" "c${c}_per_s")/s  "
    done
    figures+="p99 at 256 $(figure "$line" c256_p99_ms) ms"
    # Processor time that neither servers nor driver used: the figures stand for less.
    for c in 1 64 256; do
      others=$(figure "$line" "c${c}_other_cores")
      case $others in
        0.[01]* | 0.2 | 0 | 0.0 | -*) ;;
        *) figures+="  DISTURBED at $c: $others cores used by others" ;;
      esac
    done
  else
    figures="gaps $(sed -n 's/.*"gaps_ms":\[\([^]]*\)\].*/\1/p' <<<"$line") ms  lost $(figure "$line" acked_lost)"
  fi
  printf '%s' "$figures"
}
figure() { sed -n "s/.*\"$2\":\([-0-9.]*\).*/\1/p" <<<"$1"; }

child=""
# The run in progress kills its servers and removes their data when it is told to end.
on_signal() {
  trap '' INT TERM
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null || true
    wait "$child" || true
  fi
  exit 130
}
trap on_signal INT TERM

failed=0
done_runs=0
# One run: NAME, the pair it belongs to, the round.
run() {
  local name=$1 pair=$2 round=$3 log=$out/$2-$3-$1-$mode.log status=0 begun=$SECONDS line
  done_runs=$((done_runs + 1))
  if [ -n "$lock" ]; then
    exec 9>"$lock"
    flock 9
    begun=$SECONDS
  fi
  PEER_TAGS="pair=$pair,round=$round" PEER_LOGS=$log.servers "$peer" "$name" "$mode" "$amount" \
    >"$out/line" 2>"$log" 9>&- &
  child=$!
  wait "$child" || status=$?
  child=""
  if [ -n "$lock" ]; then
    exec 9>&-
  fi
  line=$(tail -n 1 "$out/line")
  rm -f "$out/line"
  if [ -n "$line" ]; then
    printf '%s\n' "$line" >>"$out/runs.jsonl"
  fi
  if [ "$status" -eq 0 ]; then
    printf '[%d/%d] round %d  %-11s %s  (%d s)\n' "$done_runs" "$all_runs" "$round" "$name" "$(summary "$line")" $((SECONDS - begun))
    rm -f "$log"
  else
    failed=$((failed + 1))
    printf '[%d/%d] round %d  %-11s FAILED: see %s\n' "$done_runs" "$all_runs" "$round" "$name" "$log"
  fi
}

# What is there. Everything is built now, so that no run waits for a compiler.
"$peer" holdfast check >/dev/null
present=()
IFS=, read -ra asked <<<"$peers"
for name in "${asked[@]}"; do
  status=0
  version=$("$peer" "$name" check) || status=$?
  case $status in
    0) present+=("$name"); echo "$name $version" ;;
    3) ;; # It has said how to install it.
    *) refuse "no peer '$name'" ;;
  esac
done
all_runs=$((2 * rounds * ${#present[@]}))
echo "$mode: $rounds rounds with ${#present[@]} peers, $all_runs runs; results in $out"

for ((round = 1; round <= rounds; round++)); do
  for name in ${present[@]+"${present[@]}"}; do
    # In turn first and second, in case the machine warms up or tires.
    if [ $((round % 2)) -eq 1 ]; then
      run "$name" "$name" "$round"
      run holdfast "$name" "$round"
    else
      run holdfast "$name" "$round"
      run "$name" "$name" "$round"
    fi
  done
done

if [ -s "$out/runs.jsonl" ]; then
  echo
  "$peer" holdfast table "$out/runs.jsonl" | tee "$out/table.md"
fi
if [ "$failed" -gt 0 ]; then
  echo "$failed of $all_runs runs failed" >&2
  exit 1
fi
