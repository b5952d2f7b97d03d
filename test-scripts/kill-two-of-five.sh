#!/usr/bin/env bash
# Kills two of five servers under load, ROUNDS times (default 10), and compares all five databases each time:
#   test-scripts/kill-two-of-five.sh [ROUNDS] [--writers N] [--set key=value]
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../setup_distributed.sh" kill-two "$@"
