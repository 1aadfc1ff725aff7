#!/usr/bin/env bash
# Times fanin's default experiment against the same experiment in PyTorch; `make bench` calls it.
#
#   bench/compare.sh [BUILD] [--quick] [--json FILE]     BUILD defaults to build/release
#
# PyTorch gets the best of 1 and 2 threads and of the processor types that its OpenBLAS could take
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
  if "$python" -c "import torch, numpy" 2>/dev/null; then
    exec "$python" -B "$here/compare_run.py" --build "$build" "$@"
  fi
done
echo "compare.sh: no Python with torch and numpy here; scripts/install_deps.sh --bench installs Debian's" >&2
exit 1
