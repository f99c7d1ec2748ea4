package transport_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// copying is a typical foreign layer: it sends a copy, to which the response refers.
func copying(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent := *req
		return next.RoundTrip(&sent)
	})
}

// C4: trailers pass, also unannounced ones, whatever request the layer below sent.
func TestTrailersComeThroughALayerThatCopiesTheRequest(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, 2} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hello")
			_ = http.NewResponseController(w).Flush()
			w.Header().Set(http.TrailerPrefix+"X-Sum", "5d41")
		}))
		server.EnableHTTP2 = version == 2
		server.StartTLS()
		t.Cleanup(server.Close)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		require.NoError(t, err)
		resp, err := transport.Chain(server.Client().Transport, transport.Identity(), copying).RoundTrip(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, version, resp.ProtoMajor)
		assert.Equal(t, "hello", string(body))
		assert.Equal(t, "5d41", resp.Trailer.Get("X-Sum"), "over HTTP/%d", version)
	}
}

// C4: the body of a 101 stays writable through such a layer.
func TestAConnectionStaysWritableAboveALayerThatCopiesTheRequest(t *testing.T) {
	t.Parallel()
	type connection struct {
		io.ReadCloser
		io.Writer
	}
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusSwitchingProtocols, Header: http.Header{}, Request: req,
			Body: connection{io.NopCloser(strings.NewReader("hello")), io.Discard},
		}, nil
	})
	resp, err := transport.Chain(base, transport.Identity(), copying).RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Implements(t, (*io.Writer)(nil), resp.Body)
}
