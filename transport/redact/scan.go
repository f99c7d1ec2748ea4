package redact

import "strings"

// A scanner reads a normal form from left to right and hides the values of secrets.
// At each separator it looks back for a name, no further than the previous
// separator, and ahead for the value. It reads each byte only a few times, so its
// time is linear for any text.
type scanner struct {
	normal

	cut   bool // text is only the beginning of a longer text
	out   strings.Builder
	done  int  // original[:done] has been written to out
	depth int  // indentation of the current line
	tag   bool // inside an XML tag
	named bool // something like name="password" was read, and its value follows
	words [maxLayers + 1]span
	rest  span
}

// hide replaces text[from:to], unless it is empty or already hidden, and returns the
// index at which to continue.
func (s *scanner) hide(from, to int, shown string) int {
	if from < to && s.written(from, to) != shown {
		s.out.WriteString(s.original[s.done:s.at(from)])
		s.out.WriteString(shown)
		s.done = s.at(to)
	}
	return max(from, to)
}

func (s *scanner) scan() {
	s.depth = s.skip(0, " \t")
	for i := 0; i < len(s.text); {
		switch s.text[i] {
		case ':', '=':
			i = s.separator(i)
		case ',':
			if i++; i > 1 && isQuote(s.text[i-2]) {
				i = s.separator(i - 1)
			}
		case '/':
			if i++; s.is(i, '/') {
				i = s.authority(i + 1)
			}
		case '<':
			i = s.element(i)
		case '>':
			if i++; s.tag && s.named {
				i = s.hide(i, s.before(i, "<"), Mask)
			}
			s.tag = false
		case '\n':
			i = s.newLine(i + 1)
		case '}':
			s.named = false
			i++
		case '%', '\\', '&':
			i = s.stillEncoded(i)
		default:
			i++
		}
	}
}

// newLine handles the beginning of a line. An empty line ends the header of a part of
// a multipart form.
func (s *scanner) newLine(i int) int {
	s.depth = s.skip(i, " \t") - i
	body := s.skip(i, "\r")
	if !s.named || !s.is(body, '\n') {
		return i
	}
	s.named = false
	end := len(s.text)
	if n := strings.Index(s.text[body+1:], "\n--"); n >= 0 {
		end = s.trim(body+1, body+1+n)
	}
	return s.hide(body+1, end, Mask)
}

// stillEncoded hides text that is encoded more than four times, up to its end.
func (s *scanner) stillEncoded(i int) int {
	if !s.deep {
		return i + 1
	}
	_, size, kind := escape(s.text, i)
	switch {
	case size == 0:
		return i + 1
	case kind == percent:
		return s.hide(i, s.before(i, "& \t\r\n\"'<>"), Mask)
	default:
		return s.hide(i, s.before(i, "\r\n\"<>"), Mask)
	}
}

// before returns the index of the first byte in ends, from i on, that is not encoded.
func (s *scanner) before(i int, ends string) int {
	for i < len(s.text) && (s.level(i) != 0 || strings.IndexByte(ends, s.text[i]) < 0) {
		i++
	}
	return i
}

// A name is the name before a separator: text[from:to], and the index of its closing
// quote, or -1.
type name struct{ from, to, quote int }

// nameBefore returns the name that ends at i, or an empty one. It skips the spaces
// between the name and i, which a form writes as +.
func (s *scanner) nameBefore(i int) name {
	for i > 0 && (isBlank(s.text[i-1]) || s.text[i-1] == '+') {
		i--
	}
	if i > 1 && s.text[i-1] == ']' && isQuote(s.text[i-2]) {
		i-- // the ] of an index
	}
	if i > 0 && isQuote(s.text[i-1]) {
		return s.quotedName(i - 1)
	}
	n := name{from: i, to: i, quote: -1}
	for open := 0; n.from > 0; n.from-- {
		switch c := s.text[n.from-1]; {
		case c == ']':
			open++
		case c == '[':
			if open--; open < 0 {
				return n // the [ of a map that Go printed
			}
		case !isWord(c):
			return n
		}
	}
	return n
}

func (s *scanner) quotedName(quote int) name {
	c := s.text[quote]
	n := name{quote: quote, to: quote}
	for n.to > 0 && s.text[n.to-1] == c {
		n.to-- // CSV doubles quotes
	}
	for n.from = n.to; n.from > 0; n.from-- {
		if b := s.text[n.from-1]; b == c || strings.IndexByte(":=,\r\n", b) >= 0 {
			break
		}
	}
	return n
}

// separator handles the ':', '=' or ',' at i: if a secret's name is before it, the
// value after it is hidden.
func (s *scanner) separator(i int) int {
	next := i + 1
	if s.text[i] == ':' && (s.is(next, ':') || s.is(next, '/') && s.is(next+1, '/')) {
		return next // part of a :: or a URL
	}
	name := s.nameBefore(i)
	if name.from == name.to || s.text[i] == ',' && !s.inTuple(name) {
		return next
	}
	if s.text[i] == '=' && s.is(next, '>') {
		next++
	}
	next = s.skip(next, "=")
	switch {
	case !s.secret(name, i, next):
		return next
	case name.quote >= 0:
		return s.member(name, s.skip(next, " \t\r\n"))
	default:
		return s.field(name, i, next)
	}
}

// secret reports whether n is the name of a secret whose value is at next.
func (s *scanner) secret(n name, separator, next int) bool {
	text := s.text[n.from:n.to]
	if s.announces(text, next) {
		return false
	}
	if s.named && strings.EqualFold(text, "value") {
		s.named = false
		return true
	}
	if SecretName(text) {
		return !s.inURL(n, separator)
	}
	return s.text[separator] == '=' && secretParameter(text) && s.inQuery(n.from, next)
}

// inURL reports whether n is the last segment of a URL or a path that an error names, as
// in "services: POST /token: 400" and `Post "https://example.com/token": EOF`.
func (s *scanner) inURL(n name, separator int) bool {
	if s.text[separator] != ':' || !s.is(separator+1, ' ') {
		return false
	}
	if n.quote >= 0 {
		if n.quote != separator-1 || s.text[n.quote] != '"' {
			return false
		}
		open := strings.LastIndexAny(s.text[:n.to], "\"\r\n")
		return open > 1 && s.text[open] == '"' && s.is(open-1, ' ') && isLetter(s.text[open-2]) &&
			strings.Contains(s.text[open:n.to], "://")
	}
	if n.to != separator || !s.is(n.from-1, '/') {
		return false
	}
	from := strings.LastIndexAny(s.text[:n.from], " \t\r\n\"'<>") + 1
	return strings.Contains(s.text[from:n.from], "://") || s.text[from] == '/' && s.afterMethod(from)
}

// afterMethod reports whether a method of HTTP and a space precede i.
func (s *scanner) afterMethod(i int) bool {
	for _, method := range [...]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		if before, ok := strings.CutSuffix(s.text[:i], method+" "); ok {
			return before == "" || !isWord(before[len(before)-1])
		}
	}
	return false
}

// inTuple reports whether a quoted name begins a pair in the form that Python prints.
func (s *scanner) inTuple(n name) bool {
	return n.quote >= 0 && (s.is(n.from-2, '(') || s.is(n.from-3, '('))
}

// announces reports whether the value of "name" or "key" is the name of a secret, whose
// own value then follows in another member: {"name":"token","value":"x"}.
func (s *scanner) announces(text string, next int) bool {
	if !strings.EqualFold(text, "name") && !strings.EqualFold(text, "key") {
		return false
	}
	from := s.skip(next, " \t\r\n\"'")
	to := from
	for to < len(s.text) && to < from+2*longest && strings.IndexByte("\"'`;,&<>}\r\n", s.text[to]) < 0 {
		to++
	}
	s.named = SecretName(s.text[from:to])
	return s.named
}

// inQuery reports whether the parameter at from is part of a query or a form.
func (s *scanner) inQuery(from, next int) bool {
	return s.is(from-1, '?') || s.is(from-1, '&') || from == 0 && s.is(s.parameterEnd(next, next-1, 0), '&')
}

// is reports whether the byte at i is c; i may be anywhere.
func (s *scanner) is(i int, c byte) bool { return 0 <= i && i < len(s.text) && s.text[i] == c }

// skip returns the index of the first byte from i on that is not in blanks.
func (s *scanner) skip(i int, blanks string) int {
	for i < len(s.text) && strings.IndexByte(blanks, s.text[i]) >= 0 {
		i++
	}
	return i
}

// trim returns to less the blanks before it, but not less than from.
func (s *scanner) trim(from, to int) int {
	for to > from && (isBlank(s.text[to-1])) {
		to--
	}
	return to
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// isWord reports whether c may be part of a name without quotes.
func isWord(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || c == '$' || c >= 0x80
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
