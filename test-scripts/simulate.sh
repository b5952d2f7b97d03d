#!/usr/bin/env bash
# A whole cluster in virtual time, once for each seed; exit status 1 if one broke a promise.
#   test-scripts/simulate.sh                                   seeds 1 to 100,000 on 2 threads
#   test-scripts/simulate.sh --seeds FROM COUNT [--threads N]  others
#   test-scripts/simulate.sh --survivors --seeds FROM COUNT    COUNT seeds, all of clusters whose last survivor may go on alone
#   test-scripts/simulate.sh --seed N                          one, with a trace of all that happened
set -euo pipefail
[ $# -gt 0 ] || set -- --seeds 1 100000 --threads 2
exec "$(dirname "${BASH_SOURCE[0]}")/test-java.sh" holdfast.simulation.SimulationRunner "$@"
