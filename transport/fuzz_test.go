package transport_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// O2: a valid id is used in the record and on the wire; any other is replaced by a random
// one.
func FuzzTransactionID(f *testing.F) {
	for _, seed := range []string{"id", "", " ", "a b", "\x7f", "\u00fc", strings.Repeat("x", 128), strings.Repeat("x", 129), "a\r\nb"} {
		f.Add(seed)
	}
	random := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	f.Fuzz(func(t *testing.T, id string) {
		visible := id != "" && len(id) <= 128 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
		for _, byHeader := range []bool{false, true} {
			ctx, header := t.Context(), http.Header{transport.HeaderTransactionID: {id}}
			if !byHeader {
				ctx, header = transport.WithTransactionID(ctx, id), http.Header{}
			}
			var wire string
			rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				wire = req.Header.Get(transport.HeaderTransactionID)
				return &http.Response{StatusCode: http.StatusOK, Request: req}, nil
			}), transport.Identity())
			req := (&http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: "h"}, Header: header}).WithContext(ctx)
			resp, err := rt.RoundTrip(req)
			require.NoError(t, err)
			require.Equal(t, wire, transport.CallOf(resp).TransactionID())
			if visible {
				require.Equal(t, id, wire)
			} else {
				require.Regexp(t, random, wire)
			}
		}
	})
}

// R6, L4: whatever a server sends, no wait is negative, and equivalent headers give the same
// result: list members in any order, with spaces, on one line or several, names in any
// case, among few other headers or many.
func FuzzParseRateLimit(f *testing.F) {
	for _, seed := range []string{
		"120", "Sun, 06 Nov 1994 08:49:37 GMT", "9223372037", `"default";r=50;t=30`, "-1", "1e309", "76;w=21600", "2m59.56s",
		"1994-11-06T08:51Z", "784111778.25", "784111778000", "limit=100", "remaining=5", `"a;r=1";r=0`, "99999999999999999999", "0.0",
	} {
		f.Add(seed, "30", "Sunday, 06-Nov-94 08:50:37 GMT")
		f.Add("98", seed, `"x";r=1;t=2`)
	}
	now := time.Date(1994, time.November, 6, 8, 49, 7, 0, time.UTC)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, member := range []string{a, b, c} {
			if !isMember(member) {
				t.Skip("more than one member of a list, or less")
			}
		}
		said := transport.ParseRateLimit(limits(strings.ToLower, a, b, c), now)
		checkLimits(t, said)
		for name, other := range map[string]http.Header{
			"one line":         limits(strings.ToUpper, a+","+b+","+c),
			"another order":    limits(strings.ToUpper, c, a, b),
			"in one line, too": limits(strings.ToUpper, c+","+b+","+a),
			"two lines":        limits(strings.ToUpper, b, c+","+a),
			"blanks":           limits(strings.ToUpper, " "+a+"\t, "+b+" ", "\t"+c+" "),
			"empty members":    limits(strings.ToUpper, ",,"+a+", ,"+b, "", ","+c+","),
		} {
			require.Equal(t, said, transport.ParseRateLimit(other, now), name)
			for i := range 9 {
				other.Set(fmt.Sprintf("X-Other-%d", i), a)
			}
			require.Equal(t, said, transport.ParseRateLimit(other, now), "%s among many", name)
			other.Set("Date", now.Format(http.TimeFormat))
			require.Equal(t, said, transport.ParseRateLimit(other, time.Time{}), "%s, by the response's clock", name)
		}
	})
}

// limits returns headers that all have the same lines.
func limits(spell func(string) string, lines ...string) http.Header {
	h := http.Header{}
	for _, name := range []string{
		"Retry-After", "Retry-After-Ms", "RateLimit", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
	} {
		for _, line := range lines {
			h.Add(spell(name), line)
		}
	}
	return h
}

// isMember reports whether text remains one member of a list with others: it has no comma
// except that of a date, no open quote, and is not a weekday that the next member could
// complete.
func isMember(text string) bool {
	text = strings.TrimSpace(text)
	if _, err := http.ParseTime(text); err == nil {
		return true
	}
	for _, day := range []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} {
		if strings.HasPrefix(strings.ToLower(text), day) {
			return false
		}
	}
	return !strings.ContainsAny(text, `,\`) && strings.Count(text, `"`)%2 == 0
}

func checkLimits(t *testing.T, said transport.RateLimit) {
	t.Helper()
	for _, wait := range []time.Duration{said.RetryAfter, said.Reset, said.Hint(429), said.Hint(403), said.Hint(503)} {
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.True(t, wait%time.Millisecond == 0 || wait == math.MaxInt64, "%d is rounded or saturated", wait)
	}
	require.GreaterOrEqual(t, said.Remaining, 0)
	require.GreaterOrEqual(t, said.Limit, 0)
	require.True(t, said.HasRetryAfter || said.RetryAfter == 0)
	require.True(t, said.HasQuota || said.Remaining == 0 && said.Limit == 0)
}
