package metrics_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary keeps the events that it is told of.
type diary struct {
	mu     sync.Mutex
	events []metrics.Event
}

func (d *diary) Notify(_ context.Context, e metrics.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
}

func (d *diary) all() []metrics.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events
}

// of returns the events of one type, in their order.
func of[E metrics.Event](d *diary) []E {
	var found []E
	for _, e := range d.all() {
		if wanted, ok := e.(E); ok {
			found = append(found, wanted)
		}
	}
	return found
}

// watched returns publishers that write to the diary on all channels.
func watched(opts ...metrics.SubscribeOption) (*metrics.Publishers, *diary) {
	p, d := metrics.NewPublishers(), &diary{}
	for _, channel := range []*metrics.Publisher{p.API, p.HTTP, p.SDK} {
		channel.Subscribe(d, opts...)
	}
	return p, d
}

func chain(base transport.RoundTripperFunc, p *metrics.Publishers) http.RoundTripper {
	return transport.Chain(base, transport.Identity(), metrics.Calls(p), again, ratelimit.New(nil, ratelimit.WithReader(vendor)), metrics.Attempts(p))
}

// vendor reads what only one vendor says.
func vendor(header http.Header, said transport.RateLimit) transport.RateLimit {
	said.State, said.Reason = header.Get("Vendor-State"), header.Get("Vendor-Reason")
	said.Period, _ = time.ParseDuration(header.Get("Vendor-Period"))
	said.ResponseTime, _ = time.ParseDuration(header.Get("Vendor-Took"))
	return said
}

// again repeats a request that was answered by a 503, without a body of its own.
func again(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		for err == nil && resp.StatusCode == http.StatusServiceUnavailable {
			layer.CloseBody(resp.Body)
			resp, err = next.RoundTrip(req)
		}
		return resp, err
	})
}

func answer(status int, contentType, body string) *http.Response {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func always(status int, contentType, body string) transport.RoundTripperFunc {
	return func(*http.Request) (*http.Response, error) { return answer(status, contentType, body), nil }
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return req
}
