#!/usr/bin/env bash
# Times fanin's random fills against memset, plain streaming stores and PyTorch's in-place fills in one run.
#
#   bench/random.sh [BUILD] [--elements N] [--threads N] [--rounds N]     BUILD defaults to build/release
#
# Both sides take turns, the fastest turn of each counts. PyTorch gets the best of 1 and N threads.
# PYTHON names another interpreter.
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
    exec "$python" -B "$here/random_vs_torch.py" --build "$build" "$@"
  fi
done
echo "random.sh: no Python with torch here; scripts/install_deps.sh --bench installs Debian's" >&2
exit 1
