package opentelemetry_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// ask makes a call with a known id, and returns its response or error.
func ask(t *testing.T, client *http.Client) (*http.Response, error) {
	t.Helper()
	ctx := transport.WithTransactionID(transport.WithRoute(t.Context(), "GET /users/{id}"), "the-id")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, somewhere, http.NoBody)
	require.NoError(t, err)
	return client.Do(req)
}

// numbered answers request number n, counted from 1, by a status; 0 answers none until the
// request is canceled.
func numbered(statuses ...int) transport.RoundTripperFunc {
	var sent atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		status := statuses[min(int(sent.Add(1)), len(statuses))-1]
		if status == 0 {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, Request: req}, nil
	}
}

// H1, T2: the legs of a hedge are attempts of one call, and neither leg is a retry of the other.
func TestSpansAndMetricsOfAHedgedCall(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]transport.RoundTripperFunc{
		"virtual/hedged":           numbered(0, 200),
		"virtual/hedged and again": numbered(503, 0, 200),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				client := r.client(t, nil, tripware.WithBase(base), tripware.WithHedge(hedge.WithDelay(100*time.Millisecond)),
					tripware.WithRetry(retry.WithBaseDelay(0)))
				resp, err := ask(t, client)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				synctest.Wait()
				golden(t, name, r.text(t))
			})
		})
	}
}

// T2: a retry follows the attempt that won, not the one that lost and ended later.
func TestTheRetryOfAHedgedAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var asked atomic.Bool
		first := func(retry.Outcome) retry.Answer {
			if asked.Swap(true) {
				return retry.No
			}
			return retry.Yes
		}
		client := r.client(t, nil, tripware.WithBase(numbered(0, 202, 200)), tripware.WithHedge(hedge.WithDelay(100*time.Millisecond)),
			tripware.WithRetry(retry.WithBaseDelay(time.Second), retry.WithClassifier(first)))
		resp, err := ask(t, client)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		synctest.Wait()
		assert.Contains(t, r.families(t), "{server.address=api.example.com tripware.retry.cause=202} 1\n")
	})
}

// T2: an attempt that a bulkhead refuses has no span, and its call ends with the class.
func TestSpansAndMetricsOfAFullBulkhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		permits := bulkhead.NewBulkhead(1, bulkhead.WithMaxQueue(1), bulkhead.WithMaxWait(time.Second), bulkhead.WithMaxHold(2*time.Second), bulkhead.WithLogger(nil))
		client := r.client(t, []opentelemetry.Option{opentelemetry.WithBulkhead("api", permits)},
			tripware.WithBase(numbered(0)), tripware.WithBulkhead(permits), tripware.WithRetry(retry.Off()))
		go func() { _ = fetch(t.Context(), client, somewhere) }()
		synctest.Wait()
		_, err := ask(t, client)
		require.Error(t, err)
		go func() { _ = fetch(t.Context(), client, somewhere) }()
		time.Sleep(500 * time.Millisecond)
		golden(t, "virtual/bulkhead full", r.text(t))
		time.Sleep(time.Second)
		assert.Contains(t, r.families(t), "metric tripware.client.bulkhead.overdue ({request}): Permits that were held for longer than the bulkhead allows.\n"+
			"  {tripware.bulkhead.key=api.example.com tripware.bulkhead.name=api} 1\n")
	})
}

// openError is the error of a circuit breaker.
type openError struct{}

func (openError) Error() string      { return "breaker: the circuit is open" }
func (openError) ErrorClass() string { return string(transport.ClassBreakerOpen) }
func (openError) NotSent() bool      { return true }

// circuit is a circuit breaker that is open.
type circuit []transport.KeyStatus

func (c circuit) KeyStatuses(int) []transport.KeyStatus { return c }

func (c circuit) refuse(next http.RoundTripper) http.RoundTripper {
	return &open{layer.NewLink("breaker", layer.AtBreaker, next)}
}

type open struct{ layer.Link }

func (*open) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, layer.Refuse(req, openError{})
}

// T2: a call that an open circuit refuses has the class, and the circuit's state is a number.
func TestSpansAndMetricsOfAnOpenBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		c := circuit{
			{Key: "api.example.com", State: "open", Refused: 7, Opened: 2},
			{Key: "half.example.com", State: "half-open", Opened: 1},
			{Key: "closed.example.com", State: "closed"},
			{Key: "odd.example.com", State: "unheard of"},
		}
		client := r.client(t, []opentelemetry.Option{opentelemetry.WithBreaker("api", c)},
			tripware.WithBase(numbered(200)), tripware.PerAttempt(c.refuse), tripware.WithRetry(retry.Off()))
		_, err := ask(t, client)
		require.ErrorIs(t, err, openError{})
		golden(t, "virtual/breaker open", r.text(t))
	})
}

// T1: the series of a bulkhead and of a breaker are bounded.
func TestTheKeysOfBulkheadsAndBreakersAreBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	permits, c := bulkhead.NewBulkhead(1), circuit{}
	client := r.client(t, []opentelemetry.Option{opentelemetry.WithBulkhead("api", permits), opentelemetry.WithBreaker("api", &c)},
		tripware.WithBase(&scripted{statuses: []int{200}}), tripware.WithBulkhead(permits))
	for host := range 150 {
		name := "host" + strconv.Itoa(host) + ".example.com"
		do(t, client, t.Context(), "https://"+name+"/")
		c = append(c, transport.KeyStatus{Key: name, State: "closed"})
	}
	text := r.families(t)
	assert.Equal(t, 100*5, strings.Count(text, "tripware.bulkhead.key="))
	assert.Equal(t, 100*3, strings.Count(text, "tripware.breaker.key="))
}

// A bulkhead or breaker that is nil is an error of the options.
func TestNilBulkheadsAndBreakersAreRefused(t *testing.T) {
	t.Parallel()
	_, err := tripware.New(opentelemetry.With(opentelemetry.WithBulkhead("a", nil), opentelemetry.WithBreaker("b", nil),
		opentelemetry.WithBreaker("c", (*circuit)(nil))))
	require.Error(t, err)
	for _, text := range []string{`bulkhead "a" is nil`, `breaker "b" is nil`, `breaker "c" is nil`} {
		assert.ErrorContains(t, err, text)
	}
}

// A breaker that panics is reported by the SDK, and hides no other.
func TestABreakerThatPanics(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.client(t, []opentelemetry.Option{
		opentelemetry.WithBreaker("crashing", crashing{}),
		opentelemetry.WithBreaker("sound", sound{}),
	}, tripware.WithBase(instant{}))
	var all metricdata.ResourceMetrics
	require.ErrorContains(t, r.reader.Collect(t.Context(), &all), `opentelemetry: breaker "crashing" panicked: it is broken`)
	assert.Len(t, all.ScopeMetrics[0].Metrics, 3)
}

type crashing struct{}

func (crashing) KeyStatuses(int) []transport.KeyStatus { panic("it is broken") }

type sound struct{}

func (sound) KeyStatuses(int) []transport.KeyStatus {
	return []transport.KeyStatus{{Key: "a", State: "open"}}
}
