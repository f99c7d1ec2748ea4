package services_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// frank is a vendor whose codec says which responses are pending, and knows the key.
type frank struct{ vendor }

func (frank) Pending(resp *http.Response) bool {
	return resp.Header.Get("X-Error-Type") == "NotProcessed"
}

func (frank) Mask(text string) string { return strings.ReplaceAll(text, "k3y", redact.Mask) }

// observe makes one call to a frank vendor and returns its log, its events and its error.
func observe(t *testing.T, rt http.RoundTripper, opts ...metrics.SubscribeOption) (
	log string, attempts []metrics.HTTPEvent, sdk []metrics.SDKEvent, err error,
) {
	t.Helper()
	p := metrics.NewPublishers()
	p.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) { attempts = append(attempts, e) }))
	p.SDK.Subscribe(metrics.On(func(_ context.Context, e metrics.SDKEvent) { sdk = append(sdk, e) }), opts...)
	var buffer bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&buffer, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, err := services.New(client(transport.Chain(rt, transport.Identity(),
		logging.Calls(logger), metrics.Calls(p), limits(), logging.Attempts(logger, logging.WithBodies(100)), metrics.Attempts(p),
	)), base, frank{}, services.WithMetrics(p))
	require.NoError(t, err)
	_, err = get(t.Context(), c)
	return buffer.String(), attempts, sdk, err
}

func client(rt http.RoundTripper) *http.Client { return &http.Client{Transport: rt} }

// S3: a probe that finds the request not processed yet is an error for its caller, but
// neither for metrics nor for logs. Any other 404 is one for all.
func TestAPendingProbeIsNoFailureForObservers(t *testing.T) {
	t.Parallel()
	log, attempts, sdk, err := observe(t, always(404, `{"message":"Not yet"}`, "X-Error-Type", "NotProcessed"))
	require.ErrorIs(t, err, services.ErrNotProcessed)
	require.EqualError(t, err, "services: GET /v1/items: 404: Not yet")
	assert.True(t, attempts[0].Expected)
	assert.Equal(t, 404, attempts[0].StatusCode)
	assert.Empty(t, sdk[0].ErrorType)
	assert.Empty(t, sdk[0].ErrorMessage)
	assert.Equal(t, 404, details(t, sdk[0]).Status)
	assert.NotContains(t, log, "level=WARN")
	assert.Contains(t, log, `level=INFO msg="http call"`)
	assert.Contains(t, log, `level=DEBUG msg="http attempt"`)
	assert.Contains(t, log, `level=DEBUG msg="http body"`)
	assert.NotContains(t, log, "error=")
	text, err := json.Marshal(attempts[0])
	require.NoError(t, err)
	assert.Contains(t, string(text), `"statusCode":404,"expected":true`)

	log, attempts, sdk, err = observe(t, always(404, `{"message":"No such item"}`))
	require.ErrorIs(t, err, services.ErrNotFound)
	assert.False(t, attempts[0].Expected)
	assert.Equal(t, metrics.ErrorTypeAPI, sdk[0].ErrorType)
	assert.Contains(t, log, `level=WARN msg="http call"`)
}

// A codec that does not say what is pending expects no error status, and neither does a
// plain call.
func TestOnlyAPendingCodecExpectsAnErrorStatus(t *testing.T) {
	t.Parallel()
	rt := always(404, `{}`, "X-Error-Type", "NotProcessed")
	_, err := get(t.Context(), open(t, transport.Chain(rt)))
	require.ErrorIs(t, err, services.ErrNotProcessed)
	call := asError(t, err).Call()
	resp, err := rt.RoundTrip(&http.Request{})
	require.NoError(t, err)
	assert.False(t, call.Expects(resp))
	assert.False(t, (*transport.Call)(nil).Expects(resp))

	_, err = get(t.Context(), openAs(t, frank{}, transport.Chain(rt)))
	call = asError(t, err).Call()
	assert.True(t, call.Expects(resp))
	assert.False(t, call.Expects(nil))
	resp.StatusCode = 200
	assert.False(t, call.Expects(resp), "a success needs no excuse")
}

func openAs(t *testing.T, codec services.Codec, rt http.RoundTripper, opts ...services.Option) *services.Client {
	t.Helper()
	c, err := services.New(client(rt), base, codec, opts...)
	require.NoError(t, err)
	return c
}

func details(t *testing.T, e metrics.SDKEvent) services.ResultDetails {
	t.Helper()
	d, ok := e.Result.(services.ResultDetails)
	require.True(t, ok, "%T", e.Result)
	return d
}

// A3: a key that the server or the base repeats by itself is in no log, event or error.
func TestAKeyThatIsRepeatedIsMasked(t *testing.T) {
	t.Parallel()
	for name, rt := range map[string]http.RoundTripper{
		"error":   always(422, `{"message":"Key"}`+"k3y", "X-Ratelimit-Limit", "l-k3y"),
		"success": always(200, `{"data":{"id":"k3y"}}`, "X-Ratelimit-Limit", "l-k3y"),
		"base":    transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused k3y") }),
	} {
		log, attempts, sdk, err := observe(t, rt, metrics.WithBodies(1<<10))
		assert.NotContains(t, log, "k3y", name)
		assert.NotContains(t, fmt.Sprint(attempts[0]), "k3y", name)
		assert.NotContains(t, fmt.Sprint(sdk[0].ErrorMessage), "k3y", name)
		if err != nil {
			assert.NotContains(t, err.Error(), "k3y")
		}
		if sdk[0].Result != nil {
			assert.NotContains(t, details(t, sdk[0]).Body, "k3y", name)
			assert.Equal(t, "l-***", details(t, sdk[0]).Headers["X-Ratelimit-Limit"], name)
			assert.Contains(t, log, "response.x-ratelimit-limit=l-***", name)
			assert.Contains(t, log, "***", name)
		} else {
			assert.Contains(t, err.Error(), "refused ***")
			assert.Equal(t, "refused ***", attempts[0].Error)
			assert.Contains(t, log, `error="refused ***"`)
		}
	}
}

// O4: the SDK event has status, headers and body of the response, as far as they may be
// shown, and each observer gets as much of the body as it asked for.
func TestTheSDKEventShowsTheResponse(t *testing.T) {
	t.Parallel()
	rt := always(422, `{"message":"Key k3y","password":"s3cret","errors":{}}`, "Set-Cookie", "s3cret", "X-Secret", "s3cret",
		"Link", "/x?token=s3cret&n=1", "X-Echo", "k3y", "X-Request-Id", "r-1")
	p := metrics.NewPublishers()
	var none, few, all []metrics.SDKEvent
	for _, row := range []struct {
		to    *[]metrics.SDKEvent
		limit int
	}{{&none, 0}, {&few, 17}, {&all, 1 << 10}} {
		p.SDK.Subscribe(metrics.On(func(_ context.Context, e metrics.SDKEvent) { *row.to = append(*row.to, e) }), metrics.WithBodies(row.limit))
	}
	_, err := get(t.Context(), openAs(t, frank{}, transport.Chain(rt, limits()), services.WithMetrics(p)))
	require.ErrorIs(t, err, services.ErrInvalid)
	assert.Equal(t, map[string]string{
		"Content-Type": "application/json", "Link": "/x?token=***&n=1", "X-Echo": "***", "X-Request-Id": "r-1",
	}, details(t, all[0]).Headers)
	assert.Equal(t, 422, details(t, all[0]).Status)
	assert.Equal(t, "r-1", details(t, all[0]).RequestID)
	assert.JSONEq(t, `{"message":"Key ***","password":"***","errors":{}}`, details(t, all[0]).Body)
	assert.Len(t, details(t, few[0]).Body, 17)
	assert.True(t, strings.HasSuffix(details(t, few[0]).Body, "Key *"), "it was masked, then cut")
	assert.Empty(t, details(t, none[0]).Body)
	assert.Equal(t, services.ResultDetails{Body: "ü"}, services.ResultDetails{Body: "üü"}.LimitBody(3), "no half character")

	text, err := json.Marshal(all[0])
	require.NoError(t, err)
	var said struct {
		Result struct {
			Status  int
			Headers map[string]string
			Body    string
		} `json:"sdkResultDetails"`
	}
	require.NoError(t, json.Unmarshal(text, &said))
	assert.Equal(t, 422, said.Result.Status)
	assert.Equal(t, "***", said.Result.Headers["X-Echo"])
	assert.Contains(t, said.Result.Body, "Key ***")
}

// O4: what an event shows of the headers is bounded.
func TestTheHeadersOfAnEventAreBounded(t *testing.T) {
	t.Parallel()
	rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, `{"data":{}}`, "A-Long", strings.Repeat("x", 1<<20), strings.Repeat("Y", 3<<10), "1")
		for i := range 200 {
			resp.Header.Set("X-"+strings.Repeat("i", i+1), "1")
		}
		return resp, nil
	})
	_, _, sdk, err := observe(t, rt)
	require.NoError(t, err)
	headers := details(t, sdk[0]).Headers
	assert.Len(t, headers, 64)
	assert.Less(t, len(headers["A-Long"]), 3<<10)
	assert.Contains(t, headers["A-Long"], "… (1048576 bytes)")
}

// O4: the response time is what the body says, unless a header does.
func TestTheResponseTimeOfAnEventIsTook(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rt   http.RoundTripper
		want time.Duration
	}{
		{always(200, `{"data":{},"took":0.25,"requestId":"r-1"}`), 250 * time.Millisecond},
		{always(200, `{"data":{},"took":0.25,"requestId":"r-1"}`, "Vendor-Took", "3s"), 3 * time.Second},
		{always(200, `{"took":0.25,"requestId":"r-1"}`), 250 * time.Millisecond}, // an error: it has no data
		{always(404, `{"took":0.25,"requestId":"r-1"}`), 250 * time.Millisecond},
		{always(404, `{"took":0.25,"requestId":"r-1"}`, "Vendor-Took", "3s"), 3 * time.Second},
		{always(200, `{"data":{},"requestId":"r-1"}`), 0},
	} {
		p, api, sdk := watch()
		c := openAs(t, timed{}, transport.Chain(row.rt, limits()), services.WithMetrics(p))
		_, _ = get(t.Context(), c)
		require.Len(t, *api, 1)
		assert.Equal(t, row.want, (*api)[0].Result.ResponseTime)
		assert.Equal(t, "r-1", (*api)[0].Result.RequestID)
		assert.Equal(t, "r-1", details(t, (*sdk)[0]).RequestID)
	}
}

// timed is a vendor whose errors have ids and times too.
type timed struct{ vendor }

func (timed) Fault(_ *http.Response, body []byte, e *services.Error) {
	var said struct {
		Took      float64
		RequestID string
	}
	if json.Unmarshal(body, &said) == nil {
		e.Took, e.RequestID = time.Duration(said.Took*float64(time.Second)), said.RequestID
	}
}
