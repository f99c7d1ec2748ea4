package sim

import (
	"slices"
	"strconv"
	"strings"
)

// Ordered sorts rows by a key, and by age if the keys are equal.
func Ordered[E any](rows []E, order string, key func(E) SortKey) []E {
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b E) int { return key(a).compare(key(b)) })
	if order == "desc" {
		slices.Reverse(out)
	}
	return out
}

// A SortKey is a number or a text.
type SortKey struct {
	Number int64
	Text   string
}

func (k SortKey) compare(other SortKey) int {
	switch {
	case k.Number < other.Number:
		return -1
	case k.Number > other.Number:
		return 1
	default:
		return strings.Compare(k.Text, other.Text)
	}
}

// Truth returns the key of a boolean: false sorts before true.
func Truth(b bool) SortKey {
	if b {
		return SortKey{Number: 1}
	}
	return SortKey{}
}

// Numeral returns the key of a number that is a string in responses.
func Numeral(text string) SortKey {
	n, _ := strconv.ParseInt(text, 10, 64)
	return SortKey{Number: n}
}

// Instant returns the key of a time. The zero time sorts first.
func Instant(t Time) SortKey {
	if t.IsZero() {
		return SortKey{}
	}
	return SortKey{Number: t.UnixMilli()}
}
