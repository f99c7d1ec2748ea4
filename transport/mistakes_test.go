package transport_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// C10: the error for a middleware that returns nil has its number.
func TestAMiddlewareThatReturnsNothingIsNamedByItsNumber(t *testing.T) {
	t.Parallel()
	pass := func(next http.RoundTripper) http.RoundTripper { return next }
	unwrapping := func(next http.RoundTripper) http.RoundTripper { // it could not use a nil pointer below it
		_, ok := next.(interface{ Unwrap() http.RoundTripper })
		assert.True(t, ok, "%T", next)
		return next
	}
	also := pass
	for name, nothing := range map[string]http.RoundTripper{
		"nil": nil, "a nil pointer": (*http.Transport)(nil), "a nil function": transport.RoundTripperFunc(nil),
	} {
		chain := transport.Chain(answer(200), pass, unwrapping, func(http.RoundTripper) http.RoundTripper { return nothing }, nil, also)
		want := "transport: build chain: middleware 3 of 5 returned nil"
		require.EqualError(t, transport.Check(chain), want, name)
		_, err := chain.RoundTrip(get(t, t.Context()))
		require.EqualError(t, err, want, name)
	}
	require.NoError(t, transport.Check(transport.Chain(answer(200), nil)), "nil middlewares are skipped")
}

// C10: a base that is a nil pointer is an error too, and closes no other connections.
func TestABaseThatIsANilPointerIsRefused(t *testing.T) {
	t.Parallel()
	chain := transport.Chain((*http.Transport)(nil), transport.Identity())
	want := "transport: build chain: the base is a nil *http.Transport"
	require.EqualError(t, transport.Check(chain), want)
	_, err := chain.RoundTrip(get(t, t.Context()))
	require.EqualError(t, err, want)
	for _, layer := range transport.Layers(chain) {
		_, ok := layer.(*http.Transport)
		assert.False(t, ok, "the default transport stands below")
	}
}
