#!/bin/sh
# Builds the shipped tracker out of mtc.js. With --check: fails when the shipped file is stale.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/terser ] || npm ci --silent
node build.js "$@"
