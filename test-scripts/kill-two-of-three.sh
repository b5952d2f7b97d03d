#!/usr/bin/env bash
# Kills two of three servers under load, one after the other, ROUNDS times (default 10); the third goes on alone
# (survivor.takeover). Brings both back and compares all three databases each time:
#   test-scripts/kill-two-of-three.sh [ROUNDS] [--writers N] [--set key=value]
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../setup_distributed.sh" kill-two-of-three "$@"
