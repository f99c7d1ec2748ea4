package opsgenie_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/transport/redact"
)

// C10, A4: a key that was copied with more than itself is refused with its cure, and not shown.
func TestAKeyIsRefusedWithItsCure(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"":                               "API key is empty",
		" \n":                            "API key is empty",
		"GenieKey canary":                "API key begins with GenieKey: pass the key alone",
		"genieKey canary":                "API key begins with GenieKey: pass the key alone",
		"GenieKey: canary":               "API key begins with GenieKey: pass the key alone",
		" Authorization:GenieKey canary": "API key begins with Authorization: pass the key alone",
		"Bearer canary\n":                "API key begins with Bearer: pass the key alone",
		"Basic canary":                   "API key begins with Basic: pass the key alone",
		" canary":                        "API key begins with a space: trim it",
		"\ncanary":                       "API key begins with a line end: trim it",
		"canary\t":                       "API key ends with a space: trim it",
		"canary\r\n":                     "API key ends with a line end: trim it",
		`"canary"`:                       "API key begins or ends with a quotation mark: pass the key alone",
		"'canary'":                       "API key begins or ends with a quotation mark: pass the key alone",
		"“canary”":                       "API key begins or ends with a quotation mark: pass the key alone",
		"can\r\nary":                     "API key contains a line end or another control character",
	} {
		_, err := opsgenie.New(key)
		assert.EqualError(t, err, "opsgenie: "+want, "%q", key)
	}
	for _, key := range []string{"GenieKeys", "bearer", "01234567-89ab-cdef-0123-456789abcdef"} {
		_, err := opsgenie.New(key)
		require.NoError(t, err, key)
	}
}

// C10: so is a base URL that the operations cannot be added to, or that is another service's.
func TestABaseURLIsRefusedWithItsCure(t *testing.T) {
	t.Parallel()
	web := "base URL is that of the web interface: write "
	for base, want := range map[string]string{
		"https://api.opsgenie.com/v2":         "base URL ends in /v2, which each operation adds: write https://api.opsgenie.com",
		"https://api.opsgenie.com/v1/":        "base URL ends in /v1, which each operation adds: write https://api.opsgenie.com",
		"https://gateway.example.com/og/V2//": "base URL ends in /V2, which each operation adds: write https://gateway.example.com/og",
		"api.opsgenie.com/v2":                 "base URL ends in /v2, which each operation adds: write https://api.opsgenie.com",
		"https://app.opsgenie.com":            web + "https://api.opsgenie.com, or https://api.eu.opsgenie.com for an account in the EU",
		"https://acme.app.opsgenie.com/alert": web + "https://api.opsgenie.com, or https://api.eu.opsgenie.com for an account in the EU",
		"acme.app.eu.opsgenie.com":            web + "https://api.eu.opsgenie.com",
		"https://www.opsgenie.com/v2":         web + "https://api.opsgenie.com, or https://api.eu.opsgenie.com for an account in the EU",
		"api.eu.opsgenie.com":                 "base URL has no scheme: write https://api.eu.opsgenie.com",
		"localhost:8080":                      "base URL has no scheme: write http://localhost:8080",
		"http://api.opsgenie.com":             "base URL is plain http, so that the API key could be read on the way: write https://api.opsgenie.com, or see WithPlainHTTP",
		"canary":                              "base URL is neither http nor https: write https://host",
	} {
		_, err := opsgenie.New("k", opsgenie.WithBaseURL(base))
		assert.EqualError(t, err, "opsgenie: "+want, base)
	}
	for _, base := range []string{
		"https://gateway.example.com/v2/opsgenie", "https://api.atlassian.com/jsm/ops/integration", "https://example.com/vip",
		"https://api.eu.opsgenie.com/", "http://[::1]:8080",
	} {
		_, err := opsgenie.New("k", opsgenie.WithBaseURL(base))
		require.NoError(t, err, base)
	}
}

// C10: the faults of all layers are told at once, each with its own package's name alone.
func TestAllFaultsOfAClientAreTold(t *testing.T) {
	t.Parallel()
	_, err := opsgenie.New("", opsgenie.WithBaseURL("https://api.opsgenie.com/v2"), opsgenie.WithMaxBody(-1), opsgenie.WithBase(nil),
		opsgenie.WithPolling(poll.WithBaseDelay(-1)), opsgenie.WithTransport(tripware.WithRetry(retry.WithMaxRetries(-1))))
	assert.EqualError(t, err, "opsgenie: base URL ends in /v2, which each operation adds: write https://api.opsgenie.com\n"+
		"body limit of -1 bytes is negative: 0 means no bound; poll: base delay -1ns is negative\n"+
		"base: it is nil: leave WithBase out, or give it one that is not nil\n"+
		"retry: max retries -1 is negative\n"+
		"API key is empty")
	_, err = opsgenie.New("k", opsgenie.WithTransport(tripware.WithAuth(opsgenie.US.URL(), auth.Bearer(redact.NewSecret("k")))))
	assert.EqualError(t, err, "opsgenie: auth: two credentials for the header Authorization of https://api.opsgenie.com: "+
		"remove one, or use WithSource for single calls")
}
