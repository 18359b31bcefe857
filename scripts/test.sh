#!/usr/bin/env bash
# `npm test` on a fresh machine: set up, bring the peers, run the tests. Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
bash scripts/setup.sh
bash scripts/peers.sh
exec vitest run "$@"
