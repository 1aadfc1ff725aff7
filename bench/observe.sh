#!/usr/bin/env bash
# What looking costs: one pass over a large tensor beside separate passes in PyTorch and NumPy, and a watched training
# beside one in PyTorch with hooks and histograms.
#
#   bench/observe.sh [BUILD] [--elements N] [--threads N] [--repeats N]     BUILD defaults to build/release
#
# PYTHON names another interpreter.
set -euo pipefail
source "$(dirname "$0")/with_torch.sh"
run_with_torch observe_run.py "$@"
