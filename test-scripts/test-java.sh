#!/usr/bin/env bash
# Runs a main class of the tests on the build's own JDK: test-scripts/test-java.sh CLASS [ARGUMENT]...
# Compiles first if a source is newer than what was compiled last.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
found=target/test-java   # first line: the JDK's home; second: the class path

if [ ! -s "$found" ] || [ -n "$(find pom.xml src -newer "$found" -print -quit)" ]; then
  mvn -B -q test-compile exec:exec@test-java
fi
{ read -r home; read -r classpath; } < "$found"
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
exec "$home/bin/java" -XX:+UseParallelGC "-Dholdfast.commit=$commit" -cp "$classpath" "$@"
