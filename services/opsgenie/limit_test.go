package opsgenie_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/transport"
)

// limited answers with a status and with all that the vendor says of limits.
func limited(status int) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Request: req, Body: io.NopCloser(strings.NewReader(`{"data":{"name":"n"}}`)),
			Header: http.Header{
				"X-Request-Id": {"r-1"}, "X-Response-Time": {"0.25"}, "X-Ratelimit-State": {"THROTTLED"},
				"X-Ratelimit-Reason": {"ACCOUNT"}, "X-Ratelimit-Period-In-Sec": {"60"},
			},
		}, nil
	})
}

// L1, O4: what Opsgenie says of limits, whatever the status, is in the result or the
// error of a typed call, on its record, in its event, and on the record of a plain
// call; a limiter of the user's own, or none, does not change that.
func TestWhatTheVendorSaysOfLimitsIsRead(t *testing.T) {
	t.Parallel()
	want := transport.RateLimit{
		State: "THROTTLED", Throttled: true, Reason: "ACCOUNT", Period: time.Minute, RequestID: "r-1", ResponseTime: 250 * time.Millisecond,
	}
	for name, opts := range map[string][]tripware.Option{
		"by default":             nil,
		"a limiter of one's own": {tripware.WithLimiter(ratelimit.NewLimiter())},
		"no limiter":             {tripware.WithLimiter(nil)},
	} {
		for _, status := range []int{200, 404, 429, 500} {
			synctest.Test(t, func(t *testing.T) { // the second call waits for its turn
				c, err := opsgenie.New("k", opsgenie.WithBase(limited(status)),
					opsgenie.WithTransport(opts...), opsgenie.WithTransport(tripware.WithRetry(retry.Off())))
				require.NoError(t, err)
				w := watch(c.Metrics)
				got, err := c.Account.Get(t.Context())
				if failed, ok := errors.AsType[*services.Error](err); ok {
					assert.Equal(t, want, failed.RateLimit, "%s, %d", name, status)
					assert.Equal(t, want, failed.Call().RateLimit(), "%s, %d", name, status)
				} else {
					require.NoError(t, err)
					assert.Equal(t, want, got.Meta.RateLimit, name)
					assert.Equal(t, want, got.Meta.Call().RateLimit(), name)
				}
				event, _ := w.of(metrics.ChannelAPI)[0].(metrics.APIEvent)
				assert.Equal(t, metrics.ResultMetadata{
					RequestID: "r-1", ResponseTime: 250 * time.Millisecond,
					RateLimitState: "THROTTLED", RateLimitReason: "ACCOUNT", RateLimitPeriod: time.Minute,
				}, event.Result, "%s, %d", name, status)
				resp, err := c.HTTP().Get("https://api.opsgenie.com/v2/what-has-no-method")
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, want, transport.CallOf(resp).RateLimit(), "%s, %d", name, status)
			})
		}
	}
}

// L2: THROTTLED pauses its domain for as long as the server asks, also on a success.
func TestTheStateOfASuccessPausesItsDomain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			header := http.Header{"X-Ratelimit-State": {"THROTTLED"}, "Retry-After": {"20"}}
			return &http.Response{StatusCode: 202, Header: header, Body: http.NoBody, Request: req}, nil
		})
		c, err := opsgenie.New("k", opsgenie.WithBase(base))
		require.NoError(t, err)
		begun := time.Now()
		for range 2 {
			_, _ = c.Account.Get(t.Context())
		}
		assert.GreaterOrEqual(t, time.Since(begun), 20*time.Second)
	})
}

// L1: a log shows the vendor's headers, too, until it is told which to show.
func TestTheVendorsHeadersAreLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	c, err := opsgenie.New("k", opsgenie.WithBase(limited(200)), opsgenie.WithTransport(tripware.WithLogger(logger)))
	require.NoError(t, err)
	_, err = c.Account.Get(t.Context())
	require.NoError(t, err)
	for _, part := range []string{
		"rate_limit=THROTTLED", "response.x-ratelimit-state=THROTTLED", "response.x-ratelimit-reason=ACCOUNT",
		"response.x-ratelimit-period-in-sec=60", "response.x-request-id=r-1",
	} {
		assert.Contains(t, log.String(), part)
	}
}
