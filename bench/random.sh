#!/usr/bin/env bash
# Times fanin's random fills against memset, plain streaming stores and PyTorch's in-place fills in one run.
#
#   bench/random.sh [BUILD] [--elements N] [--threads N] [--rounds N]     BUILD defaults to build/release
#
# Both sides take turns, the fastest turn of each counts. PyTorch gets the best of 1 and N threads.
# PYTHON names another interpreter.
set -euo pipefail
source "$(dirname "$0")/with_torch.sh"
run_with_torch random_vs_torch.py "$@"
