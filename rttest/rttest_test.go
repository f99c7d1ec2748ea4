package rttest_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/rttest"
)

// childEnv makes the test binary run one of the children below.
const childEnv = "RTTEST_CHILD"

// child runs a test of this binary that is expected to fail, and returns its output.
func child(t *testing.T, which string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"="+which)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", out)
	return string(out)
}

// TestChild fails on purpose, in a separate process.
func TestChild(t *testing.T) {
	switch which := os.Getenv(childEnv); which {
	case "":
		t.Skip("it fails on purpose: other tests run it in a process and read what it prints")
	case "options":
		rttest.Run(t, pass, rttest.Skip("no-such-check", "typo"), rttest.Skip("sent-once", ""), rttest.WithPatience(-1),
			rttest.Retries(rttest.Retry{}), rttest.Carries(rttest.Credential{Origin: "api.example.com", Header: "X-A", Query: "a"}), rttest.Limits(rttest.Limit{}))
	case "signing":
		rttest.Run(t, signing("credential-not-in-errors"), carries)
	default:
		for _, f := range faults() {
			if f.check == which {
				rttest.Run(t, f.wrap, rttest.Only(which))
			}
		}
	}
}

func TestAFailureSaysWhatWasExpectedWhatHappenedAndWhy(t *testing.T) {
	t.Parallel()
	out := child(t, "sent-once")
	assert.Contains(t, out, "--- FAIL: TestChild/sent-once")
	assert.Contains(t, out, "sent-once (C5)")
	assert.Contains(t, out, "expected: one call sends one request to the base")
	assert.Contains(t, out, "happened: after a response of status 503 (0: an error) the base was called 2 times")
	assert.Contains(t, out, "why:      net/http: RoundTrip executes a single HTTP transaction")
}

// A3: no report contains the decorator's secret.
func TestAReportDoesNotShowTheSecret(t *testing.T) {
	t.Parallel()
	out := child(t, "signing")
	assert.Contains(t, out, "--- FAIL: TestChild/credential-not-in-errors")
	assert.NotContains(t, out, key)
}

func TestTellsAllThatIsWrongWithTheOptions(t *testing.T) {
	t.Parallel()
	out := child(t, "options")
	for _, want := range []string{
		`unknown check "no-such-check"`, `skip "sent-once": a reason is missing`, "patience -1ns is negative",
		"retries: Max is 0, must be at least 1", "Origin is not an absolute http or https URL", "Secret is empty",
		"both Header and Query are set", "limits: PerSecond is 0 and Burst is 0",
	} {
		assert.Contains(t, out, want)
	}
	assert.NotContains(t, out, "TestChild/", "no check is run")
}

// C1: the race detector sees a write during a concurrent read.
func TestTheRaceDetectorSeesALateWrite(t *testing.T) {
	t.Parallel()
	if !measure.Racing {
		t.Skip("only the race detector sees such a write: run go test -race")
	}
	assert.Contains(t, child(t, "request-kept-after"), "DATA RACE")
}

func TestSkipsWithAReason(t *testing.T) {
	t.Parallel()
	findings := rttest.Report(t, pass, rttest.Only("sent-once", "retry-post-on-error", "no-cookies-kept"), rttest.Skip("sent-once", "twice is better"))
	require.Len(t, findings, 3)
	assert.Equal(t, rttest.Passed, findings[0].Outcome)
	assert.Equal(t, rttest.Skipped, findings[1].Outcome)
	assert.Equal(t, "twice is better", findings[1].Detail)
	assert.Equal(t, rttest.NotClaimed, findings[2].Outcome)
	assert.NotEmpty(t, findings[2].Detail)
}

func TestNamesItsOutcomes(t *testing.T) {
	t.Parallel()
	var names []string
	for o := rttest.Passed; o <= rttest.Skipped+1; o++ {
		names = append(names, o.String())
	}
	assert.Equal(t, []string{"passed", "failed", "not claimed", "skipped", "outcome 4"}, names)
}

// However a decorator hangs, each check ends.
func TestDoesNotHangOnADecoratorThatDoes(t *testing.T) {
	t.Parallel()
	var never sync.Mutex
	never.Lock() // for good: a check that went on after its test had ended would race with package testing
	forever := make(chan struct{})
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"on a lock": doing(func(*http.Request, http.RoundTripper) (*http.Response, error) {
			never.Lock()
			defer never.Unlock()
			return nil, http.ErrAbortHandler
		}),
		"on a channel": doing(func(*http.Request, http.RoundTripper) (*http.Response, error) {
			<-forever
			return nil, http.ErrAbortHandler
		}),
		"on a channel of its own": doing(func(*http.Request, http.RoundTripper) (*http.Response, error) {
			<-make(chan struct{})
			return nil, http.ErrAbortHandler
		}),
		"in a loop": doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			for {
				if resp, err := base.RoundTrip(req); err == nil && resp.StatusCode == http.StatusTeapot {
					return resp, nil
				} else if req.Context().Err() != nil {
					return nil, req.Context().Err()
				}
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			findings := rttest.Report(t, wrap, rttest.WithPatience(time.Second),
				rttest.Only("no-cookies-kept", "panic-leaves-no-lock", "response-request-set", "error-comes-through"))
			for _, f := range findings {
				assert.Equal(t, rttest.Failed, f.Outcome, "%s: %s", f.Check.Name, f.Detail)
			}
			assert.Less(t, time.Since(begun), 30*time.Second)
		})
	}
}

// C10: a patience of zero is no bound.
func TestAPatienceOfZeroIsEndless(t *testing.T) {
	t.Parallel()
	for _, f := range rttest.Report(t, pass, rttest.WithPatience(0), rttest.Only("concurrent-http1", "no-cookies-kept")) {
		assert.Equal(t, rttest.Passed, f.Outcome, "%s: %s", f.Check.Name, f.Detail)
	}
}

func TestAPanicOfADecoratorFailsTheCheck(t *testing.T) {
	t.Parallel()
	wrap := doing(func(*http.Request, http.RoundTripper) (*http.Response, error) { panic("a bug") })
	for _, f := range rttest.Report(t, wrap, rttest.Only("body-closed-on-success", "concurrent-http1", "credential-sent")) {
		if f.Outcome == rttest.NotClaimed {
			continue
		}
		assert.Equal(t, rttest.Failed, f.Outcome, f.Check.Name)
		assert.Contains(t, f.Detail, "a bug")
	}
}

// A panic in another goroutine could not be caught, so none is made.
func TestDoesNotPanicBelowAForeignGoroutine(t *testing.T) {
	t.Parallel()
	wrap := doing(func(req *http.Request, base http.RoundTripper) (resp *http.Response, err error) {
		var wg sync.WaitGroup
		wg.Go(func() { resp, err = base.RoundTrip(req) })
		wg.Wait()
		return resp, err
	})
	for _, f := range rttest.Report(t, wrap) {
		if strings.HasPrefix(f.Check.Name, "panic-") {
			assert.Equal(t, rttest.Skipped, f.Outcome)
			assert.Contains(t, f.Detail, "in another goroutine")
			continue
		}
		assert.NotEqual(t, rttest.Failed, f.Outcome, "%s: %s", f.Check.Name, f.Detail)
	}
}

// Not parallel: what others leave behind is none of this test's.
func TestLeavesNoGoroutineBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	rttest.Run(t, pass)
	rttest.Run(t, retrying(""), claimRetries())
}
