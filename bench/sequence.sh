#!/usr/bin/env bash
# Times fanin's training step of recurrent networks and a small GPT against PyTorch's in one run.
#
#   bench/sequence.sh [BUILD] [--nets lstm gpt] [--rounds N] [--json FILE]     BUILD defaults to build/release
#
# Batches of 64, Adam. Both sides take turns, and the median over the turns of their median steps counts. PyTorch
# gets the best of 1 and 2 threads and of the processor types that its OpenBLAS could take
# (OPENBLAS_CORETYPE), measured on this machine first. PYTHON names another interpreter.
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
    exec "$python" -B "$here/sequence_run.py" --build "$build" "$@"
  fi
done
echo "sequence.sh: no Python with torch here; scripts/install_deps.sh --bench installs Debian's" >&2
exit 1
