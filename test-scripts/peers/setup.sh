#!/usr/bin/env bash
# Installs servers to compare with, on Debian 12 or newer, as root: setup.sh [redis] [rabbitmq] [etcd] [nats]
# Without arguments: all. ZooKeeper, SOFAJRaft and Ratis come from Maven Central by themselves.
# Redis and RabbitMQ are installed, but not started as services. etcd 3.5 and NATS 2.10 come from Debian 13 and are only
# unpacked (Debian 12 has etcd 3.4, and NATS 2.9, whose JetStream cannot be told to sync every write).
set -euo pipefail
[ $# -gt 0 ] || set -- redis rabbitmq etcd nats
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-peers
installed=()
unpacked=()
for peer in "$@"; do
  case $peer in
    redis) installed+=(redis-server) ;;
    rabbitmq) installed+=(rabbitmq-server) ;;
    etcd) unpacked+=(etcd-server) ;;
    nats) unpacked+=(nats-server) ;;
    *) printf 'setup.sh: unknown: %s\n' "$peer" >&2; exit 2 ;;
  esac
done

if [ "${#installed[@]}" -gt 0 ]; then
  # While this file is there, Debian starts no service by itself.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${installed[@]}"
fi

if [ "${#unpacked[@]}" -gt 0 ]; then
  mkdir -p "$cache/lists/partial" "$cache/cache" "$cache/packages" "$cache/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main" \
    >"$cache/sources.list"
  apt=(apt-get -o "Dir::Etc::sourcelist=$cache/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$cache/lists" -o "Dir::Cache=$cache/cache" -o APT::Sandbox::User=root)
  cd "$cache/packages"
  "${apt[@]}" update -qq
  "${apt[@]}" download -qq "${unpacked[@]}"
  for package in "${unpacked[@]}"; do
    for file in "$package"_*.deb; do
      dpkg -x "$file" ../root
    done
  done
fi
