package header_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/header"
)

// No value gives a negative wait or count, or one that is not rounded, and lists
// that mean the same read the same.
func FuzzHeader(f *testing.F) {
	for _, seed := range []string{
		"", "120", "12.542", "-1", "1800000020", "1800000020000", "1800000020000000.5", "1800000020000000000", "99999999999999999999",
		"2m59.56s", "500ms", "9223372036854775807h", "Fri, 15 Jan 2027 08:00:01 GMT", "Friday, 15-Jan-27 08:00:03 GMT",
		"Fri Jan 15 08:00:01 2027", "2027-01-15T08:01Z", "2027-01-15T09:01:00.5+01:00", "76;w=21600", "0.0", "1e9",
		`"default";r=50;t=30`, `"a,b";r=0;t=3000`, "limit=100", "remaining=50", "reset=30",
	} {
		f.Add(seed, "30")
		f.Add(`"x";r=1;t=2`, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		one := read(t, a)
		if !isMember(a) || !isMember(b) {
			return
		}
		require.Equal(t, one, read(t, " \t"+a+" "), "blanks")
		require.Equal(t, one, read(t, a, a), "twice")
		require.Equal(t, one, read(t, ","+a+","), "empty members")
		both := read(t, a, b)
		require.Equal(t, both, read(t, b, a), "another order")
		require.Equal(t, both, read(t, a+","+b), "one line")
		require.Equal(t, both, read(t, b+" , "+a), "one line in another order")
		other := read(t, b)
		require.Equal(t, max(one.seconds, other.seconds), both.seconds, "the longest")
		require.Equal(t, max(one.millis, other.millis), both.millis, "the longest")
		require.Equal(t, one.isWait || other.isWait, both.isWait)
	})
}

type readings struct {
	seconds, millis time.Duration
	isWait, isCount bool
	count           int
	field           header.Quota
}

// read gives lines to every reader and checks what must hold of any result.
func read(t *testing.T, lines ...string) (r readings) {
	t.Helper()
	clock := header.Clock{Now: now}
	r.seconds, r.isWait = header.Wait(lines, clock)
	var millis bool
	r.millis, millis = header.WaitMillis(lines, clock)
	require.Equal(t, r.isWait, millis)
	r.count, r.isCount = header.Count(lines)
	r.field = header.ReadField(lines, clock)
	for _, wait := range []time.Duration{r.seconds, r.millis, r.field.Reset} {
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.True(t, wait%time.Millisecond == 0 || wait == math.MaxInt64, "%d", wait)
	}
	require.GreaterOrEqual(t, min(r.count, r.field.Limit, r.field.Remaining), 0)
	require.True(t, r.isWait || r.seconds == 0 && r.millis == 0)
	require.True(t, r.isCount || r.count == 0)
	return r
}

// isMember reports whether text stays one member of a list beside others: it has
// no comma but that of a date, no open quote, and is no weekday that a neighbor
// could complete.
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
