#!/usr/bin/env bash
# Cuts the last two of three servers from each other until each goes on alone, ROUNDS times (default 5), writes on both
# sides, mends the cable, and looks whether every message of both sides is on all three disks, once and the same:
#   test-scripts/split-brain.sh [ROUNDS] [--messages N] [--set key=value]
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../setup_distributed.sh" split-brain "$@"
