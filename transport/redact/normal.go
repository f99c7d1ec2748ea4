package redact

import (
	"strings"
	"unicode/utf8"
)

// maxLayers bounds how many layers of encoding are taken off.
const maxLayers = 4

// A level counts the layers of encoding that a byte was found under, of each kind
// in four bits, the highest of which stays free.
type level uint16

const (
	percent level = 1
	escaped level = 1 << 4 // by a backslash, as in JSON
	entity  level = 1 << 8 // of HTML or XML
	spare   level = 0x888
)

// deeper reports whether a byte of level l stands under a layer that one of level
// o does not: a quote that is escaped does not close a string that a bare one opened.
func (l level) deeper(o level) bool { return ((o|spare)-l)&spare != spare }

// percents returns how many layers of percent-encoding there are.
func (l level) percents() level { return l & 7 }

// join returns the level of what is under the layers of both.
func (l level) join(o level) level {
	for _, kind := range [...]level{percent, escaped, entity} {
		if mask := 7 * kind; o&mask > l&mask {
			l = l&^mask | o&mask
		}
	}
	return l
}

// A mark tells where a byte of the normal form comes from.
type mark struct {
	at    uint32 // in the original text
	level level
}

// A normal is a text with its layers of encoding taken off.
type normal struct {
	original string
	text     string
	marks    []mark // of each byte of text, and of its end; nil if it is the original
	deep     bool   // more layers are left
}

// normalize takes at most maxLayers layers of encoding off, each in one pass.
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
		n.marks[i].at = uint32(i) // apply takes no text that is longer
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

// decode takes a layer off text in place and returns how long it is then: what is
// decoded is always shorter than its encoding.
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

// paired reports whether the backslash at i was escaped itself, so that it does not
// escape what is behind it. Nothing but these two has to be escaped in JSON.
func (n *normal) paired(text []byte, i int) bool {
	c := text[i+1]
	return (c == '"' || c == '\\') && n.marks[i+1].level&(7*escaped) < n.marks[i].level&(7*escaped)
}

// level returns that of the byte at i, or zero before and behind the text.
func (n *normal) level(i int) level {
	if n.marks == nil || i < 0 || i >= len(n.text) {
		return 0
	}
	return n.marks[i].level
}

// at returns where the byte at i stands in the original.
func (n *normal) at(i int) int {
	if n.marks == nil {
		return i
	}
	return int(n.marks[i].at)
}

// written returns how text[from:to] is written in the original.
func (n *normal) written(from, to int) string { return n.original[n.at(from):n.at(to)] }

// escape returns what is encoded at i, by how many bytes and in which way. The size
// is zero if nothing is.
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

// backslash leaves \t and others alone, which may begin a name where nothing was
// escaped: C:\token.
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

// reference reads an entity, which is at most eleven bytes long.
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

// number reads a code point; zero is none.
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
