#!/usr/bin/env bash
# Formats every C++ file of the repository in place; with --check it only says which ones differ.
# The style is .clang-format's, and clang-format 14 defines it: other versions differ in details.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=""
for candidate in "${CLANG_FORMAT:-}" clang-format-14 clang-format; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
    tool="$candidate"
    break
  fi
done
if [ -z "$tool" ]; then
  echo "format.sh: clang-format 14 is not here; scripts/install_deps.sh --lint installs it" >&2
  exit 1
fi

# Tracked and new files, not the ignored ones.
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' | sort -u |
  while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done)

if [ "${1:-}" = --check ]; then
  "$tool" --dry-run --Werror "${files[@]}"
  echo "${#files[@]} files are formatted"
else
  "$tool" -i "${files[@]}"
fi
