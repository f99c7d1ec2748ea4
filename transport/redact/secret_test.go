package redact_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

const secretCanary = "tr1pw1re"

type secretHolder struct {
	Shown  redact.Secret
	hidden redact.Secret
}

// A3: whatever the verb, wherever the secret stands.
func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	secret := redact.NewSecret(secretCanary)
	holder := secretHolder{Shown: secret, hidden: secret}
	proxy := network.Proxy{Protocol: "http", Host: "proxy.example.com", Username: "u", Password: secret}
	values := []any{
		secret, &secret, holder, &holder, []redact.Secret{secret}, map[string]redact.Secret{"k": secret},
		map[string]any{"k": &secret}, struct{ s any }{secret}, proxy, &proxy, []network.Proxy{proxy},
		struct{ p network.Proxy }{proxy}, struct{ p *network.Proxy }{&proxy},
	}
	hexed := fmt.Sprintf("%x", secretCanary)
	for _, value := range values {
		for verb := range 128 {
			for _, flags := range []string{"", "+", "#", " ", "-40", "040", ".3"} {
				format := "%" + flags + string(rune(verb))
				for _, out := range []string{fmt.Sprintf(format, value), fmt.Errorf(format, value).Error(), fmt.Sprintf("0"+format, value, value)} {
					require.NotContains(t, out, secretCanary, "%s of %T", format, value)
					require.NotContains(t, out, hexed, "%s of %T", format, value)
				}
			}
		}
	}
	assert.Equal(t, "*** *** *** ***", fmt.Sprintf("%v %+v %#v %q", secret, secret, secret, secret))
}

// A3
func TestASecretNeverMarshals(t *testing.T) {
	t.Parallel()
	secret := redact.NewSecret(secretCanary)
	proxy := network.Proxy{Protocol: "http", Host: "proxy.example.com", Port: 3128, Username: "u", Password: secret}

	got, err := json.Marshal(map[string]any{"a": secret, "b": &secret, "c": proxy})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":"***","b":"***","c":{"protocol":"http","host":"proxy.example.com","port":3128,"username":"u","password":"***"}}`, string(got))

	got, err = xml.Marshal(struct {
		XMLName  xml.Name `xml:"x"`
		Password redact.Secret
	}{Password: secret})
	require.NoError(t, err)
	assert.Equal(t, "<x><Password>***</Password></x>", string(got))

	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("m", "secret", secret, "pointer", &secret, "proxy", proxy, "holder", secretHolder{Shown: secret, hidden: secret})
	}
	assert.NotContains(t, log.String(), secretCanary)
	assert.Contains(t, log.String(), "secret=*** pointer=*** proxy=http://u:***@proxy.example.com:3128")
}

func TestAnEmptySecretShowsAsEmpty(t *testing.T) {
	t.Parallel()
	var empty redact.Secret
	assert.Equal(t, "[]", fmt.Sprintf("[%v]", empty))
	assert.True(t, empty.IsZero())
	assert.True(t, redact.NewSecret("").IsZero())
	assert.Empty(t, empty.Reveal())
	got, err := json.Marshal(struct {
		A redact.Secret
		B redact.Secret `json:"b,omitzero"`
	}{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"A":""}`, string(got))
}

func TestSecretsAreComparedByTheirText(t *testing.T) {
	t.Parallel()
	a, b, other := redact.NewSecret("a"), redact.NewSecret("a"), redact.NewSecret("b")
	assert.True(t, a.Equal(b))
	assert.False(t, a.Equal(other))
	assert.False(t, a.Equal(redact.Secret{}))
	assert.True(t, redact.Secret{}.Equal(redact.NewSecret("")))
}

func TestASecretIsReadFromConfigurationUnlessItIsMasked(t *testing.T) {
	t.Parallel()
	var proxy network.Proxy
	require.NoError(t, json.Unmarshal([]byte(`{"protocol":"http","host":"h","username":"u","password":"p:@/ü"}`), &proxy))
	assert.Equal(t, "p:@/ü", proxy.Password.Reveal())
	require.NoError(t, proxy.Validate())

	err := json.Unmarshal([]byte(`{"password":"***"}`), &proxy)
	require.ErrorContains(t, err, "redact: read secret: the value is already masked")
	assert.Equal(t, "p:@/ü", proxy.Password.Reveal())
}

func TestAnErrorThatWrapsASecretHidesIt(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("sign: %w (%v)", errors.New("no key"), redact.NewSecret(secretCanary))
	assert.EqualError(t, err, "sign: no key (***)")
}
