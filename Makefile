# Two commands are enough on a machine with Go and make: `make demo` and `make test`.
# README.md lists the rest.

GO       ?= go
MODULES  := . generator bench faults
# A relative path: make cannot name files in a directory whose path has a space.
BIN      := bin
OPIKGEN  := $(BIN)/opikgen
GOFLAGS_TEST ?=

# SPEC and OUT are the arguments of `make import` and `make sdk`; relative paths
# are meant from here.
SPEC ?=
OUT  ?=
BENCH ?= .
COUNT ?= 5
ARGS ?=
UPDATE ?=
SOAK ?= 30m
# A number of runs, not a time: the end of a time is sometimes taken for a failure.
FUZZTIME ?= 100000x
# Targets of the generator run whole stages.
FUZZTIME_STAGES ?= 2000x
# Opik's Python client wants Python 3.11 or so, its TypeScript client Node 20.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help setup generate check test test-full fuzz lint bench bench-parts bench-toolchain soak faults demo interop import update sdk clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## download what the modules need and build the tools
	@for m in $(MODULES); do $(GO) -C $$m mod download || exit 1; done
	@$(MAKE) --no-print-directory $(OPIKGEN) $(BIN)/staticcheck $(BIN)/contractcheck $(BIN)/benchstat

# The tools are built on each use: the build cache makes that cheap, and a stale
# binary would be worse than the wait.
.PHONY: $(OPIKGEN) $(BIN)/contractcheck
$(OPIKGEN):
	@$(GO) build -C generator -o ../$@ ./cmd/opikgen
$(BIN)/contractcheck:
	@$(GO) build -C generator -o ../$@ ./cmd/contractcheck
$(BIN)/staticcheck: generator/go.mod
	@$(GO) build -C generator -o ../$@ honnef.co/go/tools/cmd/staticcheck
$(BIN)/benchstat: generator/go.mod
	@$(GO) build -C generator -o ../$@ golang.org/x/perf/cmd/benchstat

generate: ## regenerate everything from api/ and templates/
	@$(GO) generate ./...

check: $(OPIKGEN) ## say whether the generated files are in step and every operation is decided, without writing
	@$(OPIKGEN) check -release

test: $(BIN)/contractcheck ## all tests; requests to the embedded backend are checked against the contract
	@$(BIN)/contractcheck -- $(GO) test -race $(GOFLAGS_TEST) ./...
	@$(GO) test -C generator $(GOFLAGS_TEST) ./...
	@$(GO) test -C bench $(GOFLAGS_TEST) ./...
	@$(GO) test -C faults $(GOFLAGS_TEST) ./...

test-full: SHELL := /bin/bash
test-full: ## the slow tests: killed processes, models, every published document, and fuzzing
	@OPIK_TEST_FULL=1 $(GO) test $(GOFLAGS_TEST) -timeout 30m -run 'Crash|Model' -v ./opik/... | grep -vE '^(=== RUN|testing: warning: no tests|PASS$$)|no test(s to run| files)'; exit $${PIPESTATUS[0]}
	@OPIK_TEST_FULL=1 $(GO) test -C generator $(GOFLAGS_TEST) -timeout 30m ./...
	@$(MAKE) --no-print-directory fuzz

fuzz: ## every fuzz target, FUZZTIME each, or FUZZTIME_STAGES in the generator
	@for m in . generator; do \
	  time=$(FUZZTIME); test $$m = . || time=$(FUZZTIME_STAGES); \
	  for p in $$($(GO) -C $$m list ./...); do \
	    for f in $$($(GO) test -C $$m -list '^Fuzz' $$p | grep '^Fuzz'); do \
	      echo "$$p $$f"; $(GO) test -C $$m -run '^$$' -fuzz "^$$f\$$" -fuzztime $$time $$p || exit 1; \
	    done; \
	  done; \
	done

lint: $(BIN)/staticcheck ## gofmt, vet and staticcheck in every module
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	@for m in $(MODULES); do echo "vet and staticcheck: $$m"; \
	  $(GO) -C $$m vet ./... || exit 1; (cd $$m && "$(CURDIR)/$(BIN)/staticcheck" ./...) || exit 1; done

bench: SHELL := /bin/bash
bench: $(BIN)/benchstat ## this SDK, its peers and a floor, side by side: COUNT=5, ARGS='-work g=1', UPDATE=1 writes docs/performance.md
	@mkdir -p .cache && set -o pipefail && $(GO) run -C bench . -count $(COUNT) $(ARGS) $(if $(UPDATE),-update ../docs/performance.md) | tee .cache/bench.txt

soak: ## a client against a server that cannot be had, for SOAK=30m; fails if memory, goroutines or files grow
	@mkdir -p .cache && $(GO) run -C bench ./soak -time $(SOAK) -out ../.cache

faults: ## what becomes of records when something goes wrong: writes docs/reliability.md
	@$(GO) run -C faults . -update ../docs/reliability.md

bench-parts: ## benchmarks of single parts: encoders, queue, handles, stages of the generator
	@$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./opik/...
	@$(GO) test -C generator -run '^$$' -bench '$(BENCH)' -benchmem ./...

bench-toolchain: ## time and memory of the generator's commands, as users run them
	@$(GO) test -C generator -run '^$$' -bench Toolchain ./internal/cli

demo: ## generate, start the embedded backend, run the quickstart, print the trace that arrived
	@$(GO) run ./examples/demo

interop: ## prove that Opik's official clients and this one read what the others write; needs Python and Node
	@mkdir -p .cache/interop/node
	@test -x .cache/interop/python/bin/python || $(PYTHON) -m venv .cache/interop/python
	@.cache/interop/python/bin/python -m pip install --quiet --disable-pip-version-check -r interop/python/requirements.txt
	@cp interop/typescript/package.json interop/typescript/peer.mjs .cache/interop/node/
	@npm install --prefix .cache/interop/node --loglevel error --no-audit --no-fund
	@$(GO) run ./interop -python .cache/interop/python/bin/python -node .cache/interop/node

import: $(OPIKGEN) ## make SPEC=file-or-url the contract
	@test -n "$(SPEC)" || { echo "usage: make import SPEC=file-or-url"; exit 2; }
	@$(OPIKGEN) import $(if $(FORCE),-force) "$(SPEC)"

update: $(OPIKGEN) ## take a newer document over, test, and write .cache/update.md for a pull request: SPEC=file-or-url
	@test -n "$(SPEC)" || { echo "usage: make update SPEC=file-or-url"; exit 2; }
	@$(OPIKGEN) update $(if $(FORCE),-force) -test 'make --no-print-directory test' "$(SPEC)"

sdk: $(OPIKGEN) ## a complete SDK for another published document: SPEC=file-or-url OUT=new-folder
	@test -n "$(SPEC)" -a -n "$(OUT)" || { echo "usage: make sdk SPEC=file-or-url OUT=new-folder"; exit 2; }
	@$(OPIKGEN) sdk "$(SPEC)" "$(OUT)"

clean: ## remove built tools and results
	@rm -rf bin .cache
