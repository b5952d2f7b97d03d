#!/usr/bin/env bash
# Builds Holdfast if needed and runs it: ./setup_distributed.sh help
set -euo pipefail

JAVA_MIN=25

# For a small server that must not pause. HOLDFAST_JAVA_OPTS, if set, stands in place of these. Servers that `up` and
# `demo` start get what their parent got.
JVM_TUNING="-Xms96m -Xmx240m -Xmn64m -XX:SurvivorRatio=5 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=64m -XX:+UseCompactObjectHeaders -XX:-UsePerfData -XX:TrimNativeHeapInterval=10000 -XX:InlineSmallCode=1000 -XX:LoopOptsCount=8 -XX:Tier4InvocationThreshold=15000 -XX:Tier4MinInvocationThreshold=1800 -XX:Tier4CompileThreshold=45000 -XX:Tier4BackEdgeThreshold=120000 -XX:CompileCommand=quiet -XX:CompileCommand=dontinline,holdfast.replication.Replica::* -XX:CompileCommand=dontinline,holdfast.storage.SqliteStore::* -XX:CompileCommand=dontinline,holdfast.server.Applier::* -XX:CompileCommand=dontinline,holdfast.server.Office::* -XX:CompileCommand=dontinline,holdfast.server.Intake::*"
# The same, where Linux has huge pages to give; elsewhere the JVM would complain of it, or refuse to start.
JVM_HUGE_PAGES="-XX:+UseTransparentHugePages"
# What a server needs to be right: out of memory it must end, not go on half alive.
JVM_NEEDED="-XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED"

case $(cat /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null) in
  *'[always]'* | *'[madvise]'*) JVM_TUNING="$JVM_HUGE_PAGES $JVM_TUNING" ;;
esac

say() { printf '%s\n' "$*" >&2; }
die() { say "setup_distributed.sh: $*"; exit 1; }

usage() {
  cat <<'END'
Holdfast: a chat cluster that keeps talking while its servers die.

  ./setup_distributed.sh N          build if needed, run server N of servers.properties in the foreground
  ./setup_distributed.sh join ...   add a server to a running cluster (--help says how), and run it in the foreground
  ./setup_distributed.sh up         all servers of the file that live on this machine, in the background;
                                    returns when a primary serves
  ./setup_distributed.sh status     who is primary, who is up, how many more may fail
  ./setup_distributed.sh chat       the console client
  ./setup_distributed.sh down       end what `up` started
  ./setup_distributed.sh supervise  run the servers that live on this machine, and start again what dies
  ./setup_distributed.sh health N   whether server N serves: a sentence, and the exit status
  ./setup_distributed.sh admin ...  transfer N, remove N, replace N, move N, backup FILE, check, dump
  ./setup_distributed.sh restore FILE | recover DIR...
                                    a new cluster, from a backup or from what is left of one
  ./setup_distributed.sh demo       the tour: five servers, two people chatting, two servers killed under them,
                                    nothing lost
  ./setup_distributed.sh bench ...  how fast: messages, rooms, reads, logins, failover, on servers it starts itself
                                    or, with --config FILE, on those that run
  ./setup_distributed.sh build      only build (nothing to do when the jar is newer than its sources)

Before or after the verb: --config FILE (default: servers.properties beside this script), --set key=value.
./setup_distributed.sh VERB --help says more. HOLDFAST_LOG=DEBUG logs more; HOLDFAST_JAVA_OPTS replaces the JVM flags.
END
}

# The file behind a chain of symbolic links (readlink -f is not everywhere).
resolve() {
  local path=$1 target
  while [ -L "$path" ]; do
    target=$(readlink "$path")
    case $target in
      /*) path=$target ;;
      *) path=$(dirname "$path")/$target ;;
    esac
  done
  printf '%s/%s\n' "$(cd -P "$(dirname "$path")" && pwd)" "$(basename "$path")"
}

# Folders in which a JDK may be, likeliest first, one a line.
jdk_candidates() {
  local on_path
  if [ -n "${JAVA_HOME:-}" ]; then
    printf '%s\n' "$JAVA_HOME"
  fi
  if on_path=$(command -v java); then
    dirname "$(dirname "$(resolve "$on_path")")"
  fi
  if [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v "$JAVA_MIN+" 2>/dev/null || true
  fi
  printf '%s\n' /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/jdk* \
    "${HOME:-/nowhere}"/.sdkman/candidates/java/* "${HOME:-/nowhere}"/.jdks/* "${HOME:-/nowhere}"/.jdks/*/Contents/Home \
    "${HOME:-/nowhere}"/.local/share/mise/installs/java/* "${HOME:-/nowhere}"/.asdf/installs/java/* \
    "${HOMEBREW_PREFIX:-/opt/homebrew}"/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nowhere}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/jdk* /opt/java* /opt/*/jdk* /opt/java/* /opt/*
}

# The major version of the Java in a folder, 0 if there is none.
java_major() {
  local home=$1 version=""
  if [ -r "$home/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" | sed -n 1p)
  fi
  if [ -z "$version" ]; then
    version=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | sed -n 1p) || version=""
  fi
  printf '%s\n' "${version:-0}"
}

# Sets `jdk` to a folder with bin/$1 of Java $JAVA_MIN or newer, or ends with how to get one.
find_jdk() {
  local tool=$1 home
  while IFS= read -r home; do
    if [ -x "$home/bin/java" ] && [ -x "$home/bin/$tool" ] && [ "$(java_major "$home")" -ge "$JAVA_MIN" ]; then
      jdk=$home
      return
    fi
  done <<END
$(jdk_candidates)
END
  say "Holdfast needs a JDK $JAVA_MIN or newer, and none was found: not by JAVA_HOME, not on the PATH, not where JDKs usually are."
  say "  Debian, Ubuntu   apt-get install openjdk-$JAVA_MIN-jdk    (or temurin-$JAVA_MIN-jdk, see https://adoptium.net/installation/linux)"
  say "  SDKMAN           sdk install java $JAVA_MIN-tem"
  say "  Homebrew         brew install openjdk@$JAVA_MIN"
  say "If you have one elsewhere: JAVA_HOME=/where/it/is $0 ..."
  exit 1
}

# Whether the jar is missing or older than what it is made of. A folder changes when a file in it is removed.
is_stale() {
  [ ! -e "$jar" ] || [ -n "$(find "$root/pom.xml" "$root/src/main" -newer "$jar" | sed -n 1p)" ]
}

build_now() {
  command -v mvn >/dev/null || {
    say "Holdfast is not built yet, and building needs Maven:"
    say "  Debian, Ubuntu   apt-get install maven"
    say "  SDKMAN           sdk install maven"
    say "  Homebrew         brew install maven"
    exit 1
  }
  find_jdk javac
  say "Building Holdfast (the first time, Maven downloads what it needs) ..."
  # Tests and formatting are what `mvn verify` is for. The flags keep Maven quiet about its own use of a newer JDK.
  JAVA_HOME=$jdk MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    mvn -q -B -Dstyle.color=never -f "$root/pom.xml" -Dmaven.test.skip=true -Dexec.skip=true -Dmaven.compiler.failOnWarning=false package </dev/null >&2 ||
    die "the build failed (above is why)"
  rehearse
}

# What a JVM learns from a rehearsal (docs/adr/0011-rehearsal.md) lets later ones start with their classes linked and
# their methods known. Nobody needs it: without, everything only begins more slowly.
rehearse() {
  find_jdk java
  say "Rehearsing, so that servers start fast ..."
  # C2 as eager as Java has it, so that the cache knows more of what gets hot.
  local tuning
  tuning=$(sed 's/-XX:Tier4[^ ]*//g' <<<"$JVM_TUNING")
  set -f
  # shellcheck disable=SC2086
  if "$jdk/bin/java" $tuning $JVM_NEEDED -XX:AOTCacheOutput="$cache.new" -jar "$jar" rehearse </dev/null >"$cache.log" 2>&1 &&
    [ -s "$cache.new" ]; then
    mv -f "$cache.new" "$cache"
  else
    rm -f "$cache.new" "$cache.new.config"
    say "The rehearsal failed; servers start a little slower without ($cache.log says why)."
  fi
  set +f
}

# Several starts at once build once: the first builds, the others wait and find nothing left to do.
build_if_stale() {
  is_stale || return 0
  mkdir -p "$root/target"
  if command -v flock >/dev/null; then
    (
      flock 9
      if is_stale; then
        build_now
      fi
    ) 9>"$root/target/build.lock" || exit 1
    return
  fi
  # Without flock: a folder is made by one only, and it names the process that made it.
  local lock=$root/target/build.lock.d owner
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/pid" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$lock"
    else
      sleep 1
    fi
  done
  printf '%s\n' $$ >"$lock/pid"
  trap 'rm -rf "$lock"' EXIT
  if is_stale; then
    build_now
  fi
  rm -rf "$lock"
  trap - EXIT
}

root=$(dirname "$(resolve "${BASH_SOURCE[0]}")")
jar=$root/target/holdfast.jar
cache=$root/target/holdfast.aot

# What comes before the verb is kept and put behind it; every command takes it there.
options=()
verb=""
config_given=no
while [ $# -gt 0 ]; do
  case $1 in
    --config | --set)
      [ $# -ge 2 ] || { say "setup_distributed.sh: $1 needs a value"; exit 2; }
      [ "$1" = --set ] || config_given=yes
      options+=("$1" "$2")
      shift 2
      ;;
    --config=*) config_given=yes; options+=("$1"); shift ;;
    --set=*) options+=("$1"); shift ;;
    -h | --help | help)
      usage
      exit 0
      ;;
    -V | --version) verb=--version; shift; break ;;
    -*) say "setup_distributed.sh: unknown option $1"; usage >&2; exit 2 ;;
    *) verb=$1; shift; break ;;
  esac
done
for argument in "$@"; do
  case $argument in
    --config | --config=*) config_given=yes ;;
  esac
done
# Without a file, bench measures servers of its own.
if [ "$config_given" = no ] && [ "$verb" != bench ]; then
  options+=(--config "$root/servers.properties")
fi

case $verb in
  "")
    usage >&2
    exit 2
    ;;
  build)
    build_if_stale
    exit 0
    ;;
  # Maven calls this once it has made the jar.
  rehearse)
    rehearse
    exit 0
    ;;
  --version) set -- --version; options=() ;;
  [0-9]*) set -- server "$verb" "$@" ;;
  *) set -- "$verb" "$@" ;;
esac

build_if_stale
find_jdk java
learnt=()
if [ -z "${HOLDFAST_JAVA_OPTS+set}" ] && [ "$cache" -nt "$jar" ]; then
  # Should it not fit after all, the JVM would say so in four lines, and go on without.
  learnt=("-XX:AOTCache=$cache" -Xlog:aot=off)
fi
# Flags are words without spaces; splitting them is meant, and a star in them stands for no file.
set -f
# shellcheck disable=SC2086
exec "$jdk/bin/java" ${HOLDFAST_JAVA_OPTS-$JVM_TUNING} $JVM_NEEDED ${learnt[@]+"${learnt[@]}"} -Dholdfast.program="$0" -jar "$jar" \
  "$@" ${options[@]+"${options[@]}"}
