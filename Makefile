# The habits of this project. Each is one command; `make` alone lists them.

FUZZTIME ?= 5m
BENCH ?= .
COUNT ?= 1
PKG ?=

GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

.DEFAULT_GOAL := help
.PHONY: help check test race lint fix fmt tidy fuzz examples bench benchmarks cover docs vuln clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## all that must hold before a change lands: what CI runs
	@.ci/run

test: ## the tests
	go test ./...

race: ## the tests, shuffled, under the race detector
	@.ci/run race

lint: ## golangci-lint, built from tools/go.mod at the first run
	@.ci/run lint

fix: ## let the linter mend what it can mend by itself
	go tool -modfile=tools/go.mod golangci-lint run --fix

fmt: ## format the code and sort its imports
	go tool -modfile=tools/go.mod golangci-lint fmt

tidy: ## tidy go.mod and go.sum of every module
	@for mod in $$(git ls-files --cached --others --exclude-standard ':(glob)**/go.mod'); do \
		echo "$$mod" && go -C "$$(dirname "$$mod")" mod tidy || exit 1; done

fuzz: ## every fuzz target, one after the other; FUZZTIME=5m each
	@FUZZTIME=$(FUZZTIME) .ci/run fuzz

examples: ## run the examples and compare what they print
	go test -count=1 ./examples/...

bench: ## measure beside other modules and write docs/benchmarks.md; some minutes
	go test -C test/bench -run='^TestReport$$' -count=1 -timeout=20m -v . -update

benchmarks: ## the packages' own benchmarks; BENCH=regexp COUNT=10 for benchstat
	go test -run='^$$' -bench='$(BENCH)' -benchmem -count=$(COUNT) ./...

cover: ## what the tests reach, package by package; cover.html line by line
	go test -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -html=cover.out -o cover.html
	@go tool cover -func=cover.out | tail -n 1

docs: ## the packages, a line each; PKG=./middleware/retry for all of one
ifeq ($(PKG),)
	@go list -f '{{if ne .Name "main"}}{{.ImportPath}}{{"\n"}}    {{.Doc}}{{end}}' ./... | grep .
else
	@go doc -all $(PKG)
endif

vuln: ## known vulnerabilities in what is used; asks the Go vulnerability database
	go run $(GOVULNCHECK) ./...

clean: ## remove what the habits above leave behind
	rm -f cover.out cover.html
