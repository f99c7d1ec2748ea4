package header

import (
	"net/http"
	"strings"
	"time"
)

// No date of the forms below is shorter or longer. Other text is not given to the
// parsers, which copy it into their errors.
const (
	shortestDate = len("2006-01-02T15:04Z")
	longestDate  = 48
)

// date reads an HTTP date or an RFC 3339 date.
func date(text string) (time.Time, bool) {
	if at, ok := httpDate(text); ok {
		return at, true
	}
	return isoDate(text)
}

// httpDate reads the three forms of RFC 9110 section 5.6.7.
func httpDate(text string) (time.Time, bool) {
	if len(text) < shortestDate || len(text) > longestDate || !startsWithDay(text) {
		return time.Time{}, false
	}
	at, err := http.ParseTime(text)
	return at, err == nil
}

// startsWithDay reports whether text begins with the name of a weekday, as every
// HTTP date does.
func startsWithDay(text string) bool {
	const names = "sun mon tue wed thu fri sat "
	if len(text) < 3 || text[0] < 'A' {
		return false
	}
	for i := 0; i < len(names); i += 4 {
		if strings.EqualFold(text[:3], names[i:i+3]) {
			return true
		}
	}
	return false
}

// isoDate reads RFC 3339. Atlassian leaves out the seconds, and some servers the
// colon in the offset.
func isoDate(text string) (time.Time, bool) {
	if len(text) < shortestDate || len(text) > longestDate || text[4] != '-' || text[10] != 'T' {
		return time.Time{}, false
	}
	for _, layout := range [...]string{
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700",
	} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
