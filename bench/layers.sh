#!/usr/bin/env bash
# Times training steps of convolutional, recurrent and attention networks against PyTorch in one run.
#
#   bench/layers.sh [BUILD] [--nets lenet5,gpt] [--rounds N] [--json FILE]     BUILD defaults to build/release
#
# Batches of 64. fanin cuts them into two chunks on two threads; PyTorch gets the best of 1 and 2 threads and of its
# memory layouts. All take turns, and medians count. PYTHON names another interpreter.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

build="$here/../build/release"
if [ "$#" -gt 0 ] && [ "${1#-}" = "$1" ]; then
  build=$1
  shift
fi

# Debian's python3 is the one that sees Debian's python3-torch; another one may come first in PATH.
for python in ${PYTHON:+"$PYTHON"} /usr/bin/python3 python3; do
  if "$python" -c "import torch" 2>/dev/null; then
    exec "$python" -B "$here/layers_run.py" --build "$build" "$@"
  fi
done
echo "layers.sh: no Python with torch here; scripts/install_deps.sh --bench installs Debian's" >&2
exit 1
