# Appealhub: build, test, measure. `make` or `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
GO ?= go
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.1
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)
SEED ?= 0
KILLS ?= 50
APPEALS ?= 20000

.PHONY: help build demo test lint lint-asyncapi bench bench-services test-crash test-services fuzz services-up services-down services-status clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/appealhub and bin/appealkit
	@mkdir -p bin
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

demo: build ## run the hub and both simulators: 50 appeals through to the answer, four more that stay in work (KEEP=./demo keeps data and config)
	bin/appealkit demo $(if $(KEEP),--keep $(KEEP))

test: ## run every test with the race detector, in random order
	$(GO) test -race -shuffle=on -timeout 9m ./...

lint: ## gofmt, go vet (for macOS too), staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags failpoints ./hub/... ./cmd/...
	$(GO) vet -tags services ./cmd/...
	GOOS=darwin GOARCH=arm64 $(GO) vet ./... # two seconds; the first time a minute
	$(GO) run $(STATICCHECK) ./...

lint-asyncapi: ## validate the AsyncAPI document with AsyncAPI's parser (needs node and npm, fetches it once)
	.ci/lint-asyncapi schemas/appealhub.v1.asyncapi.yaml

bench: build ## measure the whole path and its parts, printed with the machine (minutes)
	$(GO) build -tags failpoints -o bin/appealkit-slow ./cmd/appealkit
	bin/appealkit bench --slow bin/appealkit-slow
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m $$($(GO) list ./... | grep -v /journal/postgres) # that one's store a million appeals in a server

test-crash: ## kill the hub KILLS times at random moments and once at every failpoint (SEED=n repeats a run)
	@mkdir -p bin
	$(GO) build -tags failpoints -o bin/appealhub-crash ./cmd/appealhub
	$(GO) build -o bin/appealkit ./cmd/appealkit
	bin/appealkit crash --hub bin/appealhub-crash --kills $(KILLS) --seed $(SEED)

test-services: build ## the tests of and with real servers (a quarter of an hour): journal and bus, the servers' own, the runbooks, and chaos (APPEALS=n KILLS=n SEED=n)
	@dir=$$(mktemp -d /var/tmp/appealhub-test-XXXXXX) && trap 'bin/appealkit services down --purge --dir '$$dir'; rm -rf '$$dir EXIT && \
	bin/appealkit services up --dir $$dir && eval "$$(bin/appealkit services env --dir $$dir)" && \
	$(GO) test -race -shuffle=on -timeout 20m ./hub/journal/... ./hub/bus ./hub/spool ./cmd/appealhub/... && \
	$(GO) test -count=1 -run TestSixtyDays ./hub && \
	env -u POSTGRES_URL -u KAFKA_BROKERS -u S3_URL $(GO) test -tags services -timeout 20m -p 1 ./cmd/appealkit/internal/services ./cmd/appealkit/internal/runbook
	$(GO) build -tags failpoints -o bin/appealhub-crash ./cmd/appealhub
	bin/appealkit chaos --hub bin/appealhub-crash --appeals $(APPEALS) --kills $(if $(filter command line,$(origin KILLS)),$(KILLS),30) --seed $(SEED)

bench-services: build ## measure the hub on PostgreSQL and Kafka beside their bare limits (most of an hour; services-up first)
	bin/appealkit bench services
	$(GO) test -run '^$$' -bench Stored -benchtime 300x -timeout 60m ./hub/journal/postgres

fuzz: ## run every fuzz target for a while (FUZZTIME=30s)
	@for pkg in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
		echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(or $(FUZZTIME),30s) $$pkg || exit 1; done; done

services-up: build ## run PostgreSQL, Kafka and S3 here, without containers (BROKERS=3, ONLY=postgres,kafka)
	bin/appealkit services up $(if $(BROKERS),--brokers $(BROKERS)) $(if $(ONLY),--only $(ONLY))

services-down: build ## stop them; their data stay (PURGE=1 removes these)
	bin/appealkit services down $(if $(ONLY),--only $(ONLY)) $(if $(PURGE),--purge)

services-status: build ## show what runs, where, with which log
	bin/appealkit services status

clean: ## remove what was built
	rm -rf bin
