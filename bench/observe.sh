#!/usr/bin/env bash
# What looking costs: one pass over a large tensor beside separate passes in PyTorch and NumPy, and a watched training
# beside one in PyTorch with hooks and histograms.
#
#   bench/observe.sh [BUILD] [--elements N] [--threads N] [--repeats N]     BUILD defaults to build/release
#
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
    exec "$python" -B "$here/observe_run.py" --build "$build" "$@"
  fi
done
echo "observe.sh: no Python with torch here; scripts/install_deps.sh --bench installs Debian's" >&2
exit 1
