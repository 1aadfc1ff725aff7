#!/usr/bin/env bash
# Runs clang-tidy over the library and the program, with the compile commands of a build folder.
#   tools/tidy.sh build/release [FILE REGEX]
set -euo pipefail
cd "$(dirname "$0")/.."
build="${1:?the build folder}"
pattern="${2:-$PWD/(fanin|apps)/}"
for runner in run-clang-tidy-14 run-clang-tidy; do
  if command -v "$runner" >/dev/null; then
    exec "$runner" -quiet -p "$build" "$pattern"
  fi
done
echo "tidy.sh: clang-tidy is not here; scripts/install_deps.sh --lint installs it" >&2
exit 1
