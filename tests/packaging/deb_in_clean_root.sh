#!/usr/bin/env bash
# Makes the Debian package of a finished build, looks at it, and installs it in a Debian 12 that has nothing else.
#
#   tests/packaging/deb_in_clean_root.sh BUILD            make, look, install in a root made by debootstrap, and run it
#   tests/packaging/deb_in_clean_root.sh BUILD --look     only make and look: no root, no network
#
# Ends with status 77 when this machine lacks what that takes. FANIN_DEBIAN_MIRROR names another mirror.
set -euo pipefail

build=${1:?"which build folder?"}
mode=${2:-}
mirror=${FANIN_DEBIAN_MIRROR:-http://deb.debian.org/debian}

skip() {
  echo "skipped: $1"
  exit 77
}
fail() {
  echo "deb_in_clean_root.sh: $1" >&2
  exit 1
}

command -v dpkg-deb >/dev/null || skip "no dpkg-deb here"
command -v dpkg-shlibdeps >/dev/null || skip "no dpkg-shlibdeps here (apt-get install dpkg-dev)"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

(cd "$work" && cpack -G DEB --config "$(realpath "$build")/CPackConfig.cmake" -B "$work/packages" >"$work/cpack.log" 2>&1) ||
  { cat "$work/cpack.log"; fail "cpack failed"; }
packages=("$work"/packages/*.deb)
[ "${#packages[@]}" -eq 1 ] || fail "cpack made ${#packages[@]} packages, not one"
deb=${packages[0]}

[ "$(dpkg-deb -f "$deb" Package)" = fanin ] || fail "the package is not called fanin"
depends=$(dpkg-deb -f "$deb" Depends)
echo "Depends: $depends"
for library in libc6 libstdc++6 libdnnl2 libsqlite3-0 zlib1g libfmt9; do
  case "$depends" in *"$library"*) ;; *) fail "it does not depend on $library" ;; esac
done
dpkg-deb -c "$deb" | awk '{print $6}' >"$work/files"
for file in bin/fanin share/man/man1/fanin.1 share/bash-completion/completions/fanin share/fish/vendor_completions.d/fanin.fish \
  share/doc/fanin/copyright share/doc/fanin/LICENSE share/doc/fanin/README.md share/doc/fanin/docs/installing.md \
  share/fanin/text/pride_and_prejudice.txt include/fanin/experiment/compare.hpp; do
  grep -qxF "./usr/$file" "$work/files" || fail "it lacks /usr/$file"
done
grep -q '/_fanin$' "$work/files" || fail "it lacks the completion for zsh"
grep -q '/libfanin_core\.a$' "$work/files" || fail "it lacks the library"
grep -q '/fanin-config\.cmake$' "$work/files" || fail "it lacks what find_package(fanin) reads"
if grep -vE '^\./(usr/.*)?$' "$work/files"; then fail "it writes outside /usr"; fi
echo "$(basename "$deb"): $(stat -c %s "$deb") bytes, $(wc -l <"$work/files") files"
[ "$mode" = --look ] && exit 0

command -v debootstrap >/dev/null || skip "no debootstrap here (apt-get install debootstrap)"
[ "$(id -u)" -eq 0 ] || skip "debootstrap and chroot need root"
root=$work/root
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  { tail -20 "$work/debootstrap.log"; fail "debootstrap failed"; }
cp "$deb" "$root/fanin.deb"
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /fanin.deb \
  >"$work/install.log" 2>&1 || { tail -20 "$work/install.log"; fail "it cannot be installed"; }
chroot "$root" fanin gain relu | tee "$work/gain"
grep -q 1.4142136 "$work/gain" || fail "fanin gain relu does not say 1.4142136"
chroot "$root" fanin compare --data "spirals(points=64, test_points=32)" --epochs 1 --seeds 1 --no-progress >/dev/null
chroot "$root" dpkg -V fanin
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get purge -y fanin >/dev/null 2>&1
[ ! -e "$root/usr/bin/fanin" ] || fail "removing it leaves the program"
echo "installed, run and removed in a clean Debian 12"
