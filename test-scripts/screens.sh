#!/usr/bin/env bash
# Takes the pictures and recordings in the documents anew, from what really happens:
#   test-scripts/screens.sh [FOLDER]   drives the console in a real terminal (tmux) against five servers of its own, kills
#                                      one of them, and draws what the screen showed (default: docs/screens)
#   test-scripts/screens.sh demo       runs the demo, and keeps what it printed in docs/screens/demo.cast and the README
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$home/setup_distributed.sh" build
if [ "${1:-}" = demo ]; then
  exec "$home/test-scripts/test-java.sh" holdfast.cluster.DemoRecording "$home" "$home/docs/screens/demo.cast"
fi
exec "$home/test-scripts/test-java.sh" holdfast.cluster.Screenshots "$home/target/holdfast.jar" "${1:-$home/docs/screens}"
