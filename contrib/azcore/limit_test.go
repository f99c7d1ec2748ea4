package azcore_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/azcore"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// The loop waits as long as any of the three headers asks, the longest of them.
func TestWaitsOfAzureAreFollowed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header http.Header
		reader bool
		want   time.Duration
	}{
		"seconds":                 {http.Header{"Retry-After": {"2"}}, false, 2 * time.Second},
		"milliseconds":            {http.Header{"Retry-After-Ms": {"1500"}}, false, 1500 * time.Millisecond},
		"Azure's, without reader": {http.Header{"X-Ms-Retry-After-Ms": {"1500"}}, false, 0},
		"Azure's":                 {http.Header{"X-Ms-Retry-After-Ms": {"1500"}}, true, 1500 * time.Millisecond},
		"several":                 {http.Header{"X-Ms-Retry-After-Ms": {"1500"}, "Retry-After": {"1"}}, true, 1500 * time.Millisecond},
		"several, longer":         {http.Header{"X-Ms-Retry-After-Ms": {"1500"}, "Retry-After": {"3"}}, true, 3 * time.Second},
		"invalid":                 {http.Header{"X-Ms-Retry-After-Ms": {"soon"}}, true, 0},
		"none":                    {http.Header{}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var limits []tripware.Option
				if test.reader {
					limits = append(limits, tripware.WithLimiter(nil, ratelimit.WithReader(azcore.ReadLimit)))
				}
				tries := 0
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					if tries++; tries == 1 {
						return &http.Response{StatusCode: 429, Header: test.header, Body: http.NoBody, Request: req}, nil
					}
					return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
				})
				chain, err := tripware.NewTransport(append(limits, tripware.WithBase(base), tripware.WithRetry(retry.WithBaseDelay(0)))...)
				require.NoError(t, err)
				options, err := azcore.ClientOptions(chain)
				require.NoError(t, err)
				start := time.Now()
				_, err = send(t.Context(), options, http.MethodGet, "https://example.documents.azure.com/", nil)
				require.NoError(t, err)
				assert.GreaterOrEqual(t, time.Since(start), test.want)
				assert.LessOrEqual(t, time.Since(start), test.want+test.want/4, "the loop adds a little jitter")
				assert.Equal(t, 2, tries)
			})
		})
	}
	assert.False(t, azcore.ReadLimit(http.Header{"X-Ms-Retry-After-Ms": {"soon"}}, transport.RateLimit{}).HasRetryAfter)
	assert.True(t, azcore.ReadLimit(http.Header{"X-Ms-Retry-After-Ms": {"0"}}, transport.RateLimit{}).HasRetryAfter)
}
