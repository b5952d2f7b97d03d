#!/usr/bin/env bash
# Three "machines" with addresses of their own (network namespaces; root on Linux), and people who write all the time:
#   sudo test-scripts/multi-machine.sh
# Cuts a cable in one direction, then the primary off from the others, then gives a machine another address; in the end
# all databases must be equal, with every message that was acknowledged, once. About two minutes. Nothing is left behind.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
holdfast=$root/setup_distributed.sh
net=10.99.77
cut_seconds=8

[ "$(id -u)" = 0 ] && command -v ip >/dev/null && ip netns list >/dev/null 2>&1 || {
  echo "multi-machine.sh: needs root and Linux's ip netns" >&2
  exit 2
}

work=$(mktemp -d)
prefix=hf$$
pids=()

clean_up() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  for name in 0 1 2 3 x; do ip netns del "$prefix-$name" 2>/dev/null || true; done
  if [ "${passed:-no}" = yes ]; then rm -rf "$work"; else echo "left for you to look at: $work" >&2; fi
}
trap clean_up EXIT

say() { printf '%s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }
on() { local machine=$1; shift; ip netns exec "$prefix-$machine" "$@"; }

# A switch, the three machines and one for people, each with a cable to it.
ip netns add "$prefix-x"
ip -n "$prefix-x" link add switch type bridge
ip -n "$prefix-x" link set switch up
for machine in 0 1 2 3; do
  ip netns add "$prefix-$machine"
  ip -n "$prefix-x" link add "port$machine" type veth peer name cable netns "$prefix-$machine"
  ip -n "$prefix-x" link set "port$machine" master switch up
  ip -n "$prefix-$machine" addr add "$net.$machine/24" dev cable 2>/dev/null ||
    ip -n "$prefix-$machine" addr add "$net.100/24" dev cable
  ip -n "$prefix-$machine" link set lo up
  ip -n "$prefix-$machine" link set cable up
done

file() { printf 'server.1=%s.1:8091:8081\nserver.2=%s.2:8091:8081\nserver.3=%s:8091:8081\ncluster.secret.file=secret\n' "$net" "$net" "$1"; }

# Nothing sent from the first machine to the second arrives; the other direction is as it was.
cut() { ip -n "$prefix-$1" route add blackhole "$net.$2/32"; }
mend() { ip -n "$prefix-$1" route del blackhole "$net.$2/32"; }

secret=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
for machine in 0 1 2 3; do
  mkdir "$work/$machine"
  file "$net.3" >"$work/$machine/servers.properties"
  printf '%s\n' "$secret" >"$work/$machine/secret"
done

start() {
  local machine=$1
  shift
  on "$machine" "$holdfast" "$@" --config "$work/$machine/servers.properties" >>"$work/$machine/server.log" 2>&1 &
  server[machine]=$!
  pids+=($!)
}
admin() { on 0 "$holdfast" "$@" --config "$work/0/servers.properties"; }
primary() { admin status --json 2>/dev/null | sed -n 's/.*"primary":"\([0-9]*\)".*/\1/p'; }
await() {
  local what=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || die "$what"
    sleep 1
  done
}
all_up() { [ "$(admin status --json | grep -o '"up":true' | wc -l)" = 3 ]; }

declare -a server
for machine in 1 2 3; do start "$machine" "$machine"; done
await "no primary" admin status
await "not all are up" all_up
say "three machines, $net.1 to $net.3; server $(primary) is primary"

# People: each signs up at a machine of their own choice, then writes until told to stop.
ask() {
  on 0 bash -c 'exec 3<>"/dev/tcp/$1/8091"; printf "%s\n" "$2" >&3; head -n 1 <&3' ask "$1" "$2" | grep -q '"OK"'
}
for name in reader ann ben cleo; do
  printf 'password of %s\n' "$name" >"$work/0/$name"
  ask "$net.1" "{\"type\":\"REGISTER\",\"payload\":{\"username\":\"$name\",\"password\":\"password of $name\"}}" ||
    die "$name cannot sign up"
done
people=()
for name in ann ben cleo; do
  (
    number=0
    while [ ! -e "$work/stop" ]; do
      number=$((number + 1))
      echo "@reader message $number of $name"
      sleep 0.05
    done
    echo "$number" >"$work/$name.count"
  ) | on 0 "$holdfast" chat --batch --user "$name" --password-file "$work/0/$name" \
    --config "$work/0/servers.properties" >"$work/$name.out" 2>&1 &
  people+=($!)
  pids+=($!)
done
sleep 3

one=$(primary)
two=$((one % 3 + 1))
three=$((two % 3 + 1))
cut "$one" "$two"
sleep "$cut_seconds"
mend "$one" "$two"
await "no primary after a cut in one direction" admin status
await "not all are up after a cut in one direction" all_up
say "nothing went from $one to $two for $cut_seconds s: server $(primary) is primary, all are up"

one=$(primary)
two=$((one % 3 + 1))
three=$((two % 3 + 1))
for other in $two $three; do cut "$one" "$other"; cut "$other" "$one"; done
sleep "$cut_seconds"
for other in $two $three; do mend "$one" "$other"; mend "$other" "$one"; done
await "no primary after the primary was cut off" admin status
await "not all are up after the primary was cut off" all_up
say "the primary, $one, was cut off for $cut_seconds s: server $(primary) is primary, all are up"

kill "${server[3]}"
wait "${server[3]}" || true
admin admin move 3 "$net.33:8091:8081" >"$work/move.out"
ip -n "$prefix-3" addr del "$net.3/24" dev cable
ip -n "$prefix-3" addr add "$net.33/24" dev cable
for machine in 0 1 2 3; do file "$net.33" >"$work/$machine/servers.properties"; done
start 3 join --id 3 --host "$net.33" --client-port 8091 --peer-port 8081 --seed "$net.1:8081"
await "server 3 is not up at its new address" all_up
say "machine 3 is at $net.33 now, and up"
sleep 3

touch "$work/stop"
for pid in "${people[@]}"; do wait "$pid" || die "not every message was acknowledged; see $work/*.out"; done
admin admin check >"$work/check.out" || die "the databases differ: $(cat "$work/check.out")"
total=0
for name in ann ben cleo; do
  written=$(cat "$work/$name.count")
  total=$((total + written))
  for machine in 1 2 3; do
    found=$("$holdfast" admin dump --server "$machine" --json --config "$work/$machine/servers.properties" |
      grep -o "message [0-9]* of $name\"" | sort -u | wc -l)
    [ "$found" = "$written" ] || die "server $machine has $found of the $written messages of $name"
  done
done
say "all three databases are equal; each of the $total messages is there"
passed=yes
