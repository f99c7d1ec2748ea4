package inspect

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// A message has what was sent, cleaned and with bounded length.
func TestAMessageHasWhatWasSent(t *testing.T) {
	t.Parallel()
	c := &config{headers: map[string]bool{"X-Plan": true}}
	long := strings.Repeat("é", maxURL)
	for name, row := range map[string]struct {
		method string
		url    *url.URL
		want   string // method and URL
	}{
		"no URL":         {"", nil, "GET "},
		"empty":          {"PUT", &url.URL{}, "PUT ://"},
		"escaped":        {"GET", &url.URL{Scheme: "https", Host: "a", Path: "/a b\n", RawQuery: "x=\ny"}, "GET https://a/a%20b%0A?x= y"},
		"escaped as set": {"GET", &url.URL{Scheme: "https", Host: "a\tb", Path: "/a/b", RawPath: "/a%2Fb"}, "GET https://a b/a%2Fb"},
		"a star":         {"OPTIONS", &url.URL{Scheme: "https", Host: "a", Path: "*"}, "OPTIONS https://a*"},
		"opaque":         {"G\x7f", &url.URL{Scheme: "https", Opaque: "//a/b", RawQuery: "c"}, "G  https://a/b?c"},
		"no room": {
			"GET", &url.URL{Scheme: "s", Host: "a", Path: "/" + long, RawQuery: "q"},
			"GET s://a/" + strings.Repeat("%C3%A9", maxURL)[:maxURL-6] + "?",
		},
		"cut in a character": {"GET", &url.URL{Scheme: "s", Host: "a", Path: "/", RawQuery: long}, "GET s://a/?" + long[:maxURL-6]},
	} {
		req := &http.Request{Method: row.method, URL: row.url}
		method, target, _, _ := c.newMessage(nil, req, req).parse()
		assert.Equal(t, row.want, method+" "+target, name)
	}
	given := &http.Request{URL: &url.URL{Host: "a", User: url.User("u")}, Host: "b", Header: http.Header{
		"Accept": {"a\nb: c", ""}, "X-Other": {"kept out"}, "X-Plan": {"p"}, "X-A=\nb": {""}, "": {"no name"},
	}}
	sent := given.Clone(t.Context())
	sent.Header["X-Plan"] = []string{"added"}
	m := c.withResponse(c.newMessage(nil, given, sent), given, sent, &http.Response{Header: http.Header{"Date": {"\x00"}, "X-Plan": {"my added"}, "Set-Cookie": {"c"}}})
	_, _, request, response := m.parse()
	assert.Equal(t, []field{
		{name: "Accept", value: "a b: c", kept: true},
		{name: "Accept", kept: true},
		{name: "Authorization", scheme: "Basic", secret: true},
		{name: "Host", value: "b", kept: true},
		{name: "X-A= b"},
		{name: "X-Other"},
		{name: "X-Plan", secret: true},
	}, request)
	assert.Equal(t, []field{{name: "Date", value: " ", kept: true}, {name: "X-Plan", value: "my ***", kept: true}}, response)
}

// Whatever is sent, a message is short, and what is parsed from it has no control characters.
func FuzzMessage(f *testing.F) {
	f.Add("GET", "https", "a.example.com", "/a/b", "c=d", "Accept", "text/plain")
	f.Add("", "", "", "*", "\n", "X\n", "\xff\x80")
	f.Fuzz(func(t *testing.T, method, scheme, host, path, query, name, value string) {
		c := &config{}
		req := &http.Request{
			Method: method, URL: &url.URL{Scheme: scheme, Host: host, Path: path, RawQuery: query},
			Header: http.Header{name: {value, value}, "Accept": {value, value, value, value, value}},
		}
		m := c.withResponse(c.newMessage(nil, req, req), req, req, &http.Response{Header: req.Header})
		assert.LessOrEqual(t, len(m), maxMethod+maxMethod+maxURL+2*maxHeader+2*maxHeaders+64)
		verb, target, request, response := m.parse()
		assert.LessOrEqual(t, len(target), maxURL+1)
		for _, text := range []string{verb, target} {
			assert.Equal(t, -1, strings.IndexFunc(text, isASCIIControl), text)
		}
		for _, of := range append(request, response...) {
			assert.Equal(t, -1, strings.IndexFunc(of.name+of.value, isASCIIControl), of)
		}
		if utf8.ValidString(value) && len(value) < maxHeader && strings.IndexFunc(value, unicode.IsControl) < 0 {
			assert.Equal(t, value, valueOf(response, "Accept"))
		}
	})
}

func isASCIIControl(r rune) bool { return r < ' ' || r == 0x7f }
