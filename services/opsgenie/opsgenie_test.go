package opsgenie_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/transport"
)

// A4, C10: all that is wrong is said at once, without the key.
func TestNewRefusesWhatIsImpossible(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		key  string
		opts []opsgenie.Option
		says []string
	}{
		"no key":            {"", nil, []string{"opsgenie: API key is empty"}},
		"key with a break":  {"se\r\ncret", nil, []string{"opsgenie: API key contains a line end or another control character"}},
		"key with a NUL":    {"se\x00cret", nil, []string{"control character"}},
		"key with a space":  {"secret ", nil, []string{"ends with a space"}},
		"unknown region":    {"k", []opsgenie.Option{opsgenie.WithRegion("mars")}, []string{`region "mars" is not one of us, eu, sandbox`}},
		"region and URL":    {"k", []opsgenie.Option{opsgenie.WithRegion(opsgenie.EU), opsgenie.WithBaseURL("https://example.com")}, []string{"exclude each other"}},
		"empty URL":         {"k", []opsgenie.Option{opsgenie.WithBaseURL("")}, []string{"base URL is empty"}},
		"URL with user":     {"k", []opsgenie.Option{opsgenie.WithBaseURL("https://u:secret@example.com")}, []string{"user or password"}},
		"URL with query":    {"k", []opsgenie.Option{opsgenie.WithBaseURL("https://example.com?apiKey=secret")}, []string{"query"}},
		"plain http":        {"k", []opsgenie.Option{opsgenie.WithBaseURL("http://example.com")}, []string{"write https://example.com, or see WithPlainHTTP"}},
		"no metrics":        {"k", []opsgenie.Option{opsgenie.WithMetrics(nil)}, []string{"publisher"}},
		"half of metrics":   {"k", []opsgenie.Option{opsgenie.WithMetrics(&metrics.Publishers{API: metrics.NewPublishers().API})}, []string{"publisher"}},
		"no body":           {"k", []opsgenie.Option{opsgenie.WithMaxBody(-1)}, []string{"body limit of -1 bytes"}},
		"impossible poll":   {"k", []opsgenie.Option{opsgenie.WithPolling(poll.WithMaxRetries(-1))}, []string{"max retries -1"}},
		"impossible chain":  {"k", []opsgenie.Option{opsgenie.WithTransport(tripware.WithRetry(retry.WithCodes("teapot")))}, []string{"teapot"}},
		"all of it at once": {"", []opsgenie.Option{opsgenie.WithBaseURL("ftp://x"), opsgenie.WithMaxBody(-1), opsgenie.WithRegion("mars"), opsgenie.WithPolling(poll.WithBaseDelay(-1))}, []string{"empty", "neither http nor https", "-1 bytes", "mars", "exclude", "base delay"}},
	} {
		c, err := opsgenie.New(row.key, row.opts...)
		require.Error(t, err, name)
		assert.Nil(t, c, name)
		assert.True(t, strings.HasPrefix(err.Error(), "opsgenie: "), name)
		for _, part := range row.says {
			assert.Contains(t, err.Error(), part, name)
		}
		assert.NotContains(t, err.Error(), "secret", name)
	}
}

func TestNewAcceptsWhatIsPossible(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]opsgenie.Option{
		"nothing":          nil,
		"a nil option":     {nil},
		"loopback":         {opsgenie.WithBaseURL("http://127.0.0.1:1/below/a/path/")},
		"plain http by us": {opsgenie.WithBaseURL("http://example.com"), opsgenie.WithPlainHTTP()},
	} {
		_, err := opsgenie.New("k", opts...)
		require.NoError(t, err, name)
	}
}

func TestARegionIsAHost(t *testing.T) {
	t.Parallel()
	for region, host := range map[opsgenie.Region]string{
		opsgenie.US: "api.opsgenie.com", opsgenie.EU: "api.eu.opsgenie.com", opsgenie.Sandbox: "api.sandbox.opsgenie.com",
	} {
		mock := httpmock.NewMockTransport()
		mock.RegisterResponder(http.MethodGet, "https://"+host+"/v2/account",
			httpmock.NewStringResponder(200, `{"data":{"name":"acme"}}`).HeaderSet(http.Header{"X-Request-Id": {"r"}}))
		c, err := opsgenie.New("k", opsgenie.WithRegion(region), opsgenie.WithBase(mock))
		require.NoError(t, err)
		got, err := c.Account.Get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "acme", got.Value.Name)
	}
}

// R3, R9: the user's options come after the vendor's defaults.
func TestTheUsersOptionsComeLast(t *testing.T) {
	t.Parallel()
	attempts := 0
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		attempts++
		assert.Equal(t, "GenieKey k", req.Header.Get("Authorization"))
		assert.Equal(t, "mine/1", req.Header.Get("User-Agent"))
		return &http.Response{StatusCode: 500, Body: http.NoBody, Request: req}, nil
	})
	c, err := opsgenie.New("k", opsgenie.WithBase(base), opsgenie.WithTransport(
		tripware.WithRetry(retry.WithMaxRetries(1), retry.WithBaseDelay(0)),
		tripware.WithIdentity(transport.WithUserAgent("mine/1")),
	))
	require.NoError(t, err)
	_, err = c.Heartbeats.Enable(t.Context(), "x")
	require.ErrorIs(t, err, services.ErrServer)
	assert.Equal(t, 2, attempts)
	assert.Contains(t, fmt.Sprint(c.HTTP().Transport), "retry")
}

// A1: the client for what has no method signs for the base URL's origin alone.
func TestTheHTTPClientSignsForItsOriginAlone(t *testing.T) {
	t.Parallel()
	var signed []bool
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		signed = append(signed, req.Header.Get("Authorization") != "")
		return &http.Response{StatusCode: 200, Body: http.NoBody, Request: req}, nil
	})
	c, err := opsgenie.New("k", opsgenie.WithBase(base))
	require.NoError(t, err)
	for _, target := range []string{"https://api.opsgenie.com/v2/teams", "https://files.example.com/lag.png", "https://api.eu.opsgenie.com/v2/teams"} {
		resp, err := c.HTTP().Get(target)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	assert.Equal(t, []bool{true, false, false}, signed)
	c.HTTP().Transport = nil
	assert.NotNil(t, c.HTTP().Transport, "each caller has a client of its own")
}

// L2: a domain that is throttled waits for as long as the server asks; the
// others go on.
func TestADomainThatIsThrottledWaitsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttled := false
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp := &http.Response{StatusCode: 202, Header: http.Header{}, Body: http.NoBody, Request: req}
			if strings.HasPrefix(req.URL.Path, "/v2/alerts") && !throttled {
				throttled = true
				resp.StatusCode = 429
				resp.Header.Set("Retry-After", "20")
			}
			return resp, nil
		})
		c, err := opsgenie.New("k", opsgenie.WithBase(base), opsgenie.WithTransport(tripware.WithRetry(retry.Off())))
		require.NoError(t, err)
		begun := time.Now()
		_, err = c.Alerts.Get(t.Context(), alert.ByID("x"))
		require.ErrorIs(t, err, services.ErrThrottled)
		_, _ = c.Heartbeats.Ping(t.Context(), "x")
		_, _ = c.Alerts.List(t.Context(), alert.ListRequest{})
		assert.Zero(t, time.Since(begun), "neither heartbeat nor search was throttled")
		_, _ = c.Alerts.Get(t.Context(), alert.ByID("x"))
		assert.GreaterOrEqual(t, time.Since(begun), 20*time.Second)
	})
}
