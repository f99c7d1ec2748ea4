package mistake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/internal/mistake"
)

func TestAHostWithoutItsSchemeIsCompleted(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"api.example.com":                "https://api.example.com",
		"api.example.com:8443":           "https://api.example.com:8443",
		"localhost:8080":                 "http://localhost:8080",
		"127.0.0.1:8080":                 "http://127.0.0.1:8080",
		"[::1]:8080":                     "http://[::1]:8080",
		"api.example.com/":               "https://api.example.com",
		"hooks.example.com/canary":       "https://hooks.example.com/…",
		"":                               "",
		"/v2":                            "",
		"https//api.example.com":         "",
		"https:/api.example.com":         "",
		"https://api.example.com":        "",
		"canary:canary@proxy:3128":       "",
		"canary@proxy":                   "",
		"api.example.com?apiKey=canary":  "",
		"api.example.com:canary":         "",
		"api.example.com:0":              "",
		"api.example.com:65536":          "",
		"api .example.com":               "",
		"api.example.com\n":              "",
		"mailto:canary":                  "",
		"localhost":                      "http://localhost",
		"my_service:8080":                "https://my_service:8080",
		"canary":                         "",
		"canary-canary":                  "",
		"eyJh.canary.x-Y_z":              "",
		"canary.q":                       "",
		"ftp://api.example.com":          "",
		"api.example.com:":               "",
		"user:canary@api.example.com/v2": "",
	} {
		assert.Equal(t, want, mistake.WithScheme(raw, mistake.Scheme(raw)), "%q", raw)
	}
	assert.Empty(t, mistake.WithScheme(strings.Repeat("c", 64)+".canary", "https"), "a label is never that long")
	assert.Equal(t, "http://proxy:3128", mistake.WithScheme("proxy:3128", "http"))
}

func TestATypedNilIsNil(t *testing.T) {
	t.Parallel()
	assert.True(t, mistake.NilInside(nil))
	assert.True(t, mistake.NilInside((*http.Transport)(nil)))
	assert.True(t, mistake.NilInside(http.HandlerFunc(nil)))
	assert.False(t, mistake.NilInside(new(http.Transport)))
	assert.False(t, mistake.NilInside(struct{}{}))
}

func TestLoopbackIsANameOrAnAddress(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.8.9.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"localhost.example.com": false, "10.0.0.1": false, "": false,
	} {
		assert.Equal(t, want, mistake.Loopback(host), "%q", host)
	}
}
