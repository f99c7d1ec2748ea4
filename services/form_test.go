package services_test

import (
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

type grant struct {
	Kind   string        `form:"grant_type"`
	Secret redact.Secret `form:"client_secret"`
	Scopes []string      `form:"scope"`
	Hint   string        `form:"hint"`
}

// S2: a form without a file is sent as a web page would send it, and one with a file as multipart,
// also if the file is left out.
func TestAFormIsSentByWhatItHolds(t *testing.T) {
	t.Parallel()
	type optional struct {
		User string        `form:"user"`
		File services.File `form:"file"`
	}
	secret := redact.NewSecret("a&b=c +%")
	for want, in := range map[string]any{
		"grant_type=client_credentials&client_secret=a%26b%3Dc+%2B%25&scope=a%2Cb": grant{Kind: "client_credentials", Secret: secret, Scopes: []string{"a", "b"}},
		"": grant{},
	} {
		var got sent
		_, err := services.Do[item](t.Context(), open(t, capture(&got)), "POST /token", in, services.ByMethod)
		require.NoError(t, err)
		assert.Equal(t, "application/x-www-form-urlencoded", got.Header.Get("Content-Type"))
		assert.Equal(t, want, got.body)
		assert.Equal(t, int64(len(want)), got.ContentLength)
	}
	var got sent
	_, err := services.Do[item](t.Context(), open(t, capture(&got)), "POST /upload", optional{User: "me"}, services.ByMethod)
	require.NoError(t, err)
	kind, boundary, _ := strings.Cut(got.Header.Get("Content-Type"), "; boundary=")
	assert.Equal(t, "multipart/form-data", kind)
	part, err := multipart.NewReader(strings.NewReader(got.body), boundary).NextPart()
	require.NoError(t, err)
	value, err := io.ReadAll(part)
	require.NoError(t, err)
	assert.Equal(t, "me", string(value))
}

// S2, R10: a retry sends the same form.
func TestARetrySendsTheSameValues(t *testing.T) {
	t.Parallel()
	var bodies []string
	_, err := services.Do[item](t.Context(), open(t, again(&bodies)), "POST /token", grant{Kind: "client_credentials"}, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, []string{"29 grant_type=client_credentials", "29 grant_type=client_credentials"}, bodies)
}

// A3, S2: a secret is sent where it is meant to be, and never as its mask.
func TestASecretIsSentOrRefused(t *testing.T) {
	t.Parallel()
	var got sent
	secret := redact.NewSecret("s")
	_, err := services.Do[item](t.Context(), open(t, capture(&got)), "GET /x", struct {
		A redact.Secret  `header:"X-A"`
		B redact.Secret  `query:"b"`
		C *redact.Secret `header:"X-C"`
		D redact.Secret  `header:"X-D"`
	}{A: secret, B: secret, C: &secret}, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, "s s", got.Header.Get("X-A")+" "+got.Header.Get("X-C"))
	assert.Equal(t, "b=s", got.URL.RawQuery)
	assert.NotContains(t, got.Header, "X-D")
	_, err = services.Do[item](t.Context(), open(t, capture(&got)), "POST /x", struct {
		A redact.Secret `json:"a"`
	}{A: secret}, services.ByMethod)
	require.ErrorContains(t, err, "A is a redact.Secret, which JSON would write as ***")
}
