package header

import (
	"slices"
	"strings"
)

// ValidName reports whether name can be that of a header: a token (RFC 9110
// section 5.6.2). So can schemes of credentials and methods.
func ValidName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, notToken)
}

func notToken(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// ValidValue reports whether value can be sent in a header: it holds no control
// character but a tab (RFC 9110 section 5.5).
func ValidValue(value string) bool { return !strings.ContainsFunc(value, isControl) }

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// ValidValues reports whether each of values can be sent in a header.
func ValidValues(values []string) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return !ValidValue(value) })
}
