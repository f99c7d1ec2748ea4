package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	encodings "github.com/tripware/tripware/internal/canary"
	"github.com/tripware/tripware/transport/redact"
)

// secrets have what ends a value in one encoding or another. Each piece of six bytes
// of them stands nowhere else.
var secrets = []string{
	"ZQ7c4n4ryXK41QZ",
	"ZQ7c4n+4ryX/K41QZw==",
	"ZQ7c4n4ry XK41vwQZ",
	`ZQ7c4n4"ryX\K41vwQZ`,
	"ZQ7c4n4'ryXK41vwQZ",
}

var names = []string{"apiKey", "api_key", "X-Api-Key", "token", "access_token", "password", "client_secret", "secret"}

// shows returns a piece of a secret that stands in text, as it is or decoded.
func shows(text, secret string) string {
	const piece = 6
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	for i := range len(secret) - piece + 1 {
		if strings.Contains(text, secret[i:i+piece]) || strings.Contains(plain, secret[i:i+piece]) {
			return secret[i : i+piece]
		}
	}
	return ""
}

// A3: what the encoders write, with every name and secret.
func TestHidesASecretInEveryEncoding(t *testing.T) {
	t.Parallel()
	table := encodings.Encodings()
	require.GreaterOrEqual(t, len(table), 60)
	for _, e := range table {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			for _, name := range names {
				for i, secret := range secrets {
					if e.Token && i > 1 {
						continue
					}
					hides(t, e, e.Write(name, secret), secret)
				}
			}
		})
	}
}

func hides(t *testing.T, e encodings.Encoding, text, secret string) {
	t.Helper()
	got := redact.Text(text)
	require.Empty(t, shows(got, secret), "%s\nshown as\n%s", text, got)
	require.Equal(t, got, redact.Text(got), "once more changes nothing")
	if !e.Loose {
		require.Equal(t, strings.Count(text, encodings.Innocent), strings.Count(got, encodings.Innocent), "%s\nshown as\n%s", text, got)
	}
	around := "before: it's (a < b) [\n" + text + "\nbehind, \"quoted\" = x"
	require.Empty(t, shows(redact.Text(around), secret), "%s\nshown as\n%s", around, redact.Text(around))
	for cut := range len(text) {
		if got := redact.Prefix(text[:cut]); shows(got, secret) != "" {
			require.Fail(t, "a secret is shown", "%s\nshown as\n%s", text[:cut], got)
		}
	}
}
