#!/usr/bin/env bash
# Tries every mutant below src/test/resources/mutants on many seeds; exit status 1 if one goes unnoticed.
#   test-scripts/mutants.sh                         1,000 seeds that no test uses
#   test-scripts/mutants.sh FROM COUNT [NAME]...    others; only these mutants
#   test-scripts/mutants.sh FROM COUNT --survivors [NAME]...   COUNT seeds where a last survivor may go on alone
#   test-scripts/mutants.sh FROM COUNT --rewrite    and notes which seeds caught each, for MutantsTest
set -euo pipefail
[ $# -gt 0 ] || set -- "$(date +%s)" 1000
exec "$(dirname "${BASH_SOURCE[0]}")/test-java.sh" holdfast.simulation.MutantSearch "$@"
