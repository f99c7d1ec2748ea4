package retry_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// dropping returns a 503 with the body from the context to one attempt, and a 200 to the
// next.
type dropping struct{ answered sync.Map }

type droppedKey struct{}

func (d *dropping) RoundTrip(req *http.Request) (*http.Response, error) {
	body, _ := req.Context().Value(droppedKey{}).(io.ReadCloser)
	if _, again := d.answered.LoadOrStore(body, true); again {
		return okStatus(req, http.StatusOK), nil
	}
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: body, Request: req}, nil
}

// R5: a stalled response is dropped in time, whichever clock earlier calls of the client
// used: the timers of a synctest bubble end with it, and must not be used for the bodies of
// another.
func TestAStalledResponseIsDroppedUnderAnyClock(t *testing.T) {
	t.Parallel()
	quick := func() io.ReadCloser { return io.NopCloser(strings.NewReader("busy")) }
	stalled := func() io.ReadCloser {
		pr, _ := io.Pipe()
		return pr
	}
	call := func(t *testing.T, client http.RoundTripper, body io.ReadCloser) (took time.Duration) {
		t.Helper()
		begun := time.Now()
		resp, err := client.RoundTrip(getIt(context.WithValue(t.Context(), droppedKey{}, body)))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		return time.Since(begun)
	}
	for name, build := range map[string]func() http.RoundTripper{
		"bare":  func() http.RoundTripper { return retry.New(retry.WithBaseDelay(0))(&dropping{}) },
		"chain": func() http.RoundTripper { return transport.Chain(&dropping{}, retry.New(retry.WithBaseDelay(0))) },
	} {
		for _, outside := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var client http.RoundTripper
				if outside {
					client = build()
					call(t, client, quick())
				}
				for range 2 {
					synctest.Test(t, func(t *testing.T) {
						if client == nil {
							client = build()
						}
						call(t, client, quick())
						assert.Equal(t, layer.DrainTime, call(t, client, stalled()))
						call(t, client, quick())
					})
				}
				call(t, client, stalled()) // it returns: how early depends on when the machine runs timers
			})
		}
	}
}
