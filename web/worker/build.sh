#!/bin/sh
# Builds the page's engine: web/worker/build/engine.gz, which a page begins with, files.gz,
# which it fetches at the first export that needs it, and Go's own JavaScript beside them.
#
# What is fetched to begin with is to be small. So calls are not inlined (-l), but where
# numbers are made, the tag lean leaves out what is in files.gz, and encoding/json is the
# smaller of Go's two.
set -eu
cd "$(dirname "$0")/../.."
module=github.com/gnllviz/gnllviz
out=web/worker/build
mkdir -p "$out"
export GOOS=js GOARCH=wasm GOEXPERIMENT=simd,nojsonv2
set -- -gcflags=all=-l
for fast in runtime 'runtime/...' math math/bits 'simd/...' 'gonum.org/...' \
	"$module/engine" "$module/engine/kernel" "$module/engine/metrics" "$module/loss/..." "$module/server/run/lane"; do
	set -- "$@" "-gcflags=$fast="
done
go build -trimpath -tags lean "$@" -ldflags '-s -w' -o "$out/engine.wasm" ./web/worker
go build -trimpath -ldflags '-s -w' -o "$out/files.wasm" ./web/worker
for one in engine files; do
	gzip -9 -n -c "$out/$one.wasm" >"$out/$one.gz"
	rm "$out/$one.wasm"
done
cp "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$out/go.js"
