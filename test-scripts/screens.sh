#!/usr/bin/env bash
# Takes the pictures in docs/screens anew: drives the console in a real terminal (tmux) against five servers of its own,
# kills one of them, and draws what the screen showed.
#   test-scripts/screens.sh [FOLDER]        default: docs/screens
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/../setup_distributed.sh" build
exec "$here/test-java.sh" holdfast.cluster.Screenshots "$here/../target/holdfast.jar" "${1:-$here/../docs/screens}"
