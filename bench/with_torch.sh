# Sourced by the scripts here: `run_with_torch PROGRAM.py "$@"` runs the program beside them, with the build folder that
# the first argument may name and a Python that has torch.

run_with_torch() {
  local here program build python
  here=$(cd "$(dirname "$0")" && pwd)
  program=$1 build="$here/../build/release"
  shift
  if [ "$#" -gt 0 ] && [ "${1#-}" = "$1" ]; then
    build=$1
    shift
  fi
  # Debian's python3 is the one that sees Debian's python3-torch; another one may come first in PATH.
  for python in ${PYTHON:+"$PYTHON"} /usr/bin/python3 python3; do
    if "$python" -c "import torch" 2>/dev/null; then
      exec "$python" -B "$here/$program" --build "$build" "$@"
    fi
  done
  echo "$(basename "$0"): no Python with torch here; scripts/install_deps.sh --bench installs Debian's" >&2
  exit 1
}
