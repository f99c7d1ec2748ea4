package services_test

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
)

// S1: a route is refused at every call, or what it says is what is asked, below
// the base's path.
func FuzzRoute(f *testing.F) {
	for _, seed := range []string{
		"GET /v2/alerts", "POST /v2/alerts/{identifier}/close", "GET /", "GET //", "GET /a/../b", "get /a", "GET", "PUT /{identifier}",
		"GET /{}", "GET /{a", "GET /{identifier}/{identifier}", "GET /%2e", "GET /a?b", "GET /a b", "DELETE /\u00fc", "GET /{...}", "GET /{identifier}.ics", "GET /{identifier}{identifier}", "GET /{identifier}%2e",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, route string) {
		for _, in := range []any{nil, ref{Identifier: "x/y"}} {
			var got sent
			_, err := services.Do[services.None](t.Context(), openAt(t, base+"/pre", capture(&got)), route, in, services.ByMethod)
			if err != nil {
				require.ErrorIs(t, err, services.ErrArgument)
				require.Nil(t, got.Request, "it was sent")
				continue
			}
			method, path, _ := strings.Cut(route, " ")
			require.Equal(t, method, got.Method)
			require.Equal(t, "/pre"+strings.ReplaceAll(path, "{identifier}", "x%2Fy"), got.RequestURI)
		}
	})
}

// S1, A3: a base URL is refused without being shown, or all calls stay below it.
func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{
		"https://api.example.com", "http://localhost:8080/x/", "https://u:p@h", "ftp://h", "//h", "https:/h", "https://h/a/../b",
		"https://h/%2e%2e", "https://h?q", "https://h#", "https://h/a%2Fb//", "https://[::1]:1/", "https://h/\u00fc", "HTTPS://H/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var got sent
		c, err := services.New(&http.Client{Transport: capture(&got)}, raw, vendor{})
		if err != nil {
			if len(raw) > 40 {
				require.NotContains(t, err.Error(), raw)
			}
			return
		}
		at, err := url.Parse(raw)
		require.NoError(t, err)
		if _, err = services.Do[services.None](t.Context(), c, "GET /v2/things", nil, services.ByMethod); err != nil {
			require.Nil(t, got.Request, "net/http itself refuses a host that cannot be sent")
			return
		}
		require.Equal(t, strings.TrimRight(at.EscapedPath(), "/")+"/v2/things", got.RequestURI)
		require.NotContains(t, strings.Split(got.URL.Path, "/"), "..")
	})
}

// S1: the value of a header arrives as sent, or is refused: it cannot become a
// second header.
func FuzzHeaderField(f *testing.F) {
	for _, seed := range []string{"v", "a\r\nX-B: c", "\x00", " v", "\u00fc", "a,b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		var got sent
		_, err := services.Do[services.None](t.Context(), open(t, capture(&got)), "GET /x", struct {
			Value string `header:"X-Value"`
		}{value}, services.ByMethod)
		if err != nil {
			require.ErrorIs(t, err, services.ErrArgument)
			require.Nil(t, got.Request, "it was sent")
			return
		}
		require.Equal(t, textproto.TrimString(value), got.Header.Get("X-Value"))
		require.Empty(t, got.Header.Get("X-B"))
	})
}

// S5: name, type and content of a file, and the fields beside it, arrive as
// sent, or the file is refused.
func FuzzUploadForm(f *testing.F) {
	f.Add("a.txt", "text/plain", "user", "content")
	f.Add("a\"b;c\\d", "", "\r\n--x", "\r\n--boundary--\r\n")
	f.Add("../\u00fc\r\n", "a/b\r\nX: y", "", "")
	f.Fuzz(func(t *testing.T, name, kind, user, content string) {
		var got sent
		_, err := services.Do[services.None](t.Context(), open(t, capture(&got)), "POST /x", struct {
			User string        `form:"user"`
			File services.File `form:"file" check:"required"`
		}{user, services.File{Name: name, Type: kind, Content: strings.NewReader(content)}}, services.ByMethod)
		if err != nil {
			require.ErrorIs(t, err, services.ErrArgument)
			return
		}
		_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
		require.NoError(t, err)
		r := multipart.NewReader(strings.NewReader(got.body), params["boundary"])
		part, err := r.NextRawPart()
		require.NoError(t, err)
		if user != "" {
			text, err := io.ReadAll(part)
			require.NoError(t, err)
			assert.Equal(t, "user", part.FormName())
			assert.Equal(t, user, string(text))
			part, err = r.NextRawPart()
			require.NoError(t, err)
		}
		text, err := io.ReadAll(part)
		require.NoError(t, err)
		assert.Equal(t, "file", part.FormName())
		assert.Equal(t, content, string(text))
		if kind != "" {
			assert.Equal(t, textproto.TrimString(kind), part.Header.Get("Content-Type"))
		}
		assert.Len(t, part.Header, 2, "a name made a header of its own")
		_, err = r.NextRawPart()
		assert.ErrorIs(t, err, io.EOF)
	})
}
