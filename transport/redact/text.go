package redact

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// The bounds by which text of others is cut for [Cut], in bytes.
const (
	MaxValue = 2 << 10 // of a header, a query parameter and the like
	MaxError = 8 << 10 // of the text of an error
)

// maxURL is how much of a URL's path, and of its query, is shown, in bytes.
const maxURL = 2 << 10

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
	if len(text) <= limit {
		return Text(text)
	}
	return Prefix(beginning(text, limit)) + omission(text, limit)
}

// omission says how long text is, if it is longer than limit bytes.
func omission(text string, limit int) string {
	if len(text) <= limit {
		return ""
	}
	return fmt.Sprintf("… (%d bytes)", len(text))
}

// beginning returns at most limit bytes of text, and no half character.
func beginning(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := max(limit, 0)
	for end > 0 && limit-end < utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func apply(text string, cut bool) string {
	if uint64(len(text)) > math.MaxUint32 {
		return Mask // a mark could not tell its place
	}
	s := scanner{normal: normalize(text), cut: cut}
	s.scan()
	if s.done == 0 {
		return text
	}
	s.out.WriteString(text[s.done:])
	return s.out.String()
}
