// Package enum reads the words of enumerations, which the API writes in more than one spelling:
// requests in lower case, and some responses capitalized or in upper case.
package enum

import "strings"

// Read returns the constant among known that text spells, whatever its case, and otherwise text
// as it is. It is for the method UnmarshalText of an enumeration.
func Read[T ~string](text []byte, known ...T) T {
	for _, word := range known {
		if strings.EqualFold(string(word), string(text)) {
			return word
		}
	}
	return T(text)
}
