package sim

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func known(field string) bool { return field == "a" || field == "n" || field == "message" }

func TestWhatAQueryDoesNotMeanIsRefused(t *testing.T) {
	t.Parallel()
	for query, part := range map[string]string{
		"a:":                      `no value for "a"`,
		"a: AND n: 1":             `no value for "a"`,
		": x":                     `unexpected ":"`,
		"AND a: x":                `unexpected "AND"`,
		"a: x OR":                 "unexpected end",
		"NOT":                     "unexpected end",
		"(a: x":                   "unclosed parenthesis",
		"a: x)":                   `unexpected ")"`,
		`a: "x`:                   "unclosed quotation mark",
		"n > many":                "is not a number",
		"b: x":                    `unknown field "b"`,
		strings.Repeat("(", 1000): "nested too deep",
	} {
		_, err := parseSearch(query, known)
		assert.ErrorContains(t, err, part, query)
	}
}

// FuzzSearch tests that a query is refused, or matches exactly what its negation does not.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"", "a: x AND NOT (n > 1 OR a:\"y z\")", "word", "a=b c", "((", `""`, "n<=9223372036854775808"} {
		f.Add(seed)
	}
	values := func(field string) []string {
		return map[string][]string{"a": {"x", "y z"}, "n": {"2"}, "message": {"Word"}}[field]
	}
	f.Fuzz(func(t *testing.T, query string) {
		found, err := parseSearch(query, known)
		if err != nil || strings.TrimSpace(query) == "" {
			return
		}
		not, err := parseSearch("NOT ("+query+")", known)
		if err != nil {
			require.ErrorContains(t, err, "nested too deep")
			return
		}
		require.NotEqual(t, found(values), not(values))
	})
}
