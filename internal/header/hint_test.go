package header_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/internal/header"
)

var now = time.Unix(1_800_000_000, 0) // Fri, 15 Jan 2027 08:00:00 GMT

func TestWait(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		lines []string
		want  time.Duration
		ok    bool
	}{
		{nil, 0, false},
		{[]string{""}, 0, false},
		{[]string{","}, 0, false},
		{[]string{"7"}, 7 * time.Second, true},
		{[]string{" 007 ; a comment"}, 7 * time.Second, true},
		{[]string{"999999999"}, 999999999 * time.Second, true},
		{[]string{"999999999.5"}, 999999999500 * time.Millisecond, true},
		{[]string{"1800000001"}, time.Second, true},
		{[]string{"1800000000.0001"}, time.Millisecond, true},
		{[]string{"1800000001000.0001"}, 1001 * time.Millisecond, true},
		{[]string{"1000000000"}, 0, true},
		{[]string{"1799999999999999999"}, 0, true},
		{[]string{"9223372036854775807"}, 7423372036855 * time.Millisecond, true},
		{[]string{"9223372036854775808"}, math.MaxInt64, true},
		{[]string{"18446744073709551616"}, math.MaxInt64, true},
		{[]string{".5"}, 500 * time.Millisecond, true},
		{[]string{"0.9999999999"}, time.Second, true},
		{[]string{"1.2.3"}, 0, false},
		{[]string{"1e3"}, 0, false},
		{[]string{"1h2m3.5s"}, time.Hour + 2*time.Minute + 3500*time.Millisecond, true},
		{[]string{"1.5h"}, 90 * time.Minute, true},
		{[]string{"1ns", "1us"}, time.Millisecond, true},
		{[]string{"1001\u00b5s"}, 2 * time.Millisecond, true},
		{[]string{"2562048h"}, math.MaxInt64, true},
		{[]string{"9223372036854775807s1h"}, math.MaxInt64, true},
		{[]string{"1h2"}, 0, false},
		{[]string{"h"}, 0, false},
		{[]string{"1m 2s"}, 0, false},
		{[]string{"Fri, 15 Jan 2027 08:00:01 GMT,Friday, 15-Jan-27 08:00:03 GMT,2"}, 3 * time.Second, true},
		{[]string{"Fri Jan 15 08:00:01 2027, Fri"}, time.Second, true},
		{[]string{"Thu, Fri, 15 Jan 2027 08:00:01 GMT"}, time.Second, true},
		{[]string{"fri, 15 jan 2027 08:00:01 GMT"}, time.Second, true},
		{[]string{"2027-01-15T08:00:01.0001Z"}, 1001 * time.Millisecond, true},
		{[]string{"2027-01-15T08:01Z", "2027-01-15T08:02Z"}, 2 * time.Minute, true},
		{[]string{"2027-01-15T08:01"}, 0, false},
		{[]string{"9999-01-15T08:01Z"}, math.MaxInt64, true},
	} {
		got, ok := header.Wait(row.lines, header.Clock{Now: now})
		assert.Equal(t, row.want, got, "%q", row.lines)
		assert.Equal(t, row.ok, ok, "%q", row.lines)
	}
}

func TestWaitMillis(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"7500":          7500 * time.Millisecond,
		"0.1":           time.Millisecond,
		"1800000000":    1800000 * time.Second,
		"1800000001500": 1500 * time.Millisecond, // a date by its size
		"2s, 1500":      2 * time.Second,
		"1e9":           0,
	} {
		got, ok := header.WaitMillis([]string{value}, header.Clock{Now: now})
		assert.Equal(t, want, got, value)
		assert.Equal(t, want > 0, ok, value)
	}
}

// A date is measured from the response's own Date, then from Now.
func TestClock(t *testing.T) {
	t.Parallel()
	const date = "Fri, 15 Jan 2027 08:00:10 GMT"
	for _, row := range []struct {
		dates []string
		want  time.Duration
	}{
		{nil, 10 * time.Second},
		{[]string{"Fri, 15 Jan 2027 07:59:50 GMT"}, 20 * time.Second},
		{[]string{" Friday, 15-Jan-27 07:59:50 GMT "}, 20 * time.Second},
		{[]string{"Fri, 15 Jan 2027 08:00:11 GMT"}, 0},
		{[]string{"yesterday"}, 10 * time.Second},
		{[]string{"1800000005"}, 10 * time.Second},
		{[]string{"yesterday", "Fri, 15 Jan 2027 07:59:50 GMT"}, 20 * time.Second},
	} {
		got, ok := header.Wait([]string{date}, header.Clock{Header: http.Header{"Date": row.dates}, Now: now})
		assert.Equal(t, row.want, got, "%q", row.dates)
		assert.True(t, ok)
	}
}
