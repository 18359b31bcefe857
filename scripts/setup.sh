#!/usr/bin/env bash
# Lays node_modules out when it is missing or not what the lock says, whoever laid it out. Node's own version does not
# matter here: the devDependency `node` brings the one that everything afterwards runs on.
set -euo pipefail
cd "$(dirname "$0")/.."

if node_modules/.bin/node scripts/fits-lock.ts 2>/dev/null; then exit 0; fi

echo "setup: npm ci"
# npm must not run on the very Node that it is about to replace.
PATH=${PATH//"$PWD/node_modules/.bin:"/}
npm ci --no-audit --no-fund --loglevel=error
node_modules/.bin/node -e 0
