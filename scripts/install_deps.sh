#!/usr/bin/env bash
# Installs what fanin needs from Debian's or Ubuntu's packages, and says what it installs.
# When everything is there already it does nothing: no root, no apt call.
#
#   scripts/install_deps.sh            libraries, compiler, tests, the Fashion-MNIST data
#   scripts/install_deps.sh --bench    the above and PyTorch, for `make bench`
#   scripts/install_deps.sh --lint     the above and clang-format 14, clang-tidy
#   scripts/install_deps.sh --web-test the above and Chromium, in which the page's tests run
#   scripts/install_deps.sh --mpi      the above and OpenMPI, for -DFANIN_MPI=ON
#   scripts/install_deps.sh --list     only print the package names
set -euo pipefail

# One requirement a word; a|b is met by any of its names, and the first one that apt knows is installed.
build_packages=(
  g++ cmake ninja-build pkg-config python3
  libdnnl-dev ocl-icd-opencl-dev # oneDNN's matrix products (its CMake file asks for OpenCL)
  libhwy-dev                     # Highway: SIMD
  libeigen3-dev
  "libboost1.81-dev|libboost1.83-dev|libboost1.88-dev|libboost1.90-dev"
  libcli11-dev libfmt-dev nlohmann-json3-dev libtomlplusplus-dev zlib1g-dev libsqlite3-dev
)
web_packages=(nodejs npm) # bundle the charts of report.html; without them a report is its data only
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev)
data_packages=(dataset-fashion-mnist)
bench_packages=(python3-torch python3-numpy libopenblas0-pthread)
lint_packages=(clang-format-14 clang-tidy)
web_test_packages=(chromium)
mpi_packages=(libopenmpi-dev openmpi-bin)

wanted=("${build_packages[@]}" "${web_packages[@]}" "${test_packages[@]}" "${data_packages[@]}")
list_only=no
for option in "$@"; do
  case "$option" in
    --bench) wanted+=("${bench_packages[@]}") ;;
    --lint) wanted+=("${lint_packages[@]}") ;;
    --web-test) wanted+=("${web_test_packages[@]}") ;;
    --mpi) wanted+=("${mpi_packages[@]}") ;;
    --list) list_only=yes ;;
    *)
      echo "install_deps.sh: unknown option '$option'; it knows --bench, --lint, --web-test, --mpi and --list" >&2
      exit 2
      ;;
  esac
done

if [ "$list_only" = yes ]; then
  printf '%s\n' "${wanted[@]%%|*}"
  exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "install_deps.sh: no apt here, so nothing is installed; README.md names the packages for other systems." >&2
  exit 0
fi

# Names of the installed packages, one a line, without the architecture.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')

# A Node from elsewhere brings its own npm, and Debian's would push it out.
if command -v node >/dev/null && command -v npm >/dev/null; then
  installed+=$'\n'"$(printf '%s\n' "${web_packages[@]}")"
fi

missing=()
for requirement in "${wanted[@]}"; do
  IFS='|' read -ra names <<<"$requirement"
  met=no
  for name in "${names[@]}"; do
    if grep -qxF -- "$name" <<<"$installed"; then met=yes; fi
  done
  if [ "$met" = no ]; then missing+=("$requirement"); fi
done
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null; then
    as_root=(sudo)
  else
    echo "install_deps.sh: these packages are missing, and installing them needs root (there is no sudo):" >&2
    echo "  ${missing[*]%%|*}" >&2
    echo "As root, run:  apt-get update && apt-get install ${missing[*]%%|*}" >&2
    echo "If you have them from elsewhere, tell make not to look:  make DEPS=no ..." >&2
    exit 1
  fi
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

echo "fanin needs ${#missing[@]} more package(s): ${missing[*]%%|*}"
echo "Reading the package lists ..."
apt update -qq || echo "install_deps.sh: the package lists could not be read anew; trying with the old ones." >&2
chosen=()
for requirement in "${missing[@]}"; do
  IFS='|' read -ra names <<<"$requirement"
  pick="${names[0]}"
  for name in "${names[@]}"; do
    if apt-cache show --no-all-versions "$name" >/dev/null 2>&1; then
      pick="$name"
      break
    fi
  done
  chosen+=("$pick")
done
echo "Installing: ${chosen[*]}"
if ! apt install -y --no-install-recommends "${chosen[@]}"; then
  echo "install_deps.sh: apt-get could not install: ${chosen[*]}" >&2
  echo "Its message is above; README.md lists the packages by system." >&2
  exit 1
fi
echo "Installed: ${chosen[*]}"
