package rttest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A Check is one thing that a decorator has to keep to.
type Check struct {
	Name     string // as in the subtest's name and in [Skip]
	Promise  string // the promise of this module that it belongs to, such as "C1"
	Sentence string // what is expected
	Why      string // what says so: the documentation of net/http, an RFC, or what happens otherwise
	Claim    Claim  // what a decorator must claim for the check to be run
}

// A Claim is what a decorator says of itself by an [Option].
type Claim string

// The claims. ClaimContract is everybody's.
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
)

// An Outcome is how a check went.
type Outcome int

// The outcomes of a check.
const (
	Passed     Outcome = iota
	Failed             // the decorator does not keep to it
	NotClaimed         // the decorator does not claim what is checked
	Skipped            // by [Skip], or because it cannot be told from outside
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

// A Finding is what one check found.
type Finding struct {
	Check   Check
	Outcome Outcome
	Detail  string        // what happened, or why it was not run; empty if passed
	Took    time.Duration // in real time
}

// Checks returns all checks in the order in which they are run.
func Checks() []Check {
	var list []Check
	for _, c := range catalogue() {
		list = append(list, c.Check)
	}
	return list
}

// Run checks the decorator that wrap puts on a base, each check in a subtest of
// its own, and fails t with what it finds. Checks of what the decorator does not
// claim at all are left out; one that a detail of the claim excludes is skipped.
// wrap must return a decorator of the very base it is given.
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

// Report does what [Run] does, but returns what it found instead of failing t:
// for a comparison of decorators. It still fails t when an option is impossible,
// and the race detector does so when it finds a race.
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

// A check is a [Check] with what it does.
type check struct {
	Check

	real   bool                 // in real time: over loopback, or for a lock or a race
	unless func(*config) string // why the decorator does not claim this in particular; empty if it does
	run    func(*scene)
}

func catalogue() []*check {
	var all []*check
	for _, group := range [][]*check{
		requestChecks(), bodyChecks(), answerChecks(), panicChecks(), responseChecks(), connectionChecks(),
		concurrencyChecks(), lifeChecks(), guardChecks(), stallChecks(), cycleChecks(), ownResponseChecks(),
		asideChecks(), cacheChecks(), freshnessChecks(),
		retryChecks(), replayChecks(), bodyErrorChecks(), shareChecks(), dropChecks(), hintChecks(), waitChecks(), harmChecks(),
		credentialChecks(), logChecks(), limitChecks(),
	} {
		all = append(all, group...)
	}
	return all
}
