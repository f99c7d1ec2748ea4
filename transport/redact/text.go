package redact

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Limits in bytes that this module passes to [Cut] and [Bound].
const (
	MaxValue = 2 << 10 // for the values of a header, and for the path and the query of a URL
	MaxError = 8 << 10 // for the text of an error
)

// Text returns text with everything that looks like a secret replaced by [Mask]. The
// package comment lists the forms that it recognizes and those that it does not.
//
// The rest of text is unchanged, and valid JSON stays valid. The text may be of any
// format and may be cut off in the middle, unless it ends inside the host of a URL:
// see [Prefix]. The time Text takes grows linearly with the length of text.
func Text(text string) string { return apply(text, false) }

// Prefix is [Text] for the beginning of a longer text, such as a bounded body. If
// the text ends inside the host of a URL, Prefix hides that host, because it may be
// a user name whose @ was cut off.
func Prefix(text string) string { return apply(text, true) }

// Cut is [Text] for a log line or an error, where text may be of any length. If text
// is longer than limit bytes, Cut reads only its beginning, redacts it as [Prefix]
// does, and appends the full length: "… (1048576 bytes)".
func Cut(text string, limit int) string {
	kept, omission := Bound(text, limit)
	if omission == "" {
		return Text(text)
	}
	return Prefix(kept) + omission
}

// Values is [Cut] for the values of a header. It joins them with ", " and cuts the
// result to [MaxValue] bytes.
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

// Bound returns the first limit bytes of text, without a character that would be cut
// in two, and what to append to them: the empty string if nothing was cut, else the
// full length, as in "… (1048576 bytes)". Bound does not hide secrets.
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

// maxPasses bounds how often a text is scanned. Hiding a value can change what the rest
// looks like, so the text is scanned until nothing more is hidden. The second pass
// usually finds nothing.
const maxPasses = 4

func apply(text string, cut bool) string {
	if uint64(len(text)) > math.MaxUint32 {
		return Mask // mark.at could not hold its offsets
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
