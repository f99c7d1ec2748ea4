package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/transport/redact"
)

// A3.
func TestCutsWhatIsLongAndSaysHowLongItWas(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc… (4 bytes)"},
		{"abcd", 0, "… (4 bytes)"},
		{"abcd", -1, "… (4 bytes)"},
		{"aéx", 2, "a… (4 bytes)"},
		{"a\U0001F600", 4, "a… (5 bytes)"},
		{"\x80\x80\x80\x80\x80\x80", 5, "\x80… (6 bytes)"},
		{"token=" + canary, 8, "token=***… (18 bytes)"},
		{"token=" + canary, 80, "token=***"},
		{"https://" + canary + "@x.io", 12, "https://***… (25 bytes)"},
		{strings.Repeat("x", 1<<20), 2, "xx… (1048576 bytes)"},
	} {
		assert.Equal(t, row.want, redact.Cut(row.text, row.limit), "%.40q to %d", row.text, row.limit)
	}
}

// A3.
func TestShowsTheValuesOfAHeader(t *testing.T) {
	t.Parallel()
	half := strings.Repeat("x", redact.MaxValue/2)
	for _, row := range []struct {
		values []string
		want   string
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{"a"}, "a"},
		{[]string{"a", "https://u:" + canary + "@x.io", "b"}, "a, https://***@x.io, b"},
		{[]string{half, half[2:]}, half + ", " + half[2:]},
		{[]string{half, half[1:]}, half + ", " + half[2:] + "… (2049 bytes)"},
		{[]string{half + half + half, "b"}, half + half + "… (3075 bytes)"},
		{make([]string, 10_000), strings.Repeat(", ", redact.MaxValue/2) + "… (19998 bytes)"},
	} {
		assert.Equal(t, row.want, redact.Values(row.values))
	}
}

// A3.
func TestCutsALongURL(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x/", 1<<19)
	for name, u := range map[string]*url.URL{
		"path":   {Scheme: "https", Host: "h", Path: long},
		"raw":    {Scheme: "https", Host: "h", Path: long + "/", RawPath: long + "%2F"},
		"query":  {Scheme: "https", Host: "h", RawQuery: long},
		"host":   {Scheme: "https", Host: long},
		"opaque": {Scheme: "https", Opaque: "//h/" + long + "?token=" + canary},
		"all":    {Scheme: "https", Host: long, Path: long, RawQuery: long + "&token=" + canary},
	} {
		shown := redact.URL(u)
		assert.Less(t, len(shown), 6*redact.MaxValue+100, name)
		assert.NotContains(t, shown, canary[:4], name)
		assert.Equal(t, name != "host", strings.Contains(shown, "bytes)"), name)
	}
	whole := "https://h/" + strings.Repeat("a", redact.MaxValue-1)
	u, err := url.Parse(whole)
	assert.NoError(t, err)
	assert.Equal(t, whole, redact.URL(u))
}

// A3: no t.Parallel, the allocations of other tests would count.
func TestWhatHidesNothingCostsNoAllocation(t *testing.T) {
	for _, text := range []string{
		"", "dial tcp 127.0.0.1:80: connection refused", "retry: end after 3 attempts (attempts)", `Get "https://x.io/v2?limit=5&order=asc": EOF`,
		"application/json; charset=utf-8", `{"message":"a","n":[1,{"b":null}],"c":"it's"}`, "<a><b c='d'>e</b></a>", "token expired", "the key: value pair",
		"100% of a & b", "C:\\Users\\token", "a = b, c: d",
	} {
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if redact.Text(text) != text || redact.Prefix(text) != text || redact.Cut(text, redact.MaxError) != text {
				t.Errorf("%q is changed", text)
			}
		}), text)
	}
}
