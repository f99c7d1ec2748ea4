package kubernetes_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A server that never recovers gets the requests that the retry loop plans, and no more: bare
// is what client-go sends by itself, byHand what it sends over a chain that was put below it
// without this package.
func TestAttemptsAreNotMultiplied(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server               func() *apiserver
		do                   call
		opts                 []retry.Option
		bare, byHand, wanted int
	}{
		"429 with a hint, GET":       {server: always(429, "1"), do: list, bare: 11, byHand: 44, wanted: 4},
		"429 with a hint, POST":      {server: always(429, "1"), do: create, bare: 11, byHand: 44, wanted: 4},
		"429 without a hint":         {server: always(429, ""), do: list, bare: 1, byHand: 4, wanted: 4},
		"503 with a hint, GET":       {server: always(503, "1"), do: list, bare: 11, byHand: 44, wanted: 4},
		"503 with a hint, POST":      {server: always(503, "1"), do: create, bare: 11, byHand: 11, wanted: 4},
		"503 with a date":            {server: always(503, "Mon, 02 Jan 2006 15:04:05 GMT"), do: create, bare: 1, byHand: 1, wanted: 1},
		"503 without a hint, POST":   {server: always(503, ""), do: create, bare: 1, byHand: 1, wanted: 1},
		"504 with a hint":            {server: always(504, "1"), do: list, bare: 11, byHand: 44, wanted: 4},
		"a hint that is too long":    {server: always(429, "31"), do: list, bare: 11, byHand: 11, wanted: 1},
		"a reset, GET":               {server: failing(resetByPeer()), do: list, bare: 11, byHand: 44, wanted: 4},
		"a reset, POST":              {server: failing(resetByPeer()), do: create, bare: 1, byHand: 1, wanted: 1},
		"an end of file":             {server: failing(io.EOF), do: list, bare: 11, byHand: 4, wanted: 4},
		"a lost HTTP/2 connection":   {server: failing(errors.New("http2: client connection lost")), do: list, bare: 11, byHand: 44, wanted: 4},
		"a closed HTTP/2 connection": {server: failing(goneAway()), do: list, bare: 11, byHand: 44, wanted: 4},
		"a closed connection":        {server: failing(errors.New("read tcp: Use of closed network connection")), do: list, bare: 11, byHand: 44, wanted: 4},
		"another error":              {server: failing(errors.New("no route to host")), do: list, bare: 1, byHand: 4, wanted: 4},
		"retries are off":            {server: always(429, "1"), do: list, opts: []retry.Option{retry.Off()}, bare: 11, byHand: 11, wanted: 11},
		"429 is left to client-go":   {server: always(429, "1"), do: list, opts: []retry.Option{retry.WithCodes("5xx")}, bare: 11, byHand: 11, wanted: 11},
		"no retries are allowed":     {server: always(429, "1"), do: list, opts: []retry.Option{retry.WithMaxRetries(0)}, bare: 11, byHand: 11, wanted: 1},
		"without the rule for 5xx":   {server: always(503, "1"), do: create, opts: []retry.Option{retry.WithClassifier(nil)}, bare: 11, byHand: 11, wanted: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := append([]retry.Option{retry.WithMaxRetries(3)}, test.opts...)
			synctest.Test(t, func(t *testing.T) {
				bare := test.server()
				_, err := begun(t, configOf(bare), test.do)
				require.Error(t, err)
				assert.Len(t, bare.requests, test.bare, "client-go alone")

				byHand := test.server()
				cfg := configOf(byHand)
				cfg.Wrap(func(rt http.RoundTripper) http.RoundTripper { return transport.Chain(rt, retry.New(opts...)) })
				_, err = begun(t, cfg, test.do)
				require.Error(t, err)
				assert.Len(t, byHand.requests, test.byHand, "a chain below it")

				wrapped := test.server()
				cfg = configOf(wrapped)
				require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(opts...)))
				record, err := begun(t, cfg, test.do)
				require.Error(t, err)
				assert.Len(t, wrapped.requests, test.wanted, "a wrapped config")
				assert.Equal(t, test.wanted, record.AttemptCount())
			})
		})
	}
}

func always(status int, after string) func() *apiserver {
	return func() *apiserver { return throttling(status, after) }
}

func failing(err error) func() *apiserver { return func() *apiserver { return lost(err) } }

func goneAway() error {
	return errors.New(`http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=""`)
}

// The caller's error says the same as without the package, also how long to wait.
func TestTheCallerLosesNothingOfAResponse(t *testing.T) {
	t.Parallel()
	const status = `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"storage is starting","reason":"TooManyRequests","details":{"retryAfterSeconds":7},"code":429}`
	for name, test := range map[string]struct {
		server  func() *apiserver
		seconds int
		message string
	}{
		"plain text": {server: always(429, "3"), seconds: 3, message: "the server has received too many requests"},
		"a Status": {
			server: func() *apiserver {
				return &apiserver{status: 429, header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {"3"}}, body: status}
			},
			seconds: 7, message: "storage is starting",
		},
		"no body": {
			server:  func() *apiserver { return &apiserver{status: 503, header: http.Header{"Retry-After": {"3"}}} },
			seconds: 3, message: "the server is currently unable to handle the request",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, bare := begun(t, configOf(test.server()), list)
				server := test.server()
				cfg := configOf(server)
				require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(1))))
				_, err := begun(t, cfg, list)
				require.Len(t, server.requests, 2)
				assert.EqualError(t, err, bare.Error())
				assert.ErrorContains(t, err, test.message)
				seconds, ok := apierrors.SuggestsClientDelay(err)
				assert.True(t, ok)
				assert.Equal(t, test.seconds, seconds)
			})
		})
	}
}

// The text of a lost connection changes, since client-go decides by it; all else is kept.
func TestTheErrorOfALostConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf(lost(resetByPeer()))
		require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3))))
		record, err := begun(t, cfg, list)
		assert.EqualError(t, err, `Get "https://10.0.0.1:6443/api/v1/namespaces/default/pods": `+
			`retry: gave up after 4 attempts: read tcp: read: connection reset by the server`)
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		last, ok := errors.AsType[*retry.Error](err)
		require.True(t, ok)
		assert.Equal(t, retry.ReasonAttempts, last.Reason)
		assert.Same(t, record, transport.CallOfError(err))
		assert.Equal(t, transport.ClassReset, transport.ClassifyError(&http.Request{}, err))
		to, ok := errors.AsType[*url.Error](err)
		require.True(t, ok)
		assert.False(t, to.Timeout())
	})
}

// The time of a hint passes once for each retry of the loop, and no time after the last.
func TestTheLoopWaitsAndClientGoDoesNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf(throttling(429, "1"))
		require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3), retry.WithBaseDelay(0), retry.WithClampedHint(time.Second))))
		begin := time.Now()
		record, err := begun(t, cfg, list)
		require.True(t, apierrors.IsTooManyRequests(err))
		assert.Equal(t, record.Waited(), time.Since(begin))
		assert.Len(t, record.Waits(), 3)
	})
}

// Requests of one record are judged one by one: what the loop gave up on earlier says nothing
// of a status that it does not retry.
func TestARecordOfSeveralRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := throttling(503, "1")
		cfg := configOf(server)
		require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3), retry.WithCodes("503"))))
		ctx, record := transport.Begin(t.Context())
		defer record.End()
		require.Error(t, list(ctx, pods(t, cfg)))
		require.Len(t, server.requests, 4)
		server.status = 429
		require.Error(t, list(ctx, pods(t, cfg)))
		assert.Len(t, server.requests, 4+11, fmt.Sprint(record))
	})
}
