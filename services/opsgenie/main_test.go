package opsgenie_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dial returns a client of s that retries, polls and paces without waiting.
func dial(tb testing.TB, s *opsgenietest.Server, opts ...opsgenie.Option) *opsgenie.Client {
	tb.Helper()
	hasty := []opsgenie.Option{
		opsgenie.WithBaseURL(s.URL),
		opsgenie.WithPolling(poll.WithBaseDelay(0)),
		opsgenie.WithTransport(
			tripware.WithRetry(retry.WithBaseDelay(0)),
			tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithKey(opsgenie.Domain), ratelimit.WithMaxPause(time.Millisecond))),
		),
	}
	c, err := opsgenie.New(s.Key, append(hasty, opts...)...)
	require.NoError(tb, err)
	tb.Cleanup(c.CloseIdleConnections)
	return c
}
