#!/usr/bin/env bash
# What is checked beside the tests. Runs all of it, names what failed, and fails if anything did.
set -uo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh || exit
export PATH="$PWD/node_modules/.bin:$PATH"

failed=()
check() {
  local name=$1
  shift
  echo "check: $name"
  "$@" || failed+=("$name")
}
check lint biome ci --error-on-warnings .
check types tsc -p .
check "unused code" knip
check package node scripts/check-package.ts

[ ${#failed[@]} -eq 0 ] && exit 0
printf -v list '%s, ' "${failed[@]}"
echo "check: failed: ${list%, }"
exit 1
