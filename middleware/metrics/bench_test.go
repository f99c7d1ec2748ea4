package metrics_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

// instant answers without an allocation: the response and its body are the same each time.
func instant(body io.ReadCloser) transport.RoundTripperFunc {
	resp := &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Header: http.Header{
		"X-Request-Id":      {"r-1"},
		"X-Ratelimit-Limit": {"10"}, "X-Ratelimit-Remaining": {"9"}, "X-Ratelimit-Reset": {"1"},
	}}
	return func(req *http.Request) (*http.Response, error) {
		resp.Request, resp.Body = req, body
		return resp, nil
	}
}

func observed(channels ...func(*metrics.Publishers) *metrics.Publisher) *metrics.Publishers {
	p := metrics.NewPublishers()
	for _, channel := range channels {
		channel(p).Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) {}))
	}
	return p
}

func api(p *metrics.Publishers) *metrics.Publisher     { return p.API }
func attempt(p *metrics.Publishers) *metrics.Publisher { return p.HTTP }
func sdk(p *metrics.Publishers) *metrics.Publisher     { return p.SDK }

func standing(base http.RoundTripper, p *metrics.Publishers) http.RoundTripper {
	return transport.Chain(base, transport.Identity(), metrics.Calls(p), metrics.Attempts(p))
}

func spend(tb testing.TB, rt http.RoundTripper, req *http.Request) float64 {
	tb.Helper()
	return testing.AllocsPerRun(200, func() { send(tb, rt, req) })
}

func send(tb testing.TB, rt http.RoundTripper, req *http.Request) {
	tb.Helper()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		tb.Fatal(err)
	}
	_ = resp.Body.Close()
}

// A channel that nobody observes costs nothing. AllocsPerRun must not run beside other tests.
func TestWithoutObserversNothingIsAllocated(t *testing.T) { //nolint:paralleltest // it counts allocations
	req, base := get(t, "https://api.example.com/v2/alerts"), instant(io.NopCloser(strings.NewReader("")))
	assert.Zero(t, spend(t, metrics.Calls(observed(sdk))(metrics.Attempts(observed(api))(base)), req))
	assert.Zero(t, spend(t, metrics.Calls(observed(attempt))(base), req))
}

// What an observer costs: the event, the context without the record, and what is
// named in the row.
func TestAnObserverCostsItsEvent(t *testing.T) { //nolint:paralleltest // it counts allocations
	req := get(t, "https://api.example.com/v2/alerts")
	body := io.NopCloser(strings.NewReader(""))
	for _, row := range []struct {
		name    string
		body    io.ReadCloser
		channel func(*metrics.Publishers) *metrics.Publisher
		atMost  float64
	}{
		{"API, no body", http.NoBody, api, 2},
		{"API, the wrapped body", body, api, 3},
		{"HTTP, the URL's text", body, attempt, 3},
	} {
		bare := spend(t, standing(instant(row.body), metrics.NewPublishers()), req)
		with := spend(t, standing(instant(row.body), observed(row.channel)), req)
		assert.Positive(t, with-bare, row.name)
		assert.LessOrEqual(t, with-bare, row.atMost, row.name)
	}
}

// To publish is one allocation, that of the event, however many observe.
func TestPublishingAllocatesTheEventOnly(t *testing.T) { //nolint:paralleltest // it counts allocations
	ctx, p := t.Context(), observed(sdk, sdk, sdk).SDK //nolint:gocritic // three observers of one kind
	name := t.Name()
	got := testing.AllocsPerRun(200, func() {
		p.Publish(ctx, metrics.SDKEvent{ErrorMessage: name, Common: metrics.Common{Duration: 1}})
	})
	assert.LessOrEqual(t, got, 1.0)
}

func BenchmarkMetrics(b *testing.B) {
	body := io.NopCloser(strings.NewReader(""))
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://api.example.com/v2/alerts", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{
		{"bare", transport.Chain(instant(body), transport.Identity())},
		{"no observers", standing(instant(body), metrics.NewPublishers())},
		{"API", standing(instant(body), observed(api))},
		{"HTTP", standing(instant(body), observed(attempt))},
		{"API and HTTP", standing(instant(body), observed(api, attempt))},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				send(b, row.rt, req)
			}
		})
	}
}
