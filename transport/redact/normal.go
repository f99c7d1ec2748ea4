package redact

import (
	"strings"
	"unicode/utf8"
)

// maxLayers bounds how many layers of encoding are removed.
const maxLayers = 4

// A level counts the layers of encoding that a byte was found under. Each kind has
// four bits, of which the highest stays zero.
type level uint16

const (
	percent level = 1
	escaped level = 1 << 4 // by a backslash, as in JSON
	entity  level = 1 << 8 // of HTML or XML
	spare   level = 0x888
)

// deeper reports whether a byte of level l has a layer of encoding that one of level o
// lacks. An escaped quote, for example, does not close a string that a bare quote opened.
func (l level) deeper(o level) bool { return ((o|spare)-l)&spare != spare }

// percents returns the number of layers of percent-encoding.
func (l level) percents() level { return l & 7 }

// join returns the level of a byte that has the layers of both l and o.
func (l level) join(o level) level {
	for _, kind := range [...]level{percent, escaped, entity} {
		if mask := 7 * kind; o&mask > l&mask {
			l = l&^mask | o&mask
		}
	}
	return l
}

// A mark records where a byte of the normal form comes from.
type mark struct {
	at    uint32 // in the original text
	level level
}

// A normal is a text in its normal form, which is without its layers of encoding.
type normal struct {
	original string
	text     string
	marks    []mark // one for each byte of text and one for its end; nil if text is the original
	deep     bool   // more than maxLayers layers were found
}

// normalize removes up to maxLayers layers of encoding, one in each pass.
func normalize(original string) normal {
	n := normal{original: original, text: original}
	first := 0
	for ; first < len(original); first++ {
		if _, size, _ := escape(original, first); size > 0 {
			break
		}
	}
	if first == len(original) {
		return n
	}
	text := []byte(original)
	n.marks = make([]mark, len(text)+1)
	for i := range n.marks {
		n.marks[i].at = uint32(i) // it fits: apply refuses longer text
	}
	for range maxLayers {
		length := n.decode(text)
		if length == len(text) {
			n.text = string(text)
			return n
		}
		text, n.marks = text[:length], n.marks[:length+1]
	}
	n.text, n.deep = string(text), true
	return n
}

// decode removes a layer of encoding from text in place and returns the new length.
// The decoded form is always shorter than the encoded one.
func (n *normal) decode(text []byte) int {
	to := 0
	for from := 0; from < len(text); to++ {
		r, size, kind := escape(text, from)
		if size == 2 && n.paired(text, from) {
			size = 0
		}
		m := n.marks[from]
		if size == 0 {
			text[to], n.marks[to] = text[from], m
			from++
			continue
		}
		for _, part := range n.marks[from+1 : from+size] {
			m.level = m.level.join(part.level)
		}
		m.level += kind
		from += size
		if kind == percent || r < utf8.RuneSelf {
			text[to], n.marks[to] = byte(r), m
			continue
		}
		end := to + utf8.EncodeRune(text[to:from], r)
		for ; to < end; to++ {
			n.marks[to] = m
		}
		to--
	}
	n.marks[to] = n.marks[len(text)]
	return to
}

// paired reports whether the backslash at i was itself escaped and so does not escape
// the character after it. Only quotes and backslashes must be escaped in JSON.
func (n *normal) paired(text []byte, i int) bool {
	c := text[i+1]
	return (c == '"' || c == '\\') && n.marks[i+1].level&(7*escaped) < n.marks[i].level&(7*escaped)
}

// level returns the level of the byte at i, or zero if i is outside the text.
func (n *normal) level(i int) level {
	if n.marks == nil || i < 0 || i >= len(n.text) {
		return 0
	}
	return n.marks[i].level
}

// at returns the index in the original of the byte at i.
func (n *normal) at(i int) int {
	if n.marks == nil {
		return i
	}
	return int(n.marks[i].at)
}

// written returns the part of the original that text[from:to] was decoded from.
func (n *normal) written(from, to int) string { return n.original[n.at(from):n.at(to)] }

// escape decodes the escape sequence at i. It returns the character, the length of the
// sequence and its kind. The size is zero if no sequence begins at i.
func escape[T string | []byte](text T, i int) (r rune, size int, kind level) {
	switch text[i] {
	case '%':
		if r, ok := hex(text, i+1, 2); ok {
			return r, 3, percent
		}
	case '\\':
		r, size = backslash(text, i)
		return r, size, escaped
	case '&':
		r, size = reference(text, i)
		return r, size, entity
	}
	return 0, 0, 0
}

// backslash decodes a sequence that begins with a backslash. It leaves \t and others
// alone, since they may be the beginning of a name: C:\token.
func backslash[T string | []byte](text T, i int) (r rune, size int) {
	if i+1 == len(text) {
		return 0, 0
	}
	switch c := text[i+1]; c {
	case '"', '\'', '`', '\\', '/':
		return rune(c), 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 'u':
		if r, ok := hex(text, i+2, 4); ok {
			return r, 6
		}
	case 'x':
		if r, ok := hex(text, i+2, 2); ok {
			return r, 4
		}
	}
	return 0, 0
}

// reference decodes an HTML entity of at most eleven bytes.
func reference[T string | []byte](text T, i int) (r rune, size int) {
	end := i + 1
	for end < len(text) && end < i+11 && text[end] != ';' && text[end] != '&' {
		end++
	}
	if end == len(text) || text[end] != ';' {
		return 0, 0
	}
	switch name := string(text[i+1 : end]); {
	case name == "quot":
		r = '"'
	case name == "apos":
		r = '\''
	case name == "amp":
		r = '&'
	case name == "lt":
		r = '<'
	case name == "gt":
		r = '>'
	case strings.HasPrefix(name, "#x") || strings.HasPrefix(name, "#X"):
		r = number(name[2:], 16)
	case strings.HasPrefix(name, "#"):
		r = number(name[1:], 10)
	}
	if r == 0 {
		return 0, 0
	}
	return r, end + 1 - i
}

// number parses a code point. It returns zero if digits is invalid.
func number(digits string, base rune) (r rune) {
	for i := range len(digits) {
		d, ok := digit(digits[i])
		if r = r*base + d; !ok || d >= base || r > utf8.MaxRune {
			return 0
		}
	}
	return r
}

func hex[T string | []byte](text T, i, digits int) (r rune, ok bool) {
	if i+digits > len(text) {
		return 0, false
	}
	for end := i + digits; i < end; i++ {
		d, ok := digit(text[i])
		if !ok {
			return 0, false
		}
		r = r<<4 | d
	}
	return r, true
}

func digit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10, true
	}
	return 0, false
}
