package opsgenietest

import (
	"slices"
	"strconv"
	"strings"
)

// ordered sorts rows by a key, and by age if the keys are equal.
func ordered[E any](rows []E, order string, key func(E) sortKey) []E {
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b E) int { return key(a).compare(key(b)) })
	if order == "desc" {
		slices.Reverse(out)
	}
	return out
}

// A sortKey is a number or a text.
type sortKey struct {
	number int64
	text   string
}

func (k sortKey) compare(other sortKey) int {
	switch {
	case k.number < other.number:
		return -1
	case k.number > other.number:
		return 1
	default:
		return strings.Compare(k.text, other.text)
	}
}

func flag(b bool) sortKey {
	if b {
		return sortKey{number: 1}
	}
	return sortKey{}
}

// numeral returns the key of a number that is a string in responses.
func numeral(text string) sortKey {
	n, _ := strconv.ParseInt(text, 10, 64)
	return sortKey{number: n}
}

func instant(t Time) sortKey {
	if t.IsZero() {
		return sortKey{}
	}
	return sortKey{number: t.UnixMilli()}
}
