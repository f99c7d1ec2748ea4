package object

import "unicode/utf8"

// Flat reads raw if it is a JSON object in the form that servers write most: flat,
// its values strings or integers of up to 18 digits, and no escape in it. Each
// member is passed on as it is in raw, a string without its quotes. Flat returns
// false for everything else, and if member does not want one; then encoding/json
// has to read it, and returns the error.
//
// An UnmarshalJSON that called json.Unmarshal for such an object would scan it a
// second time, with another decoder.
func Flat(raw []byte, member func(name, value []byte, quoted bool) (wanted bool)) bool {
	if !utf8.Valid(raw) { // encoding/json replaces invalid bytes
		return false
	}
	f := flat{rest: raw}
	if !f.skip('{') {
		return false
	}
	for first := true; !f.skip('}'); first = false {
		if !first && !f.skip(',') {
			return false
		}
		name, ok := f.text()
		if !ok || !f.skip(':') {
			return false
		}
		value, quoted := f.text()
		if !quoted {
			value, ok = f.integer()
		}
		if !ok || !member(name, value, quoted) {
			return false
		}
	}
	f.blanks()
	return len(f.rest) == 0
}

// A flat is what is left of an object.
type flat struct{ rest []byte }

func (f *flat) blanks() {
	for len(f.rest) > 0 && (f.rest[0] == ' ' || f.rest[0] == '\n' || f.rest[0] == '\t' || f.rest[0] == '\r') {
		f.rest = f.rest[1:]
	}
}

// skip goes behind a sign if it comes next.
func (f *flat) skip(sign byte) bool {
	f.blanks()
	if len(f.rest) == 0 || f.rest[0] != sign {
		return false
	}
	f.rest = f.rest[1:]
	return true
}

// text reads a string without escapes; where there is none it reads nothing.
func (f *flat) text() (text []byte, ok bool) {
	f.blanks()
	if len(f.rest) == 0 || f.rest[0] != '"' {
		return nil, false
	}
	for i, c := range f.rest[1:] {
		switch {
		case c == '"':
			text, f.rest = f.rest[1:i+1], f.rest[i+2:]
			return text, true
		case c == '\\' || c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// integer reads digits, with a minus before them or not.
func (f *flat) integer() (text []byte, ok bool) {
	f.blanks()
	n := 0
	if len(f.rest) > 0 && f.rest[0] == '-' {
		n++
	}
	first := n
	for n < len(f.rest) && '0' <= f.rest[n] && f.rest[n] <= '9' {
		n++
	}
	digits := f.rest[first:n]
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(digits) > 1 {
		return nil, false
	}
	text, f.rest = f.rest[:n], f.rest[n:]
	return text, true
}
