package header

import (
	"net/http"
	"strings"
	"time"
)

// The lengths of the shortest and the longest date. Other text is not parsed, since the
// parsers would copy it into their errors.
const (
	shortestDate = len("2006-01-02T15:04Z")
	longestDate  = 48
)

// date parses an HTTP date or an RFC 3339 date.
func date(text string) (time.Time, bool) {
	if at, ok := httpDate(text); ok {
		return at, true
	}
	return isoDate(text)
}

// httpDate parses the three forms of RFC 9110 section 5.6.7.
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

// isoDate parses an RFC 3339 date. Atlassian omits the seconds, and some servers omit
// the colon in the offset.
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
