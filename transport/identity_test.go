package transport_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// A5: a default header with a credential would follow redirects. It is refused in any
// spelling, and the error says what to use instead.
func TestIdentityRefusesDefaultsThatAreCredentials(t *testing.T) {
	t.Parallel()
	for name, cure := range map[string]string{
		"authorization": "auth.Header", "X-API-KEY": "auth.Header", "x_client_secret": "auth.Header", "Access-Token": "auth.Header",
		"Cookie": "http.Client's Jar, or use auth.Header", "Proxy-Authorization": "the password of the Proxy, or use auth.Header",
	} {
		rt := transport.Identity(transport.WithHeader(name, "canary"))(answer(200))
		err := transport.Check(rt)
		require.ErrorContains(t, err, http.CanonicalHeaderKey(name), name)
		require.ErrorContains(t, err, cure, name)
		assert.NotContains(t, err.Error(), "canary")
		_, err = rt.RoundTrip(get(t, t.Context()))
		require.ErrorContains(t, err, cure, name)
	}
	require.NoError(t, transport.Check(transport.Identity(transport.WithHeader("X-Api-Version", "2"))(answer(200))))
}
