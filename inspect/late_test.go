package inspect_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/transport"
)

// T3: an attempt that ends after its call, such as the slower one of a hedge, takes no memory
// of calls that is never given back.
func TestAnAttemptThatEndsAfterItsCall(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithKept(0, 0, 0), inspect.WithBodies(1<<10))
	sent, ended, late := make(chan struct{}), make(chan struct{}), make(chan struct{})
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := memory(req)
		if req.Header.Get("X-Late") != "" {
			close(sent)
			<-ended
			resp.Body = io.NopCloser(strings.NewReader(strings.Repeat("late", 1<<10)))
		}
		return resp, err
	})
	both := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			slow := req.Clone(req.Context())
			slow.Header.Set("X-Late", "yes")
			go func() {
				defer close(late)
				resp, err := next.RoundTrip(slow)
				if assert.NoError(t, err) {
					_, err = io.Copy(io.Discard, resp.Body)
					assert.NoError(t, err)
				}
			}()
			<-sent
			return next.RoundTrip(req)
		})
	}
	rt := transport.Chain(base, in.Calls(), both, in.Attempts())
	resp, err := rt.RoundTrip(request(t, http.MethodGet, "https://a.example.com/", nil))
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	close(ended)
	<-late
	live, _ := snapshot(t, in)
	assert.Zero(t, live.Memory)
}
