#!/usr/bin/env bash
# Puts the work on one system, once; a line of JSON tells how it went. compare-peers.sh calls this for each run.
#   peer.sh NAME load [SECONDS]      closed loops of 64, 256 and 1 outstanding writes
#   peer.sh NAME failover [KILLS]    one writer, the leader killed again and again
#   peer.sh NAME check               prints the version; exit status 3, and how to install it, if it is not there
#   peer.sh NAME table FILE          the tables of a file of such lines
# NAME: holdfast redis etcd zookeeper rabbitmq jraft ratis nats nats-always
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-peers   # where setup.sh unpacks what it does not install
PATH=$PATH:$cache/root/usr/bin:$cache/root/usr/sbin
export PEER_HOLDFAST=$checkout/setup_distributed.sh
export PEER_RABBITMQ=${PEER_RABBITMQ:-/usr/lib/rabbitmq/bin}

say() { printf '%s\n' "$*" >&2; }
die() { say "peer.sh: $*"; exit 1; }

# Sets `jdk` to a JDK 25 or newer.
find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /)")")")" /usr/lib/jvm/*; do
    if [ -x "$home/bin/javac" ] && [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null || true)" -ge 25 ] 2>/dev/null; then
      jdk=$home
      return
    fi
  done
  die "no JDK 25 or newer found; set JAVA_HOME"
}

# Compiles the driver if it is missing or older than its sources. Output only if that fails.
build() {
  local stamp=$here/$module/target/built
  if [ "$module" = holdfast ]; then
    "$checkout/setup_distributed.sh" build
  fi
  if [ -e "$stamp" ] && [ -z "$(find "$here/pom.xml" "$here/common/pom.xml" "$here/common/src" "$here/$module/pom.xml" "$here/$module/src" -newer "$stamp" -print -quit)" ]; then
    return
  fi
  local log
  log=$(JAVA_HOME=$jdk MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    mvn -q -B -ntp -Dstyle.color=never -f "$here/pom.xml" -pl "common,$module" package </dev/null 2>&1) || {
    say "$log"
    return 1
  }
  touch "$stamp"
}

# Prints what is there, or says how to get it.
check() {
  local missing="" version=""
  case $module in
    redis) version=$(redis-server --version 2>/dev/null | sed 's/.* v=\([^ ]*\).*/\1/') || missing=redis ;;
    etcd) version=$(etcd --version 2>/dev/null | sed -n 's/etcd Version: //p') || missing=etcd ;;
    nats) version=$(nats-server --version 2>/dev/null | sed 's/.*v//') || missing=nats ;;
    rabbitmq)
      if [ -x "$PEER_RABBITMQ/rabbitmq-server" ] && command -v epmd >/dev/null; then
        version=$(dpkg-query -W -f '${Version}' rabbitmq-server 2>/dev/null) || version=unknown
      else
        missing=rabbitmq
      fi
      ;;
    holdfast) version=$(git -C "$checkout" describe --always --dirty 2>/dev/null) || version=unknown ;;
    jraft | ratis | zookeeper) version=$(sed -n "s/.*<$module\.version>\(.*\)<.*/\1/p" "$here/pom.xml") ;;
  esac
  if [ -n "$missing" ] || [ -z "$version" ]; then
    say "$name is not installed. On Debian: sudo test-scripts/peers/setup.sh $module"
    return 3
  fi
  if ! build; then
    say "$name: its driver could not be built. With Maven Central in reach: mvn -f test-scripts/peers/pom.xml -pl common,$module package"
    return 3
  fi
  printf '%s\n' "$version"
}

run() {
  local data status=0
  data=$(mktemp -d "${PEER_ROOT:-${TMPDIR:-/tmp}}/holdfast-peers-XXXXXX")
  # The servers' settings are the defaults, whatever the caller has set for his own.
  local variable
  for variable in ${!HOLDFAST_@}; do
    [ "$variable" = HOLDFAST_JAVA_OPTS ] || unset "$variable"
  done
  # shellcheck disable=SC2086  # Flags are words without spaces.
  PEER_DATA=$data/servers PEER_VERSION=$version \
    "$jdk/bin/java" ${PEER_JVM_ARGS:-} -Xmx1g -cp "$here/$module/target/classes:$here/$module/target/lib/*" "$main" "$@" &
  local driver=$!
  # Told to end, the driver kills its servers.
  trap 'kill "$driver" 2>/dev/null || true' INT TERM
  wait "$driver" || status=$?
  while kill -0 "$driver" 2>/dev/null; do
    wait "$driver" || status=$?
  done
  if [ "$status" -ne 0 ] && [ -n "${PEER_LOGS:-}" ]; then
    mkdir -p "$PEER_LOGS"
    cp "$data"/servers/*.log "$PEER_LOGS" 2>/dev/null || true
  fi
  rm -rf "$data"
  return "$status"
}

[ $# -ge 2 ] || { sed -n '2,7s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
name=$1
shift
module=$name
case $name in
  holdfast) main=peers.Holdfast ;;
  redis) main=peers.Redis ;;
  etcd) main=peers.Etcd ;;
  zookeeper) main=peers.ZooKeeperPeer ;;
  rabbitmq) main=peers.Rabbit ;;
  jraft)
    main=peers.JRaft
    export PEER_JVM_ARGS="--add-opens=java.base/java.lang=ALL-UNNAMED ${PEER_JVM_ARGS:-}"   # Hessian, used by Bolt
    ;;
  ratis) main=peers.Ratis ;;
  nats) main=peers.NatsJs ;;
  nats-always)
    main=peers.NatsJs
    module=nats
    export NATS_SYNC=always
    ;;
  *) die "unknown: $name" ;;
esac
find_jdk
case $1 in
  check) check ;;
  table) exec "$jdk/bin/java" -cp "$here/common/target/classes" peers.Table "$2" ;;
  load | failover)
    version=$(check)
    run "$@"
    ;;
  *) die "load, failover or check, not $1" ;;
esac
