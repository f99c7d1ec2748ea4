# Common commands. `make` without arguments lists them.

FUZZTIME ?= 5m
BENCH ?= .
COUNT ?= 1
PKG ?=

GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

.DEFAULT_GOAL := help
.PHONY: help check test race lint fix fmt tidy fuzz examples bench benchmarks clients clients-page clients-update dashboard-check fleet cover docs inspect-picture inspect-har vuln clean workshop cli-docs cli-size export-figures report-picture

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## run everything that CI runs; every change must pass
	@.ci/run

test: ## run the tests
	go test ./...

race: ## run the tests in random order with the race detector
	@.ci/run race

lint: ## run golangci-lint, built from tools/go.mod on first use
	@.ci/run lint

fix: ## apply the linter's automatic fixes
	go tool -modfile=tools/go.mod golangci-lint run --fix

fmt: ## format the code and sort its imports
	go tool -modfile=tools/go.mod golangci-lint fmt

tidy: ## tidy go.mod and go.sum of every module
	@for mod in $$(git ls-files --cached --others --exclude-standard ':(glob)**/go.mod'); do \
		echo "$$mod" && go -C "$$(dirname "$$mod")" mod tidy || exit 1; done

fuzz: ## run each fuzz target for FUZZTIME=5m
	@FUZZTIME=$(FUZZTIME) .ci/run fuzz

examples: ## run the examples and check their output
	go test -count=1 ./examples/...

bench: ## compare with other modules; writes docs/benchmarks.md and docs/limits.md in about six minutes
	go test -C test/bench -run='^TestReport$$' -count=1 -timeout=20m -v . -update

benchmarks: ## run the packages' benchmarks; BENCH=regexp COUNT=10 for benchstat
	go test -run='^$$' -bench='$(BENCH)' -benchmem -count=$(COUNT) ./...

clients: ## measure other HTTP clients above a chain; writes docs/clients.md; the first time takes many minutes
	@.ci/clients $(MODULES)

clients-page: ## write docs/clients.md from the stored measurements
	@.ci/clients -page

clients-update: ## raise the clients to their newest versions; then run make clients
	@.ci/clients -update

workshop: ## compare breakers and hedges with those of other modules; writes test/workshop/README.md
	go test -C test/workshop -run='^TestTables$$' -count=1 -v . -update
	@.ci/clients test/workshop

dashboard-check: ## show that every panel of the Grafana dashboard has data, in a real Prometheus
	@.ci/dashboard

fleet: ## measure eight processes on one limit, with a real Redis; writes docs/fleet.md in about five minutes
	@.ci/fleet

export-figures: ## export 10,000 alerts from a simulated account with limits; takes two minutes
	go test -C cmd/tripware -run='^$$' -bench=TenThousandAlerts -benchtime=1x ./internal/archive

cli-docs: ## run the sessions in docs/cli.md and docs/export.md and write their outputs
	go test -C cmd/tripware -count=1 ./internal/root ./internal/archive -run=Sessions -update

cli-size: ## print the size of the program tripware, and the time that it takes to start
	@.ci/clisize

cover: ## measure test coverage; details in cover.html
	go test -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -html=cover.out -o cover.html
	@go tool cover -func=cover.out | tail -n 1

docs: ## list the packages; PKG=./middleware/retry shows one in full
ifeq ($(PKG),)
	@go list -f '{{if ne .Name "main"}}{{.ImportPath}}{{"\n"}}    {{.Doc}}{{end}}' ./... | grep .
else
	@go doc -all $(PKG)
endif

inspect-picture: ## take docs/inspect.png, the page of live calls in a headless Chromium during a storm
	@.ci/inspect picture

inspect-har: ## check a HAR file of a storm with har-validator of npm
	@.ci/inspect har

report-picture: ## take docs/move-report.png, the report of a simulated account, in a headless Chromium
	@.ci/report picture

vuln: ## check for known vulnerabilities; queries the Go vulnerability database
	go run $(GOVULNCHECK) ./...

clean: ## remove what the habits above leave behind
	rm -f cover.out cover.html
