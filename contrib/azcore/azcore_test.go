package azcore_test

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	azure "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/azcore"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// The chain makes its retries, and azcore none, whatever is set for the client or the call.
func TestOnlyTheChainRetries(t *testing.T) {
	t.Parallel()
	more := policy.RetryOptions{MaxRetries: 3, RetryDelay: time.Nanosecond, MaxRetryDelay: time.Nanosecond}
	for name, test := range map[string]struct {
		options func(*policy.ClientOptions)
		call    bool
	}{
		"as returned":                 {options: func(*policy.ClientOptions) {}},
		"retries set for the client":  {options: func(o *policy.ClientOptions) { o.Retry = more }},
		"a timeout for each try":      {options: func(o *policy.ClientOptions) { o.Retry.TryTimeout = time.Nanosecond }},
		"retries set for the call":    {options: func(*policy.ClientOptions) {}, call: true},
		"retries set by another hand": {options: func(o *policy.ClientOptions) { o.PerCallPolicies = append(o.PerCallPolicies, header{}) }, call: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, status(503))
			options, err := azcore.ClientOptions(s.chain(t))
			require.NoError(t, err)
			test.options(&options)
			ctx := t.Context()
			if test.call {
				ctx = policy.WithRetryOptions(ctx, more)
			}
			_, err = send(ctx, options, http.MethodGet, s.URL, nil)
			answered, ok := errors.AsType[*azure.ResponseError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, 503, answered.StatusCode)
			assert.Len(t, s.got(), 4)
			call := azcore.CallOfError(err)
			require.NotNil(t, call)
			assert.Equal(t, 4, call.AttemptCount())
			assert.Equal(t, retry.ReasonAttempts, call.Reason())
		})
	}
}

// A header is a policy of a caller.
type header struct{}

func (header) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set("X-Caller", "yes")
	return req.Next()
}

// Without the adapter each of azcore's attempts is four of the chain.
func TestWithoutTheAdapterAttemptsMultiply(t *testing.T) {
	t.Parallel()
	s := serve(t, status(503))
	_, err := send(t.Context(), policy.ClientOptions{
		Transport: &http.Client{Transport: s.chain(t)},
		Retry:     policy.RetryOptions{RetryDelay: time.Nanosecond, MaxRetryDelay: time.Nanosecond},
	}, http.MethodGet, s.URL, nil)
	require.Error(t, err)
	assert.Len(t, s.got(), 16)
}

// All attempts send the same bytes, also of a body that cannot be read after it was closed.
func TestBodiesAreSentAgain(t *testing.T) {
	t.Parallel()
	large := make([]byte, 4<<20)
	_, _ = rand.Read(large)
	path := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(path, large, 0o600))
	file := func() io.ReadSeekCloser {
		f, err := os.Open(path)
		require.NoError(t, err)
		return f
	}
	for name, body := range map[string]func() io.ReadSeekCloser{
		"a file":    file,
		"in memory": func() io.ReadSeekCloser { return streaming.NopCloser(strings.NewReader(string(large))) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, status(503), status(502), status(201))
			options, err := azcore.ClientOptions(s.chain(t))
			require.NoError(t, err)
			resp, err := send(t.Context(), options, http.MethodPut, s.URL, body())
			require.NoError(t, err)
			assert.Equal(t, 3, transport.CallOf(resp).AttemptCount())
			for _, got := range s.bodies() {
				assert.True(t, got == string(large), "%d bytes differ", len(got)) //nolint:testifylint // Equal would print 4 MiB
			}
		})
	}
}

// net/http reads from a body once more after its last byte, which may be after the response:
// an attempt must not take what belongs to the next one.
func TestNoAttemptReadsTheBodyOfTheNext(t *testing.T) {
	t.Parallel()
	for range 100 {
		s := serve(t, status(503), status(429), status(201))
		options, err := azcore.ClientOptions(s.chain(t, tripware.WithBase(&http.Transport{DisableKeepAlives: true})))
		require.NoError(t, err)
		_, err = send(t.Context(), options, http.MethodPut, s.URL, streaming.NopCloser(strings.NewReader("text")))
		require.NoError(t, err)
		require.Equal(t, []string{"text", "text", "text"}, s.bodies())
		s.Close()
	}
}

// The caller's body is closed once, when the call has ended.
func TestTheBodyIsClosedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, status(503), status(429), status(201))
	options, err := azcore.ClientOptions(s.chain(t))
	require.NoError(t, err)
	body := &counted{ReadSeeker: strings.NewReader("text")}
	_, err = send(t.Context(), options, http.MethodPut, s.URL, body)
	require.NoError(t, err)
	assert.Equal(t, []string{"text", "text", "text"}, s.bodies())
	assert.Equal(t, 1, body.closed)
}

type counted struct {
	io.ReadSeeker

	closed int
}

func (c *counted) Close() error { c.closed++; return nil }

// Redirects are followed as by azcore's own client, with the body where the status says so.
func TestRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	s := serve(t, status(307, "Location", "/moved"), status(503), status(200))
	options, err := azcore.ClientOptions(s.chain(t))
	require.NoError(t, err)
	resp, err := send(t.Context(), options, http.MethodPut, s.URL+"/old", streaming.NopCloser(strings.NewReader("text")))
	require.NoError(t, err)
	assert.Equal(t, []string{"text", "text", "text"}, s.bodies())
	assert.Equal(t, "PUT /moved", s.got()[2].line)
	call := transport.CallOf(resp)
	assert.Equal(t, 2, call.AttemptCount())
	assert.Equal(t, 1, call.Previous().AttemptCount())
}

// A POST is sent once, unless the service throttles it or the caller marks it.
func TestPostsAreRetriedOnlyIfThatIsSafe(t *testing.T) {
	t.Parallel()
	post := func(t *testing.T, marked bool, answers ...http.HandlerFunc) int {
		t.Helper()
		s := serve(t, answers...)
		options, err := azcore.ClientOptions(s.chain(t))
		require.NoError(t, err)
		ctx := t.Context()
		if marked {
			ctx = retry.Safe(ctx)
		}
		_, _ = send(ctx, options, http.MethodPost, s.URL, streaming.NopCloser(strings.NewReader("{}")))
		return len(s.got())
	}
	assert.Equal(t, 1, post(t, false, status(503), status(200)))
	assert.Equal(t, 2, post(t, true, status(503), status(200)))
	assert.Equal(t, 2, post(t, false, status(429), status(200)))
}

// The user agent is azcore's, and a transaction id of the chain is added.
func TestTelemetryIsUntouched(t *testing.T) {
	t.Parallel()
	s := serve(t, status(200))
	options, err := azcore.ClientOptions(s.chain(t))
	require.NoError(t, err)
	options.Telemetry.ApplicationID = "shop"
	_, err = send(t.Context(), options, http.MethodGet, s.URL, nil)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(s.got()[0].header.Get("User-Agent"), "shop azsdk-go-test/v1.0.0"))
	assert.NotEmpty(t, s.got()[0].header.Get(transport.HeaderTransactionID))
}

// azcore retries by itself over a chain without a loop, and each attempt is a call.
func TestRetriesOfAzureMayBeKept(t *testing.T) {
	t.Parallel()
	s := serve(t, status(503))
	options, err := azcore.ClientOptions(s.chain(t, tripware.WithRetry(retry.Off())), azcore.KeepRetries())
	require.NoError(t, err)
	options.Retry = policy.RetryOptions{MaxRetries: 2, RetryDelay: time.Nanosecond, MaxRetryDelay: time.Nanosecond}
	ctx, call := transport.Begin(t.Context())
	_, err = send(ctx, options, http.MethodGet, s.URL, nil)
	require.Error(t, err)
	assert.Len(t, s.got(), 3)
	assert.Equal(t, 3, call.AttemptCount())
	assert.Same(t, call, azcore.CallOfError(err))
}

// What the chain refuses for good is not tried again by azcore.
func TestARefusalIsNotRetriedByAzure(t *testing.T) {
	t.Parallel()
	s := serve(t, status(200))
	tries := 0
	count := tripware.PerCall(func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { tries++; return next.RoundTrip(req) })
	})
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithMaxWait(time.Millisecond))
	options, err := azcore.ClientOptions(s.chain(t, tripware.WithRetry(retry.Off()), count, tripware.WithLimiter(limiter)), azcore.KeepRetries())
	require.NoError(t, err)
	options.Retry = policy.RetryOptions{RetryDelay: time.Nanosecond, MaxRetryDelay: time.Nanosecond}
	_, err = send(t.Context(), options, http.MethodGet, s.URL, nil)
	require.NoError(t, err)
	_, err = send(t.Context(), options, http.MethodGet, s.URL, nil)
	require.ErrorIs(t, err, ratelimit.ErrLimited)
	assert.Equal(t, 2, tries)
	assert.NotNil(t, azcore.CallOfError(err))

	s.Close() // an error that may pass is tried again: azcore makes three retries by default
	options, err = azcore.ClientOptions(s.chain(t, tripware.WithRetry(retry.Off()), count), azcore.KeepRetries())
	require.NoError(t, err)
	options.Retry = policy.RetryOptions{RetryDelay: time.Nanosecond, MaxRetryDelay: time.Nanosecond}
	_, err = send(t.Context(), options, http.MethodGet, s.URL, nil)
	require.Error(t, err)
	assert.Equal(t, 2+4, tries)
}

// Bad input is refused with a text that says what to do.
func TestBadChains(t *testing.T) {
	t.Parallel()
	var none *http.Transport
	looping := transport.Chain(nil, retry.New())
	keep := azcore.KeepRetries()
	for name, test := range map[string]struct {
		chain http.RoundTripper
		opt   azcore.Option
		want  string
	}{
		"nil":             {nil, nil, "azcore: the chain is nil: pass the Transport of a client from tripware.New"},
		"nil, kept":       {nil, keep, "azcore: the chain is nil"},
		"a nil pointer":   {none, nil, "azcore: the chain is invalid: "},
		"invalid":         {transport.Chain(nil, retry.New(retry.WithMaxRetries(-1))), nil, "azcore: the chain is invalid: retry: "},
		"two loops":       {transport.Chain(looping, retry.New()), nil, "two retry loops multiply their attempts"},
		"no loop":         {transport.Chain(nil), nil, "so nothing would retry: add retry.New to the chain, or use KeepRetries"},
		"retries off":     {transport.Chain(nil, retry.New(retry.Off())), nil, "so nothing would retry"},
		"a loop, kept":    {looping, keep, "so their attempts would multiply: switch the chain's retries off with retry.Off"},
		"a bare loop":     {retry.New()(nil), keep, "so their attempts would multiply"},
		"a default chain": {serve(t, status(200)).chain(t), keep, "so their attempts would multiply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options, err := azcore.ClientOptions(test.chain, test.opt)
			require.ErrorContains(t, err, test.want)
			assert.Zero(t, options)
		})
	}
	assert.Nil(t, azcore.CallOfError(nil))
	assert.Nil(t, azcore.CallOfError(io.EOF))
}
