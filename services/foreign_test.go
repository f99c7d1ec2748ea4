package services_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// S2: a web page instead of JSON is named as such, with its type and the host that sent it,
// whatever its status. What is JSON after all is read.
func TestAWebPageIsNamedAsSuch(t *testing.T) {
	t.Parallel()
	const (
		page     = "<!DOCTYPE html><title>Sign in</title>"
		question = ": is this the address of the API?"
	)
	for _, row := range []struct {
		status      int
		media, body string
		kind        error
		want        string // the text behind the route
	}{
		{200, "text/html; charset=utf-8", page, services.ErrResponse, "200: response from api.example.com is a web page (text/html), not JSON" + question},
		{200, "", "\xef\xbb\xbf \r\n" + page, services.ErrResponse, "200: response from api.example.com is a web page (no Content-Type), not JSON" + question},
		{200, "application/json", page, services.ErrResponse, "200: response from api.example.com is a web page (application/json), not JSON" + question},
		{200, "text/html;;", "Please sign in", services.ErrResponse, "200: response from api.example.com is a web page (text/html), not JSON" + question},
		{200, "application/xhtml+xml", "<?xml version='1.0'?><html/>", services.ErrResponse, "200: response from api.example.com is a web page (application/xhtml+xml), not JSON" + question},
		{403, "text/html", page, services.ErrForbidden, "403: response from api.example.com is a web page (text/html), not JSON" + question},
		{404, "application/xml", "<Error/>", services.ErrNotFound, "404: response from api.example.com is XML (application/xml), not JSON" + question},
		{404, "", "<?xml version='1.0'?><Error/>", services.ErrNotFound, "404: response from api.example.com is XML (no Content-Type), not JSON" + question},
		{503, "text/html", page, services.ErrServer, "503: response from api.example.com is a web page (text/html), not JSON"},
		{422, "text/html", `{"message":"No"}`, services.ErrInvalid, "422: No"},
		{403, "text/html", "", services.ErrForbidden, "403 forbidden"},
		{403, "text/plain", "No", services.ErrForbidden, "403 forbidden"},
		{200, "text/html", "", services.ErrResponse, "200: decode response: it is empty"},
		{200, "text/plain", "OK", services.ErrResponse, "200: decode response: invalid character 'O' looking for beginning of value"},
	} {
		rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp := answer(req, row.status, row.body)
			resp.Header["Content-Type"] = []string{row.media}
			return resp, nil
		})
		_, err := get(t.Context(), open(t, rt))
		require.ErrorIs(t, err, row.kind)
		require.EqualError(t, err, "services: GET /v1/items: "+row.want, "%d %s", row.status, row.media)
		assert.Equal(t, row.status, asError(t, err).Status)
	}
	got, err := get(t.Context(), open(t, always(200, `{"data":{"id":"7"}}`, "Content-Type", "text/html")))
	require.NoError(t, err)
	assert.Equal(t, "7", got.Value.ID)

	nameless := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, page)
		resp.Request = nil // as a mock may leave it
		return resp, nil
	})
	_, err = get(t.Context(), open(t, nameless))
	require.ErrorContains(t, err, "response from the server is a web page")
}
