#!/bin/sh
# The tests with real processes, longer: ROUNDS deaths in each, the whole repeated TIMES.
# Usage: test-scripts/real-processes.sh [ROUNDS [TIMES [TEST]]], as in: real-processes.sh 20 5 DeathsIT
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-10}
times=${2:-1}
tests=${3:-*IT}
i=0
while [ "$i" -lt "$times" ]; do
  i=$((i + 1))
  echo "run $i of $times"
  mvn -B -q verify -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
    "-Dit.test=$tests" "-Dholdfast.rounds=$rounds"
done
