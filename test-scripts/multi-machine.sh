#!/usr/bin/env bash
# Three "machines" on one: network namespaces with an address each, and a cable each to a switch. Under load it cuts cables,
# one way and both ways, moves the third machine to another address, and in the end compares the three databases:
#   test-scripts/multi-machine.sh [--keep]
# --keep leaves logs and databases where they are. Needs Linux, root and `ip` (Debian: apt-get install iproute2). Nothing
# outside its own namespaces is touched. Exit status: 0 only if nothing was lost, doubled or reordered.
set -euo pipefail

say() { printf '%s\n' "$*"; }
die() { say "multi-machine.sh: $*" >&2; exit 2; }

keep=no
case ${1-} in
  "") ;;
  --keep) keep=yes ;;
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) die "unknown: $1 (see --help)" ;;
esac
[ "$(id -u)" = 0 ] || die "network namespaces are made by root: sudo $0"
command -v ip >/dev/null || die "there is no \`ip\`: apt-get install iproute2"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
run=$root/setup_distributed.sh
"$run" build

# Names of this run only, so that two runs do not meet.
tag=hf$$
switch=$tag-switch
net=10.77.0
machines="1 2 3"
client_port=8091
peer_port=8081

# How long a cable stays cut: longer than the longest election time-out.
cut_seconds=5
start_seconds_max=30

folder=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-machines-XXXXXX")
config=$folder/servers.properties
pids=()
witness=""
passed=no

on() { ip netns exec "$tag-$1" "${@:2}"; }

# Ends what this run started, by pid, and removes its namespaces, whatever happened.
clean_up() {
  trap - EXIT INT TERM
  exec 8>&- || true
  local pid
  for pid in "${pids[@]}" $witness; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${pids[@]}" $witness; do
    wait "$pid" 2>/dev/null || true
  done
  for machine in switch $machines; do
    ip netns delete "$tag-$machine" 2>/dev/null || true
  done
  if [ $passed = yes ] && [ $keep = no ]; then
    rm -rf "$folder"
  else
    say "Logs and databases are in $folder"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# ---- the machines

ip netns add "$switch"
on switch ip link set lo up
on switch ip link add bridge0 type bridge
on switch ip addr add "$net.254/24" dev bridge0
on switch ip link set bridge0 up
for machine in $machines; do
  ip netns add "$tag-$machine"
  # The interfaces are made inside the namespaces: their names cannot meet others'.
  on switch ip link add "port$machine" type veth peer name eth0 netns "$tag-$machine"
  on switch ip link set "port$machine" master bridge0 up
  on "$machine" ip link set lo up
  on "$machine" ip addr add "$net.$machine/24" dev eth0
  on "$machine" ip link set eth0 up
done

mac_of() { on "$1" cat /sys/class/net/eth0/address; }

# What machine $1 sends to machine $2 goes to a network card that does not exist: lost without a word. The way back stands.
cut_one_way() { on "$1" ip neigh replace "$net.$2" lladdr 02:00:00:00:00:01 dev eth0 nud permanent; }
mend_one_way() { on "$1" ip neigh replace "$net.$2" lladdr "$(mac_of "$2")" dev eth0 nud reachable; }
pull_cable() { on switch ip link set "port$1" down; }
plug_cable() { on switch ip link set "port$1" up; }

# ---- the servers

printf '%s\n' "cluster.name=machines" "cluster.secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" "data.dir=$folder/data" >"$config"
for machine in $machines; do
  printf 'server.%s=%s.%s:%s:%s\n' "$machine" "$net" "$machine" $client_port $peer_port >>"$config"
done

# Server $1 on its machine, with what else is on the command line. Sets `started`.
started=""
start() {
  # The pid must be the server's own, not that of a shell around it; and descriptor 8, which tells the witness to end when
  # it is closed, is not for it.
  (exec ip netns exec "$tag-$1" "$run" "${@:2}" --config "$config" >>"$folder/server-$1.log" 2>&1 8>&-) &
  started=$!
  pids+=("$started")
}

# The view of the cluster as one line of JSON, as the network sees it.
view() { on switch "$run" status --json --config "$config" 2>/dev/null || true; }

# Waits until so many voters are up.
await_up() {
  local deadline=$((SECONDS + start_seconds_max))
  until [ "$(view | grep -o '"up":true' | wc -l)" -ge "$1" ]; do
    [ $SECONDS -lt $deadline ] || { view; say "FAILED: not $1 servers up within $start_seconds_max s"; exit 1; }
    sleep 0.5
  done
}

declare -A pid_of
for machine in $machines; do
  start "$machine" "$machine"
  pid_of[$machine]=$started
done
await_up 3
primary() { view | sed -n 's/.*"primary":"\([0-9]*\)".*/\1/p'; }
say "Three machines, $net.1 to $net.3; server $(primary) is primary."

mkfifo "$folder/go-on"
(exec ip netns exec "$switch" "$run" witness --config "$config" <"$folder/go-on" >"$folder/witness.txt" 2>&1) &
witness=$!
exec 8>"$folder/go-on"
until grep -q "writers write" "$folder/witness.txt"; do
  kill -0 $witness 2>/dev/null || { cat "$folder/witness.txt"; exit 1; }
  sleep 0.2
done

# ---- what happens to them

others() { for machine in $machines; do [ "$machine" = "$1" ] || printf '%s ' "$machine"; done; }

first=$(primary)
read -r second third <<<"$(others "$first")"
say "What server $first, the primary, sends to server $second is lost for $cut_seconds s; the way back stands."
cut_one_way "$first" "$second"
sleep $cut_seconds
mend_one_way "$first" "$second"

say "What server $second and server $third send to server $first is lost for $cut_seconds s: it speaks and hears nobody."
cut_one_way "$second" "$first"
cut_one_way "$third" "$first"
sleep $cut_seconds
mend_one_way "$second" "$first"
mend_one_way "$third" "$first"
await_up 3

first=$(primary)
say "The cable of server $first, the primary, is pulled for $cut_seconds s."
pull_cable "$first"
sleep $cut_seconds
plug_cable "$first"
await_up 3

say "Machine 3 gets another address, $net.33."
kill "${pid_of[3]}"
wait "${pid_of[3]}" || true
on 3 ip addr del "$net.3/24" dev eth0
on 3 ip addr add "$net.33/24" dev eth0
on switch "$run" admin move 3 "$net.33:$client_port:$peer_port" --config "$config"
start 3 join --id 3 --host "$net.33" --client-port $client_port --peer-port $peer_port --seed "$net.1:$peer_port"
await_up 3

# ---- what came of it

exec 8>&-
status=0
wait $witness || status=$?
witness=""
cat "$folder/witness.txt"
[ $status = 0 ] || exit 1
passed=yes
