package rttest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A Check is one rule that a decorator must follow.
type Check struct {
	Name     string // the name of the subtest, and the name to pass to [Skip]
	Promise  string // the number of this module's promise that it tests, such as "C1"
	Sentence string // what is expected
	Why      string // the source: the documentation of net/http, an RFC, or the harm that is prevented
	Claim    Claim  // the check is run only for decorators with this claim
}

// A Claim is something that a decorator claims to do. An [Option] makes the claim.
type Claim string

// The claims. ClaimContract applies to every decorator.
const (
	ClaimContract   Claim = "contract"
	ClaimGuards     Claim = "guards"     // [Guards]
	ClaimUnwraps    Claim = "unwraps"    // [Unwraps]
	ClaimAnswers    Claim = "answers"    // [Answers]
	ClaimCaches     Claim = "caches"     // [Caches]
	ClaimRetries    Claim = "retries"    // [Retries]
	ClaimCredential Claim = "credential" // [Carries]
	ClaimLogs       Claim = "logs"       // [Logs]
	ClaimLimits     Claim = "limits"     // [Limits]
	ClaimHedges     Claim = "hedges"     // [Hedges]
)

// An Outcome is the result of a check.
type Outcome int

// The outcomes of a check.
const (
	Passed     Outcome = iota
	Failed             // the decorator breaks the rule
	NotClaimed         // the decorator does not claim what the check tests
	Skipped            // by [Skip], or because the check could not observe what it needs
)

// String returns the outcome in lower case, such as "not claimed".
func (o Outcome) String() string {
	switch o {
	case Passed:
		return "passed"
	case Failed:
		return "failed"
	case NotClaimed:
		return "not claimed"
	case Skipped:
		return "skipped"
	}
	return fmt.Sprintf("outcome %d", int(o))
}

// A Finding is the result of one check of one decorator.
type Finding struct {
	Check   Check
	Outcome Outcome
	Detail  string        // what happened, or why the check was not run; empty if it passed
	Took    time.Duration // in real time
}

// Checks returns all checks in the order in which they run.
func Checks() []Check {
	var list []Check
	for _, c := range catalogue() {
		list = append(list, c.Check)
	}
	return list
}

// Run tests the decorator that wrap returns. Each check runs as a subtest of t. Checks
// for claims that the options do not make are left out; a check that a detail of a
// claim excludes is skipped. wrap must return a decorator of the base it is given.
func Run(t *testing.T, wrap func(base http.RoundTripper) http.RoundTripper, options ...Option) {
	t.Helper()
	cfg := settings(t, options)
	for _, c := range cfg.selection() {
		if !cfg.claimed(c.Claim) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Helper()
			switch f := examine(t, c, wrap, cfg); f.Outcome {
			case Failed:
				t.Errorf("%s (%s)\n\texpected: %s\n\thappened: %s\n\twhy:      %s",
					c.Name, c.Promise, c.Sentence, strings.ReplaceAll(f.Detail, "\n", "\n\t          "), c.Why)
			case NotClaimed, Skipped:
				t.Skipf("%s: %s", f.Outcome, f.Detail)
			case Passed:
			}
		})
	}
}

// Report is [Run] for comparing decorators: it returns the findings instead of failing
// t. It still fails t if an option is invalid, and so does the race detector if it
// finds a race. Most users will not need it.
func Report(t *testing.T, wrap func(base http.RoundTripper) http.RoundTripper, options ...Option) []Finding {
	t.Helper()
	cfg := settings(t, options)
	var found []Finding
	for _, c := range cfg.selection() {
		found = append(found, examine(t, c, wrap, cfg))
	}
	return found
}

func settings(t *testing.T, options []Option) *config {
	t.Helper()
	cfg, err := configure(options)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// A check is a [Check] and the function that performs it.
type check struct {
	Check

	real   bool                 // runs in real time: over loopback, or because of a lock or a race
	unless func(*config) string // the reason why the claim does not include this check; empty if it does
	run    func(*scene)
}

func catalogue() []*check {
	var all []*check
	for _, group := range [][]*check{
		requestChecks(), bodyChecks(), answerChecks(), panicChecks(), responseChecks(), connectionChecks(),
		concurrencyChecks(), lifeChecks(), guardChecks(), stallChecks(), cycleChecks(), ownResponseChecks(),
		asideChecks(), cacheChecks(), freshnessChecks(),
		retryChecks(), replayChecks(), bodyErrorChecks(), shareChecks(), dropChecks(), hintChecks(), waitChecks(), harmChecks(),
		credentialChecks(), logChecks(), limitChecks(), hedgeChecks(), legChecks(),
	} {
		all = append(all, group...)
	}
	return all
}
