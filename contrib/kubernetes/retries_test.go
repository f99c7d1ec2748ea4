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
	"k8s.io/client-go/rest"

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
		"an end, retries are off":    {server: failing(io.EOF), do: list, opts: []retry.Option{retry.Off()}, bare: 11, byHand: 1, wanted: 11},
		"429 is left to client-go":   {server: always(429, "1"), do: list, opts: []retry.Option{retry.WithCodes("5xx")}, bare: 11, byHand: 11, wanted: 11},
		"no retries are allowed":     {server: always(429, "1"), do: list, opts: []retry.Option{retry.WithMaxRetries(0)}, bare: 11, byHand: 11, wanted: 1},
		"a classifier says no":       {server: always(503, "1"), do: list, opts: []retry.Option{retry.WithClassifier(no)}, bare: 11, byHand: 11, wanted: 1},
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

func no(retry.Outcome) retry.Answer { return retry.No }

// The other way for a client that cannot be switched off: its 11 requests and 3 of the loop.
func TestRetriesPerCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := throttling(429, "1")
		cfg := configOf(server)
		cfg.Wrap(func(rt http.RoundTripper) http.RoundTripper {
			return transport.Chain(rt, retry.New(retry.WithMaxRetries(3), retry.WithRetriesPerCall()))
		})
		_, err := begun(t, cfg, list)
		require.Error(t, err)
		assert.Len(t, server.requests, 14)
	})
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
	const to, gaveUp = `Get "https://10.0.0.1:6443/api/v1/namespaces/default/pods": `, "retry: gave up after 4 attempts: "
	for name, test := range map[string]struct {
		err  error
		do   call
		want string
	}{
		"reset":       {err: resetByPeer(), do: list, want: to + gaveUp + "read tcp: read: connection reset by the server"},
		"closed":      {err: errors.New("write: use of closed network connection"), do: list, want: to + gaveUp + "write: use of a closed network connection"},
		"HTTP/2":      {err: errors.New("http2: client connection lost"), do: list, want: to + gaveUp + "http2: connection lost"},
		"GOAWAY":      {err: goneAway(), do: list, want: to + gaveUp + `http2: server closed the connection after GOAWAY; LastStreamID=1, ErrCode=NO_ERROR, debug=""`},
		"in capitals": {err: errors.New("Use of Closed network connection"), do: list, want: to + "connection lost"},
		"a POST, which client-go does not repeat": {err: resetByPeer(), do: create, want: `Post "https://10.0.0.1:6443/api/v1/namespaces/default/pods": ` +
			"retry: not retried, because POST is not idempotent and may have been received (see retry.Safe, or send an Idempotency-Key if the server honors it): read tcp: read: connection reset by peer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := configOf(lost(test.err))
				require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3))))
				record, err := begun(t, cfg, test.do)
				assert.EqualError(t, err, test.want)
				assert.ErrorIs(t, err, test.err)
				last, ok := errors.AsType[*retry.Error](err)
				require.True(t, ok)
				assert.NotEmpty(t, last.Reason)
				assert.Same(t, record, transport.CallOfError(err))
				wrapped, ok := errors.AsType[*url.Error](err)
				require.True(t, ok)
				assert.False(t, wrapped.Timeout())
			})
		})
	}
}

func TestALostConnectionIsStillOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := configOf(lost(resetByPeer()))
		require.NoError(t, kubernetes.Wrap(cfg))
		_, err := begun(t, cfg, list)
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.Equal(t, transport.ClassReset, transport.ClassifyError(&http.Request{}, err))
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

// The same within one request: a retry of the loop does not make the next response its own.
func TestAStatusThatIsNotRetriedFollowsOneThatIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, then := throttling(503, ""), throttling(429, "1")
		cfg := configOf(roundTripper(func(req *http.Request) (*http.Response, error) {
			if len(first.requests) == 0 {
				return first.RoundTrip(req)
			}
			return then.RoundTrip(req)
		}))
		require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithCodes("503"))))
		_, err := begun(t, cfg, list)
		require.Error(t, err)
		assert.Len(t, then.requests, 11)
	})
}

// Layers of the chain see the header, also after client-go got the response without it.
func TestTheHeaderIsHiddenFromClientGoOnly(t *testing.T) {
	t.Parallel()
	var seen *http.Response
	watching := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (resp *http.Response, err error) {
			seen, err = next.RoundTrip(req)
			return seen, err
		})
	}
	cfg := configOf(throttling(429, "1"))
	require.NoError(t, kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(0)), tripware.PerCall(watching)))
	client, err := rest.HTTPClientFor(cfg)
	require.NoError(t, err)
	resp, err := client.Get(cfg.Host)
	require.NoError(t, err)
	assert.Empty(t, resp.Header.Get("Retry-After"))
	assert.Equal(t, "1", seen.Header.Get("Retry-After"))
	assert.NotNil(t, transport.CallOf(resp))
	_, err = io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "1", resp.Header.Get("Retry-After"))
	require.NoError(t, resp.Body.Close())
}
