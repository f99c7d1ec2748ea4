package redact

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// The limits for [Cut] and [Bound] that all of the toolkit goes by, in bytes.
const (
	MaxValue = 2 << 10 // of the values of a header, and of the path and the query of a URL
	MaxError = 8 << 10 // of the text of an error
)

// Text returns text with what looks like a secret replaced: the values of what has
// a [SecretName], as a JSON member, a parameter, an XML element or attribute, a
// line of a header or a configuration, or a field that Go, Python, Ruby or
// JavaScript printed; and the user part of URLs. It looks under at most four layers
// of percent-encoding, JSON escapes and HTML entities; what is encoded more often
// is hidden. The text need not be whole, nor of any format: a body cut off in the
// middle is safe as well. Rather too much is hidden than too little.
//
// The rest of text stays as it is, and JSON stays JSON. The time it takes grows
// with the length of text and with nothing else.
func Text(text string) string { return apply(text, false) }

// Prefix is [Text] for the beginning of a longer text, such as a
// bounded body: a URL that is cut off before its host is complete loses all of
// it, since what follows would have told whether it is a user.
func Prefix(text string) string { return apply(text, true) }

// Cut is [Text] for text of any length that shall stand in a log or an error. Of a
// text longer than limit bytes it reads and returns only the beginning, as [Prefix]
// does, with the length of the text behind it: "… (1048576 bytes)".
func Cut(text string, limit int) string {
	kept, omission := Bound(text, limit)
	if omission == "" {
		return Text(text)
	}
	return Prefix(kept) + omission
}

// Values is [Cut] for the values of a header, which are joined by ", " and cut to
// [MaxValue] bytes in all.
func Values(values []string) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return Cut(values[0], MaxValue)
	}
	size, fitting := 0, 0
	for i, value := range values {
		if size <= MaxValue {
			fitting = i + 1
		}
		size += len(value) + len(", ")
	}
	if size -= len(", "); size <= MaxValue {
		return Text(strings.Join(values, ", "))
	}
	kept, _ := Bound(strings.Join(values[:fitting], ", "), MaxValue)
	return Prefix(kept) + omitted(size)
}

// Bound returns the first limit bytes of text, less a character cut in two, and
// what to write behind them: the empty string if that is all of text, else its
// length, "… (1048576 bytes)". Secrets are still in it.
func Bound(text string, limit int) (kept, omission string) {
	if len(text) <= limit {
		return text, ""
	}
	end := max(limit, 0)
	for end > 0 && limit-end < utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], omitted(len(text))
}

func omitted(size int) string { return fmt.Sprintf("… (%d bytes)", size) }

// maxPasses bounds how often a text is read until nothing is left to hide: what was
// hidden may have been what told the rest apart. Mostly the second time changes nothing.
const maxPasses = 4

func apply(text string, cut bool) string {
	if uint64(len(text)) > math.MaxUint32 {
		return Mask // a mark could not tell its place
	}
	for range maxPasses {
		s := scanner{normal: normalize(text), cut: cut}
		s.scan()
		if s.done == 0 {
			return text
		}
		s.out.WriteString(s.original[s.done:])
		text = s.out.String()
	}
	return Mask
}
