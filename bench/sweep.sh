#!/usr/bin/env bash
# Throughput of one sweep with two workers against two processes that share its runs side by side.
#
#   bench/sweep.sh [BUILD] [--rounds N] [--runs N] [--json FILE]     BUILD defaults to build/release
#
# Both take turns on the same runs; a round's ratio is (runs a second of the sweep) / (sum of the two processes'), and the
# median over rounds counts. A round in which other processes took more than a twentieth of the processors does not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

build="$here/../build/release"
if [ "$#" -gt 0 ] && [ "${1#-}" = "$1" ]; then
  build=$1
  shift
fi
exec python3 -B "$here/sweep_run.py" --build "$build" "$@"
