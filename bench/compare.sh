#!/usr/bin/env bash
# Times fanin's default experiment against the same experiment in PyTorch; `make bench` calls it.
#
#   bench/compare.sh [BUILD] [--quick] [--json FILE]     BUILD defaults to build/release
#
# PyTorch gets the best of 1 and 2 threads and of the processor types that its OpenBLAS could take
# (OPENBLAS_CORETYPE), measured on this machine first. PYTHON names another interpreter.
set -euo pipefail
source "$(dirname "$0")/with_torch.sh"
run_with_torch compare_run.py "$@"
