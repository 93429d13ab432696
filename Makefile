# Thin names over plain commands; README.md gives those too.
# `make run` and `make test` install what they need first.

# An older Go fetches the one that go.mod names, even where it was set not to.
export GOTOOLCHAIN = auto

GOFUMPT = go run mvdan.cc/gofumpt@v0.12.0
STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

PAGE = web/site/dist/index.html
# What the page's engine is built of: most of the Go code.
ENGINE_SOURCES = web/worker/build.sh go.mod $(shell find web/worker web/page.go web/built.go server engine loss datasets -name '*.go' ! -name '*_test.go' -o -path 'server/lesson/files/*')
PAGE_SOURCES = $(shell find web/src web/r web/embed -type f) web/index.html web/help.html web/vite.config.ts web/vite.report.config.ts web/vite.offline.config.ts web/tsconfig.json $(ENGINE_SOURCES)
MODULES = web/node_modules/.package-lock.json

LOAD = 2m
SOAK = 5m
FUZZ = 1m
KILLS = 200
OWNER_KILLS = 20

INTEROP = ./engine ./engine/export ./server/artifact

.PHONY: release test-release build site capacity run test test-long long race load soak fuzz kill cluster measure bench generate web check chromium proxies qemu emulated vectors tfjs interop

# On arm64 kernels are in package simd. amd64 has its assembly.
build: $(PAGE)
	$(if $(filter arm64,$(shell go env GOARCH)),GOEXPERIMENT=simd) go build -o gnllviz ./cmd/gnllviz

# Flags of the program: make run ARGS='--addr 127.0.0.1:9000 --open'
run: build
	./gnllviz serve $(ARGS)

test: build chromium proxies
	go test -timeout 20m ./...
	cd web && npm test
	cd web && npm run e2e

# What takes minutes to show itself. `make test` says whether a change is right; this
# says more: make test-long FUZZ=10s SOAK=1m
test-long: LOAD = 10s
test-long: SOAK = 3m
test-long: HALL = -load.viewers 200 -load.changes 50
test-long: build long kill cluster soak load fuzz measure

long:
	go test -tags long -run '^TestLong' -count 1 -timeout 30m ./...

# What the page costs: latencies, its heap over minutes, how much of the main thread.
measure: build chromium
	cd web && npm run e2e:long

# Each fuzz test for so long, as many at a time as there are processors.
fuzz:
	.ci/fuzz $(FUZZ)

# The program is killed so often, and nothing that was acknowledged may be lost.
kill:
	go test -run '^TestKilled$$' -count 1 -v -timeout 1h ./cmd/gnllviz -args -kills $(KILLS)

# Three nats-servers and three nodes, each of which is killed, stopped and restarted; the
# node that has the run is killed so often.
cluster: proxies
	go test -run '^TestCluster' -count 1 -v -timeout 1h ./cmd/gnllviz -args -owner.kills $(OWNER_KILLS)

race:
	go test -race -timeout 20m ./...

# A hall of 500 viewers, the way of a change, twenty runs at once: figures. Say how
# long, and what else: make load LOAD=20s ARGS='-load.viewers 200'
load:
	go test -tags long -run '^TestLoad' -count 1 -v -timeout 1h ./server -args -load.time $(LOAD) $(HALL) $(ARGS)

# Everything at random, under the race detector: make soak SOAK=1h
soak:
	go test -race -tags long -run '^TestSoak$$' -count 1 -v -timeout 0 ./server -args -soak.time $(SOAK) $(ARGS)

bench:
	go test -run '^$$' -bench . ./...

# What runs and viewers cost on this machine, and what classes need by that: the guide's
# chapter on capacity.
capacity: build
	go run ./server/guide/capacity/plan -measure ./gnllviz -out server/guide/capacity/measured.json -tables server/guide/capacity/tables.json

generate: $(MODULES)
	go generate ./...
	cd web && npm run generate

web: $(PAGE)

# The page for any static host, in a folder: make site OUT=public
OUT = site
site: build
	./gnllviz site --out $(OUT)

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	cd web && npm run build

$(MODULES): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# What a release has: a program for each system, the page as a folder, SHA256SUMS, an SBOM
# and a Containerfile.
release:
	.ci/release release

# A release of TARGETS is built twice, looked through and run, in a container, too.
test-release: TARGETS = linux/amd64 linux/arm64 darwin/arm64 windows/amd64
test-release: qemu
	TARGETS="$(TARGETS)" .ci/test-release

chromium:
	sh web/e2e/chromium.sh

proxies:
	sh web/e2e/proxies.sh

# Loss and kernels on processors that this one is not: an x86-64 of 2006, and
# arm64, portable and in vectors.
emulated: qemu
	for p in loss engine/kernel; do \
		go test -c -o emulated.test ./$$p && \
		(cd $$p && qemu-x86_64-static -cpu core2duo $(CURDIR)/emulated.test -test.short) && \
		GOARCH=arm64 go test -short -exec qemu-aarch64-static ./$$p && \
		GOARCH=arm64 GOEXPERIMENT=simd go test -short -exec qemu-aarch64-static ./$$p || exit 1; \
	done
	rm emulated.test

# Kernels in package simd against portable Go: here, where amd64 leaves out its assembly,
# and as WebAssembly under Node; and of what they are made on arm64.
vectors:
	GOEXPERIMENT=simd go test -short -tags purego,noasm ./loss ./engine/kernel
	GOOS=js GOARCH=wasm GOEXPERIMENT=simd go test -short -exec $$(go env GOROOT)/lib/wasm/go_js_wasm_exec ./loss ./engine/kernel
	go test -tags vectors -run '^TestHalfOfTheHotLoopsIsVectorArithmetic$$' ./engine/kernel

# A training step as WebAssembly beside TensorFlow.js on its wasm backend, under Node.
tfjs:
	sh engine/testdata/tfjs/run.sh

qemu:
	sh loss/testdata/qemu.sh

# Exported files in the programs that they are for: ONNX's checker and reference,
# onnxruntime, tract, PyTorch, NumPy, pyarrow; and equations in PyTorch. Installs what
# is missing.
interop:
	sh engine/export/testdata/interop/install.sh
	go test -tags interop -count 1 $(INTEROP)

check: $(MODULES)
	@bad=$$($(GOFUMPT) -l .); test -z "$$bad" || { echo "not formatted (gofumpt -w .):"; echo "$$bad"; exit 1; }
	go vet ./...
	go vet -tags long,interop,vectors ./...
	GOARCH=arm64 GOEXPERIMENT=simd go vet ./loss ./engine/kernel
	GOOS=js GOARCH=wasm GOEXPERIMENT=simd go vet ./loss ./engine/kernel
	$(STATICCHECK) ./...
	cd web && npm run check
	cd web && npm run lint
