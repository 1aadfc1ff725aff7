#!/usr/bin/env bash
# Times fanin's random orthogonal matrices against torch.nn.init.orthogonal_ in one run.
#
#   bench/orthogonal.sh [BUILD] [--size N] [--threads N] [--rounds N]     BUILD defaults to build/release
#
# Both sides take turns, the fastest turn of each counts. PyTorch gets the best of 1 and N threads and the
# OPENBLAS_CORETYPE that is fastest here, because Debian's OpenBLAS can misdetect the processor. PYTHON names another
# interpreter.
set -euo pipefail
source "$(dirname "$0")/with_torch.sh"
run_with_torch orthogonal_vs_torch.py "$@"
