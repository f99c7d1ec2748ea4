package header

import (
	"slices"
	"strings"
)

// ValidName reports whether name is a valid header name, that is, a token (RFC 9110
// section 5.6.2). Authentication schemes and methods are tokens too.
func ValidName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, notToken)
}

func notToken(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// ValidValue reports whether value is a valid header value: it has no control characters
// except tabs (RFC 9110 section 5.5).
func ValidValue(value string) bool { return !strings.ContainsFunc(value, isControl) }

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// ValidValues reports whether all values are valid header values.
func ValidValues(values []string) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return !ValidValue(value) })
}
