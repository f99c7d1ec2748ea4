package services_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const base = "https://api.example.com"

// vendor is the codec of a vendor that the core knows nothing of.
type vendor struct{}

type envelope struct {
	Data      any     `json:"data"`
	Result    string  `json:"result"`
	Took      float64 `json:"took"`
	RequestID string  `json:"requestId"`
	Paging    struct {
		Next, Prev, First, Last services.Link
	} `json:"paging"`
}

func (vendor) Envelope(data any) services.Envelope { return &envelope{Data: data} }

func (e *envelope) Fill(_ http.Header, m *services.Metadata) {
	m.Result, m.Took = e.Result, time.Duration(e.Took*float64(time.Second))
	if e.RequestID != "" {
		m.RequestID = e.RequestID
	}
	m.Paging = services.Paging(e.Paging)
}

func (vendor) Fault(resp *http.Response, body []byte, e *services.Error) {
	var said struct {
		Message string
		Code    int
		Errors  map[string]string
	}
	if json.Unmarshal(body, &said) == nil {
		e.Message, e.Code, e.Fields = said.Message, said.Code, said.Errors
	}
	if e.Type = resp.Header.Get("X-Error-Type"); e.Type == "NotProcessed" {
		e.Kind = services.ErrNotProcessed
	}
}

// limits is the layer that reads what only this vendor says of rate limits.
func limits() transport.Middleware {
	return ratelimit.New(nil, ratelimit.WithReader(func(header http.Header, said transport.RateLimit) transport.RateLimit {
		said.State, said.RequestID = header.Get("Vendor-State"), header.Get("X-Request-Id")
		said.Throttled = said.State == "SLOW"
		said.Period, _ = time.ParseDuration(header.Get("Vendor-Period"))
		said.ResponseTime, _ = time.ParseDuration(header.Get("Vendor-Took"))
		return said
	}))
}

// item is what most of the vendor's answers hold.
type item struct {
	ID    string `json:"id"`
	Count int    `json:"count"`
}

// open returns a client above rt.
func open(tb testing.TB, rt http.RoundTripper, opts ...services.Option) *services.Client {
	tb.Helper()
	return openAt(tb, base, rt, opts...)
}

func openAt(tb testing.TB, at string, rt http.RoundTripper, opts ...services.Option) *services.Client {
	tb.Helper()
	c, err := services.New(&http.Client{Transport: rt}, at, vendor{}, opts...)
	require.NoError(tb, err)
	return c
}

// answer returns a response with a body.
func answer(req *http.Request, status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// always answers every request alike.
func always(status int, body string, header ...string) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return answer(req, status, body, header...), nil
	})
}

// sent is a request as it arrived.
type sent struct {
	*http.Request

	body string
}

// capture answers with an empty item and keeps what arrived, after a trip over
// the wire's own form.
func capture(into *sent) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		got, err := overWire(req)
		if err != nil {
			return nil, err
		}
		*into = *got
		return answer(req, http.StatusOK, `{"data":{}}`), nil
	})
}

func overWire(req *http.Request) (*sent, error) {
	var wire bytes.Buffer
	if err := req.Write(&wire); err != nil {
		return nil, err
	}
	arrived, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(arrived.Body)
	return &sent{arrived, string(body)}, err
}

// get fetches an item from a fixed path.
func get(ctx context.Context, c *services.Client) (*services.Result[item], error) {
	return services.Do[item](ctx, c, "GET /v1/items", nil, services.ByMethod)
}

// retrying puts a retry loop without waits above rt.
func retrying(rt http.RoundTripper) http.RoundTripper {
	return transport.Chain(rt, retry.New(retry.WithBaseDelay(0)))
}

// brokenOff is a body whose connection breaks after its beginning.
func brokenOff(begin string) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(begin), iotest.ErrReader(io.ErrUnexpectedEOF)))
}

// numbers decodes text with the digits of its numbers.
func numbers(tb testing.TB, text string) (v any) {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	require.NoError(tb, d.Decode(&v))
	return v
}
