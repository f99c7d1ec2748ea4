package azure_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	azure "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/azcore"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A machine is what the operation creates.
type machine struct {
	Name       string `json:"name"`
	Properties struct {
		State string `json:"provisioningState"`
	} `json:"properties"`
}

const (
	accepted  = `{"name":"one","properties":{"provisioningState":"Accepted"}}`
	created   = `{"name":"one","properties":{"provisioningState":"Succeeded"}}`
	running   = `{"status":"InProgress"}`
	succeeded = `{"status":"Succeeded"}`
)

// A probe of a poller is a call of the chain, which retries it: the operation comes to its
// end over throttled, failed and reset probes, no probe is sent more often than planned,
// and waits that the service asks for between probes do not slow the limiter down.
func TestThePollerComesToItsEnd(t *testing.T) {
	t.Parallel()
	const operation, item = "GET /operations/7", "GET /machines/one"
	probes := []answer{
		{status: 503},
		{status: 200, body: running, header: []string{"Retry-After-Ms", "3"}},
		{status: 429, header: []string{"X-Ms-Retry-After-Ms", "3"}},
		{reset: true},
		{status: 200, body: running},
		{status: 200, body: succeeded},
	}
	for name, test := range map[string]struct {
		header string // that names the operation
		probes []answer
		want   []string // requests after the first two
		calls  int
	}{
		"Azure-AsyncOperation": {
			header: "Azure-AsyncOperation", probes: probes,
			want: []string{operation, operation, operation, operation, operation, operation, item, item}, calls: 1 + 3 + 1,
		},
		"Operation-Location": {
			header: "Operation-Location", probes: probes,
			want: []string{operation, operation, operation, operation, operation, operation, item, item}, calls: 1 + 3 + 1,
		},
		"Location": {
			header: "Location",
			probes: []answer{
				{status: 503}, {status: 202, header: []string{"Retry-After-Ms", "3"}}, {reset: true}, {status: 202},
				{status: 429}, {status: 200, body: created},
			},
			want: []string{operation, operation, operation, operation, operation, operation}, calls: 1 + 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := serve(t, map[string][]answer{
				"PUT /machines/one": {{status: 503}, {status: 202, body: accepted, header: []string{test.header, "/operations/7"}}},
				operation:           test.probes,
				item:                {{status: 502}, {status: 200, body: created}},
			})
			calls := 0
			client := newMachines(t, cloud, counted(&calls))
			ctx, call := transport.Begin(t.Context())
			poller, err := client.create(ctx, "one")
			require.NoError(t, err)
			got, err := poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Millisecond})
			require.NoError(t, err)

			assert.Equal(t, "Succeeded", got.Properties.State)
			assert.Equal(t, append([]string{"PUT /machines/one", "PUT /machines/one"}, test.want...), cloud.got())
			assert.Equal(t, test.calls, calls)
			assert.Equal(t, len(cloud.got()), call.AttemptCount())
			t.Logf("%d requests in %d calls: %v", call.AttemptCount(), calls, call)
		})
	}
}

// If a probe fails for good, its error says so after the retries that are planned, and the
// poller goes on from there when it is called again.
func TestThePollerGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	cloud := serve(t, map[string][]answer{
		"PUT /machines/one": {{status: 202, body: accepted, header: []string{"Azure-AsyncOperation", "/operations/7"}}},
		"GET /operations/7": {{status: 503}, {status: 503}, {status: 503}, {status: 503}, {status: 200, body: succeeded}},
		"GET /machines/one": {{status: 200, body: created}},
	})
	client := newMachines(t, cloud)
	poller, err := client.create(t.Context(), "one")
	require.NoError(t, err)
	options := &runtime.PollUntilDoneOptions{Frequency: time.Millisecond}
	_, err = poller.PollUntilDone(t.Context(), options)
	failed, ok := errors.AsType[*azure.ResponseError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 503, failed.StatusCode)
	call := azcore.CallOfError(err)
	assert.Equal(t, 4, call.AttemptCount())
	assert.Equal(t, retry.ReasonAttempts, call.Reason())

	got, err := poller.PollUntilDone(t.Context(), options)
	require.NoError(t, err)
	assert.Equal(t, "Succeeded", got.Properties.State)
	assert.Len(t, cloud.got(), 1+4+1+1)
}

// Machines is a client as the Azure SDK has them.
type machines struct {
	pipeline runtime.Pipeline
	url      string
}

func newMachines(t *testing.T, c *cloud, opts ...tripware.Option) *machines {
	t.Helper()
	rt, err := tripware.NewTransport(append([]tripware.Option{
		tripware.WithBase(&http.Transport{DisableKeepAlives: true}), // net/http repeats requests only on used connections
		tripware.WithRetry(retry.WithMaxRetries(3), retry.WithBaseDelay(0)),
		tripware.WithLimiter(ratelimit.NewLimiter(), ratelimit.WithReader(azcore.ReadLimit)),
	}, opts...)...)
	require.NoError(t, err)
	options, err := azcore.ClientOptions(rt)
	require.NoError(t, err)
	return &machines{runtime.NewPipeline("machines", "v1.0.0", runtime.PipelineOptions{}, &options), c.URL}
}

func (m *machines) create(ctx context.Context, name string) (*runtime.Poller[machine], error) {
	req, err := runtime.NewRequest(ctx, http.MethodPut, m.url+"/machines/"+name)
	if err != nil {
		return nil, err
	}
	if err := req.SetBody(streaming.NopCloser(strings.NewReader(`{"size":"small"}`)), "application/json"); err != nil {
		return nil, err
	}
	resp, err := m.pipeline.Do(req)
	if err != nil {
		return nil, err
	}
	if !runtime.HasStatusCode(resp, http.StatusCreated, http.StatusAccepted) {
		return nil, runtime.NewResponseError(resp)
	}
	return runtime.NewPoller[machine](resp, m.pipeline, nil)
}

// counted counts calls of a chain.
func counted(calls *int) tripware.Option {
	return tripware.PerCall(func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			*calls++
			return next.RoundTrip(req)
		})
	})
}

// A cloud answers each request in turn.
type cloud struct {
	*httptest.Server

	mu       sync.Mutex
	answers  map[string][]answer // by method and path
	requests []string
}

type answer struct {
	status int
	body   string
	header []string // names and values; a path in a value becomes a URL
	reset  bool     // the connection instead
}

func serve(t *testing.T, answers map[string][]answer) *cloud {
	t.Helper()
	c := &cloud{answers: answers}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *cloud) got() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.requests
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	line := req.Method + " " + req.URL.Path
	c.mu.Lock()
	c.requests = append(c.requests, line)
	a := answer{status: http.StatusTeapot} // more requests than planned
	if rest := c.answers[line]; len(rest) > 0 {
		a, c.answers[line] = rest[0], rest[1:]
	}
	c.mu.Unlock()
	if a.reset {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // the server is plain HTTP/1.1
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // close then sends a RST
		}
		_ = conn.Close()
		return
	}
	for i := 0; i < len(a.header); i += 2 {
		value := a.header[i+1]
		if strings.HasPrefix(value, "/") {
			value = c.URL + value
		}
		w.Header().Set(a.header[i], value)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}
