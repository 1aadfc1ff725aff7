#!/usr/bin/env bash
# Times fanin's random orthogonal matrices against torch.nn.init.orthogonal_ in one run.
#
#   bench/orthogonal.sh [BUILD] [--size N] [--threads N] [--rounds N]     BUILD defaults to build/release
#
# Both sides take turns, the fastest turn of each counts. PyTorch gets the best of 1 and N threads and the
# OPENBLAS_CORETYPE that is fastest here, because Debian's OpenBLAS can misdetect the processor. PYTHON names another
# interpreter.
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
    exec "$python" -B "$here/orthogonal_vs_torch.py" --build "$build" "$@"
  fi
done
echo "orthogonal.sh: no Python with torch here; scripts/install_deps.sh --bench installs Debian's" >&2
exit 1
