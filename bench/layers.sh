#!/usr/bin/env bash
# Times training steps of convolutional, recurrent and attention networks against PyTorch in one run.
#
#   bench/layers.sh [BUILD] [--nets lenet5,gpt] [--rounds N] [--json FILE]     BUILD defaults to build/release
#
# Batches of 64. fanin cuts them into two chunks on two threads; PyTorch gets the best of 1 and 2 threads and of its
# memory layouts. All take turns, and medians count. PYTHON names another interpreter.
set -euo pipefail
source "$(dirname "$0")/with_torch.sh"
run_with_torch layers_run.py "$@"
