package faultsim_test

import (
	"context"
	"errors"
	"flag"
	"math"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/cost"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

var update = flag.Bool("update", false, "write testdata/explain.txt")

// stranger returns a layer of which nothing is known.
func stranger(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(next.RoundTrip)
}

func foreigner(next http.RoundTripper) http.RoundTripper { return stranger(next) }

// everyLayer returns a client with all that has settings.
func everyLayer(t *testing.T) *http.Client {
	t.Helper()
	limiter := ratelimit.NewLimiter(ratelimit.WithRates(ratelimit.Rate{PerSecond: 10, Burst: 20}, ratelimit.Rate{PerSecond: 5, Burst: 60}),
		ratelimit.WithMaxWait(5*time.Second))
	fetch := func(context.Context) (auth.Token, error) { return auth.Token{}, errors.New("it is not called") }
	client, err := tripware.New(
		tripware.WithRetry(retry.WithAttemptTimeout(10*time.Second), retry.WithCallTimeout(90*time.Second), retry.WithBackoff(retry.Decorrelated),
			retry.WithRetriesPerCall()),
		tripware.WithLimiter(limiter),
		tripware.WithAuth("https://api.example.com", auth.Refresh(fetch)),
		tripware.WithAuth("https://api.example.com", auth.Header("X-Key", redact.NewSecret("hunter2"))),
		tripware.PerAttempt(stranger),
	)
	require.NoError(t, err)
	client.Timeout = 5 * time.Minute
	return client
}

// With -update the test writes the text.
func TestAnExplanationPrintsAsAText(t *testing.T) {
	t.Parallel()
	text := faultsim.ExplainClient(everyLayer(t), faultsim.WithLoad(50, 2)).String() + "\n"
	if *update {
		require.NoError(t, os.WriteFile("testdata/explain.txt", []byte(text), 0o600))
	}
	golden, err := os.ReadFile("testdata/explain.txt")
	require.NoError(t, err)
	assert.Equal(t, string(golden), text)
	assert.NotContains(t, text, "hunter2")
}

func TestExplainTellsWhatIsUnknown(t *testing.T) {
	t.Parallel()
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("it is not called") })
	e := faultsim.Explain(transport.Chain(base, stranger, retry.New(), foreigner))
	assert.Equal(t, []string{"transport.RoundTripperFunc", "transport.RoundTripperFunc", "transport.RoundTripperFunc"}, e.Unknown)
	assert.Equal(t, faultsim.NoLimit, e.Resends)
	assert.Equal(t, faultsim.NoLimit, e.Requests)
	assert.Equal(t, 6, e.Attempts, "what is known")
	assert.Contains(t, e.String(), "what the base sends again is unknown")
	for i, known := range []bool{false, true, false, false} {
		assert.Equal(t, known, e.Layers[i].Known, e.Layers[i].Name)
	}

	e = faultsim.Explain(nil)
	assert.Empty(t, e.Unknown)
	assert.Equal(t, 1, e.Attempts)
	assert.Equal(t, 6, e.Resends, "HTTP/2, since the default transport has two idle connections")
	assert.Zero(t, e.Waits)
	assert.Nil(t, e.Outage)
	assert.Zero(t, faultsim.Explain(&http.Transport{DisableKeepAlives: true}).Resends)
	assert.Equal(t, 40, faultsim.Explain(&http.Transport{MaxIdleConnsPerHost: 40}).Resends)
}

// A layer of a user's own can take part.
type twice struct{ layer.Link }

func (l *twice) RoundTrip(req *http.Request) (*http.Response, error) { return l.Send(req) }

func (l *twice) Explain(w *cost.WorstCase) {
	w.Does = "sends everything twice"
	w.Repeat(2, nil)
	w.Held = cost.Sum(w.Held, time.Second)
}

func TestALayerOfAUserIsExplained(t *testing.T) {
	t.Parallel()
	own := func(next http.RoundTripper) http.RoundTripper {
		return &twice{layer.NewLink("twice", layer.Anywhere, next)}
	}
	e := faultsim.Explain(transport.Chain(nil, retry.New(retry.WithMaxRetries(2)), own), faultsim.WithHint(0), faultsim.WithLoad(10, 1))
	assert.Equal(t, 6, e.Attempts)
	assert.Equal(t, 6*time.Second, e.Waits, "1 s and 2 s, and three times a second")
	assert.InDelta(t, 44, e.Outage.Steady, 1e-9, "all of ten calls twice, and of 2 + 10 retries")
	assert.Empty(t, e.Unknown)

	e = faultsim.Explain(transport.Chain(nil, own), faultsim.WithLoad(10, 1))
	assert.Equal(t, 2, e.Attempts)
	assert.Equal(t, time.Second, e.LongestWait)
}

func TestExplainWarns(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		chain http.RoundTripper
		opts  []faultsim.ExplainOption
		want  []string
	}{
		{"no timeout", nil, nil, []string{"a call may never end: no timeout is set"}},
		{"a deadline", nil, []faultsim.ExplainOption{faultsim.WithDeadline(time.Second), nil}, nil},
		{
			"no timeout of the call", transport.Chain(nil, retry.New(retry.WithAttemptTimeout(time.Second))), nil,
			[]string{"reading a body may never end: no timeout of the call is set, nor a deadline"},
		},
		{
			"two faults of order", transport.Chain(nil, ratelimit.New(nil), retry.New(retry.WithCallTimeout(time.Second)), retry.New()), nil,
			[]string{
				"transport: check order: ratelimit is listed before retry(5, 429,500,502-599): the first would run once per call instead of once per attempt: swap them",
				"transport: check order: retry(5, 429,500,502-599) is listed before retry(5, 429,500,502-599): two retry loops multiply their attempts: remove one",
			},
		},
		{
			"no budget", transport.Chain(nil, retry.New(retry.WithCallTimeout(time.Second), retry.WithoutBudget())), nil,
			[]string{"retries have no budget: in an outage they multiply the load"},
		},
		{
			"a budget that is never empty", transport.Chain(nil, retry.New(retry.WithCallTimeout(time.Second))), []faultsim.ExplainOption{faultsim.WithLoad(100, 100)},
			[]string{"the budget has no effect at this load: its reserve refills faster, in all clients together, than retries use it"},
		},
		{
			"invalid options", nil,
			[]faultsim.ExplainOption{
				faultsim.WithLoad(math.NaN(), 1), faultsim.WithLoad(1, 0), faultsim.WithHint(-1), faultsim.WithResponseTime(-1), faultsim.WithDeadline(-time.Second),
				faultsim.WithDeadline(time.Minute),
			},
			[]string{
				"faultsim: explain: the load of NaN calls a second from 1 clients: both must be above 0",
				"faultsim: explain: the load of 1 calls a second from 0 clients: both must be above 0",
				"faultsim: explain: the hint of -1ns is negative",
				"faultsim: explain: the response time of -1ns is negative",
				"faultsim: explain: the deadline of -1s is negative",
			},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, row.want, faultsim.Explain(row.chain, row.opts...).Warnings)
		})
	}
}

// Settings without a limit give figures without one, and nothing overflows.
func TestWhatHasNoLimitIsExplained(t *testing.T) {
	t.Parallel()
	endless := retry.New(retry.WithMaxRetries(math.MaxInt), retry.WithMaxElapsed(0), retry.WithMaxHint(0), retry.WithMaxDelay(0), retry.WithoutBudget())
	e := faultsim.Explain(transport.Chain(nil, endless), faultsim.WithLoad(1e300, math.MaxInt))
	assert.Equal(t, faultsim.NoLimit, e.Attempts)
	assert.Equal(t, faultsim.NoLimit, e.Requests)
	for _, d := range []time.Duration{e.LongestWait, e.Waits, e.LongestDelay, e.Delays, e.Time, e.BodyTime} {
		assert.Equal(t, faultsim.Never, d)
	}
	assert.Contains(t, e.String(), "unbounded: no timeout is set")

	limiter := ratelimit.NewLimiter(ratelimit.WithMaxWait(0), ratelimit.WithMaxPause(0), ratelimit.WithMaxQueue(0))
	e = faultsim.Explain(transport.Chain(nil, ratelimit.New(limiter)))
	assert.Equal(t, faultsim.Never, e.LongestWait)
	e = faultsim.Explain(transport.Chain(nil, retry.New(), ratelimit.New(limiter)))
	assert.Equal(t, time.Minute, e.LongestWait, "the time limit of the retries holds for a limiter")

	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	e = faultsim.ExplainClient(client)
	assert.Equal(t, faultsim.NoLimit, e.Hops)
	assert.Equal(t, faultsim.NoLimit, e.Requests)
	assert.Equal(t, time.Minute, e.Time)
	assert.Equal(t, time.Minute, e.BodyTime)
}

// What a source of credentials costs: nothing for a key, its timeout for a token, and an unknown
// time for a function of a user, within the timeout of the attempt.
func TestCredentialsAreExplained(t *testing.T) {
	t.Parallel()
	fetch := func(context.Context) (auth.Token, error) { return auth.Token{}, errors.New("it is not called") }
	own := auth.SourceFunc(func(context.Context) (string, error) { return "", errors.New("it is not called") })
	for _, row := range []struct {
		name       string
		source     auth.Source
		attempts   int
		wait, time time.Duration
	}{
		{"a key", auth.Bearer(redact.NewSecret("x")), 1, 0, time.Second},
		{"a token", auth.Refresh(fetch), 2, 30 * time.Second, 92 * time.Second},
		{"a token without a timeout", auth.Refresh(fetch, auth.WithRefreshTimeout(0)), 2, faultsim.Never, faultsim.Never},
		{"a function", own, 1, 0, faultsim.Never},
		{"a signature", auth.Sign(func(*http.Request, []byte) error { return nil }), 1, 0, time.Second},
	} {
		layers := auth.New("https://api.example.com", row.source)
		e := faultsim.Explain(transport.Chain(nil, layers), faultsim.WithResponseTime(time.Second))
		assert.Equal(t, row.attempts, e.Attempts, row.name)
		assert.Equal(t, row.wait, e.LongestWait, row.name)
		assert.Equal(t, row.time, e.Time, row.name)

		e = faultsim.Explain(transport.Chain(nil, retry.New(retry.WithMaxRetries(0), retry.WithMaxElapsed(0), retry.WithAttemptTimeout(2*time.Second)), layers))
		assert.Equal(t, row.attempts, e.Attempts, row.name)
		if row.wait == 0 {
			assert.Equal(t, 2*time.Second, e.Time, row.name)
		}
	}
}
