package tripware_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// instant answers at once.
var instant = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
})

// A memory is a base that answers at once, with a body and with the rate-limit
// headers of an API. It counts what became of its bodies.
type memory struct {
	failing          bool // 503, 503, 200, and again
	sent             int
	drained, dropped int
}

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	status, text := http.StatusOK, "200 OK"
	if m.failing && m.sent%3 != 2 {
		status, text = http.StatusServiceUnavailable, "503 Service Unavailable"
	}
	m.sent++
	if req != nil && req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		layer.CloseBody(req.Body)
	}
	body := &counted{of: m}
	body.text.Reset(`{"result":"ok"}`)
	return &http.Response{Status: text, StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Body: body, Request: req, Header: http.Header{
		"Content-Type": {"application/json"}, "X-Request-Id": {"r-1"}, "X-Response-Time": {"0.012"},
		"X-Ratelimit-State": {"OK"}, "X-Ratelimit-Period-In-Sec": {"60"},
	}}, nil
}

type counted struct {
	text strings.Reader
	of   *memory
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.text.Read(p)
	if err == io.EOF { //nolint:errorlint // the end is not wrapped
		c.of.drained++
	}
	return n, err
}

func (c *counted) Close() error { c.of.dropped++; return nil }

// byHand does what most programs do in place of a chain: it sets three headers,
// and retries nothing.
type byHand struct{ next http.RoundTripper }

func (h byHand) RoundTrip(req *http.Request) (*http.Response, error) {
	own := req.Clone(req.Context())
	own.Header.Set("Authorization", "GenieKey secret")
	own.Header.Set("User-Agent", tripware.UserAgent)
	own.Header.Set("X-Transaction-Id", uuid.NewString())
	return h.next.RoundTrip(own)
}

// full is the standing chain: identity, a log that is off, metrics that nobody
// observes, retry, rate limits, and a credential.
func full(tb testing.TB, base http.RoundTripper, opts ...tripware.Option) *http.Client {
	tb.Helper()
	client, err := tripware.New(append([]tripware.Option{
		tripware.WithBase(base),
		tripware.WithAuth("https://api.example.com", auth.Key("GenieKey", redact.NewSecret("secret"))),
		tripware.WithMetrics(metrics.NewPublishers()),
		tripware.WithLogger(slog.New(slog.DiscardHandler)),
		tripware.WithRetry(atOnce()...),
	}, opts...)...)
	require.NoError(tb, err)
	return client
}

// atOnce lets a loop repeat as often as a benchmark does, without waits.
func atOnce() []retry.Option { return []retry.Option{retry.WithBaseDelay(0), retry.WithoutBudget()} }

func alone(base http.RoundTripper) *http.Client {
	return &http.Client{Transport: retry.New(atOnce()...)(base)}
}

// alonePosting repeats a POST after a status, as three plain requests would.
func alonePosting(base http.RoundTripper) *http.Client {
	return &http.Client{Transport: retry.New(append(atOnce(), retry.WithAnyMethodOnStatus())...)(base)}
}

func chained(base http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport.Chain(base, retry.New(atOnce()...))}
}

func logger() *slog.Logger { return slog.New(slog.NewJSONHandler(io.Discard, nil)) }

func observed() *metrics.Publishers {
	p := metrics.NewPublishers()
	nobody := metrics.ObserverFunc(func(context.Context, metrics.Event) {})
	for _, channel := range []*metrics.Publisher{p.API, p.HTTP, p.SDK} {
		channel.Subscribe(nobody)
	}
	return p
}

// counting returns publishers with an observer of the channel of calls.
func counting(o metrics.Observer) *metrics.Publishers {
	p := metrics.NewPublishers()
	p.Call.Subscribe(o)
	return p
}

// send makes one call and reads its response.
func send(tb testing.TB, client *http.Client) { //nolint:thelper // Helper would be measured, too
	sendWith(tb, client, http.MethodGet, http.NoBody)
}

// post makes one call whose body can be sent again by its GetBody.
func post(tb testing.TB, client *http.Client) { //nolint:thelper // the same
	sendWith(tb, client, http.MethodPost, strings.NewReader(`{"message":"disk full"}`))
}

func sendWith(tb testing.TB, client *http.Client, method string, body io.Reader) { //nolint:thelper // the same
	req, err := http.NewRequestWithContext(context.Background(), method, "https://api.example.com/things", body)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	var buf [64]byte
	for err == nil {
		_, err = resp.Body.Read(buf[:])
	}
	layer.CloseBody(resp.Body)
}

func BenchmarkChain(b *testing.B) {
	for _, row := range []struct {
		name   string
		client *http.Client
		send   func(testing.TB, *http.Client)
	}{
		{"bare", &http.Client{Transport: &memory{}}, send},
		{"bare, POST", &http.Client{Transport: &memory{}}, post},
		{"headers by hand", &http.Client{Transport: byHand{&memory{}}}, send},
		{"retry alone", alone(&memory{}), send},
		{"retry in a chain", chained(&memory{}), send},
		{"standing chain", full(b, &memory{}), send},
		{"with a JSON log", full(b, &memory{}, tripware.WithLogger(logger())), send},
		{"with observers", full(b, &memory{}, tripware.WithMetrics(observed())), send},
		{"retry alone, 503 503 200", alone(&memory{failing: true}), send},
		{"retry alone, POST 503 503 200", alonePosting(&memory{failing: true}), post},
		{"standing chain, 503 503 200", full(b, &memory{failing: true}), send},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				row.send(b, row.client)
			}
		})
	}
}

// An upload over loopback, by the kinds of body: in memory it goes down as it
// came; one that is rewound or copied aside is read by a handle of ours.
func BenchmarkUpload(b *testing.B) {
	const size = 512 << 10
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer srv.Close()
	content := bytes.Repeat([]byte("x"), size)
	bodies := []struct {
		name string
		body func() io.Reader
	}{
		{"in memory", func() io.Reader { return bytes.NewReader(content) }},
		{"a seeker", func() io.Reader { return &file{bytes.NewReader(content)} }},
		{"a stream", func() io.Reader { return io.MultiReader(bytes.NewReader(content)) }},
	}
	for _, row := range bodies {
		base := &http.Transport{}
		for name, client := range map[string]*http.Client{"bare": {Transport: base}, "chained": chained(base)} {
			b.Run(row.name+", "+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(size)
				for b.Loop() {
					upload(b, client, srv.URL, row.body(), size)
				}
			})
		}
		base.CloseIdleConnections()
	}
}

// file is a body that seeks, and has no GetBody.
type file struct{ io.ReadSeeker }

func (*file) Close() error { return nil }

func upload(b *testing.B, client *http.Client, url string, body io.Reader, size int64) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPut, url, body)
	if err != nil {
		b.Fatal(err)
	}
	req.ContentLength = size
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	layer.CloseBody(resp.Body)
}

// Ratios hold where times drift: the clients take turns in small chunks, and the
// medians are compared. A call of 503, 503, 200 is compared with three plain ones
// of the same method.
func BenchmarkRatio(b *testing.B) {
	bare := &http.Client{Transport: &memory{}}
	for _, row := range []struct {
		name   string
		client *http.Client
		send   func(testing.TB, *http.Client)
		plain  int // calls of the bare client against one
	}{
		{"headers by hand", &http.Client{Transport: byHand{&memory{}}}, send, 1},
		{"retry alone", alone(&memory{}), send, 1},
		{"retry in a chain", chained(&memory{}), send, 1},
		{"standing chain", full(b, &memory{}), send, 1},
		{"retry alone, 503 503 200", alone(&memory{failing: true}), send, 3},
		{"retry alone, POST 503 503 200", alonePosting(&memory{failing: true}), post, 3},
		{"standing chain, 503 503 200", full(b, &memory{failing: true}), send, 3},
	} {
		b.Run(row.name, func(b *testing.B) { compare(b, bare, row.client, row.send, row.plain) })
	}
	hand := &http.Client{Transport: byHand{&memory{}}}
	b.Run("standing chain, to headers by hand", func(b *testing.B) { compare(b, hand, full(b, &memory{}), send, 1) })
}

// What each layer of the standing chain adds, in nanoseconds: the fast tenth of
// its chunks against that of the row above it. The rows take turns.
func BenchmarkLayers(b *testing.B) {
	p := metrics.NewPublishers()
	off := slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1}))
	id := transport.Identity(transport.WithUserAgent(tripware.UserAgent))
	key := auth.New("https://api.example.com", auth.Key("GenieKey", redact.NewSecret("secret")))
	again, limits := retry.New(atOnce()...), ratelimit.New(nil)
	calls, attempts := metrics.Calls(p), metrics.Attempts(p)
	rows := []struct {
		adds   string
		layers []transport.Middleware
	}{
		{"record", nil},
		{"identity", []transport.Middleware{id}},
		{"auth", []transport.Middleware{id, key}},
		{"retry", []transport.Middleware{id, again, key}},
		{"limits", []transport.Middleware{id, again, limits, key}},
		{"metrics", []transport.Middleware{id, calls, again, limits, attempts, key}},
		{"log", []transport.Middleware{id, logging.Calls(off), calls, again, limits, logging.Attempts(off), attempts, key}},
	}
	clients := []*http.Client{{Transport: &memory{}}}
	for _, row := range rows {
		clients = append(clients, &http.Client{Transport: transport.Chain(&memory{}, row.layers...)})
	}
	const calling = 30
	times := make([][]time.Duration, len(clients))
	for b.Loop() {
		for i, client := range clients {
			times[i] = append(times[i], chunk(b, client, send, calling))
		}
	}
	fast := func(i int) float64 {
		slices.Sort(times[i])
		return float64(times[i][len(times[i])/10]) / calling
	}
	b.ReportMetric(0, "ns/op") // a round means nothing
	b.ReportMetric(fast(0), "ns-bare")
	for i, row := range rows {
		b.ReportMetric(fast(i+1)-fast(i), "ns-"+row.adds)
	}
}

func compare(b *testing.B, bare, client *http.Client, send func(testing.TB, *http.Client), plain int) {
	b.Helper()
	const calls = 30
	var base, ours []time.Duration
	for b.Loop() {
		base = append(base, chunk(b, bare, send, calls*plain))
		ours = append(ours, chunk(b, client, send, calls))
	}
	slices.Sort(base)
	slices.Sort(ours)
	b.ReportMetric(0, "ns/op") // a pair of chunks means nothing
	b.ReportMetric(float64(ours[len(ours)/2])/float64(base[len(base)/2]), "ratio")
	b.ReportMetric(float64(ours[len(ours)/10])/float64(base[len(base)/10]), "ratio-of-fast-tenths")
}

func chunk(tb testing.TB, client *http.Client, send func(testing.TB, *http.Client), calls int) time.Duration { //nolint:thelper // the same
	begun := time.Now()
	for range calls {
		send(tb, client)
	}
	return time.Since(begun)
}
