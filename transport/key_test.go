package transport_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// L2: one host has one key, however it is spelled.
func TestOneHostHasOneKey(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://API.Example.com.:443/a": "api.example.com", "http://api.example.com:80": "api.example.com", "https://api.example.com:": "api.example.com",
		"http://api.example.com:443": "api.example.com:443", "https://api.example.com.:8443": "api.example.com:8443",
		"https://[::1]:443": "[::1]", "https://[fe80::1]": "[fe80::1]",
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		assert.Equal(t, want, transport.HostKey(&http.Request{URL: u}), address)
	}
	assert.Empty(t, transport.HostKey(&http.Request{}))
}
