#!/bin/sh
# Installs what is missing, builds the engine for js/wasm with vectors and without, and runs
# speed.mjs.
set -eu
cd "$(dirname "$0")"
test -d node_modules/@tensorflow/tfjs-backend-wasm || npm ci --ignore-scripts --no-audit --no-fund
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
export GOOS=js GOARCH=wasm
GOEXPERIMENT=simd go build -o "$built/simd.wasm" ./step
go build -o "$built/portable.wasm" ./step
node speed.mjs "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$built/simd.wasm" "$built/portable.wasm"
