package inspect

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A message is a request as it was sent, and the headers of its response. It refers to no
// memory of the request. It is a sequence of pieces, each with its kind in one byte and its
// length in two, so that writing one costs little: most calls are never looked at. What is
// shown is cleaned of control characters when the message is parsed, and redacted later.
type message []byte

// The kinds of pieces.
const (
	pieceMethod   = 'm'
	pieceScheme   = 's'
	pieceOpaque   = 'o'
	pieceHost     = 'h'
	piecePath     = 'p' // not escaped
	pieceRawPath  = 'e' // escaped
	pieceQuery    = 'q'
	pieceField    = 'f' // a header with its value, as in Accept: text/plain
	pieceSecret   = '=' // a header with a credential, and its scheme if it is known, as in Authorization: Basic
	pieceName     = 'n' // a header whose value is not kept
	pieceResponse = 'r' // a header of the response with its value
)

// pieceRoom is what a header takes besides its name and its value, in bytes.
const pieceRoom = 5

// with appends at most the given number of bytes of text.
func (m message) with(kind byte, text string, most int) message {
	text = text[:min(len(text), max(0, most))]
	m = append(m, kind, byte(len(text)), byte(len(text)>>8))
	return append(m, text...)
}

// withField appends a header, with at most the given number of bytes of its value.
func (m message) withField(kind byte, name, value string, most int) message {
	value = value[:min(len(value), max(0, most))]
	n := len(name) + 2 + len(value)
	m = append(m, kind, byte(n), byte(n>>8))
	m = append(m, name...)
	return append(append(m, ": "...), value...)
}

// withURL appends the URL without its user and fragment.
func (m message) withURL(given, req *http.Request) message {
	u := req.URL
	if u == nil {
		return m
	}
	room := maxURL // at least what is left for the query, since a path grows if it is escaped
	m = m.with(pieceScheme, u.Scheme, maxMethod)
	switch {
	case u.Opaque != "":
		m = m.with(pieceOpaque, u.Opaque, maxURL)
		room -= len(u.Opaque)
	case u.RawPath != "":
		path := u.EscapedPath()
		m = m.with(pieceHost, u.Host, maxHeader).with(pieceRawPath, path, maxURL)
		room -= len(path)
	default:
		m = m.with(pieceHost, u.Host, maxHeader).with(piecePath, u.Path, maxURL)
		room -= len(u.Path)
	}
	if u.RawQuery != "" {
		m = m.with(pieceQuery, shownQuery(given, req), room)
	}
	return m
}

// withValues appends a header with several values, as far as they end before end.
func (m message) withValues(kind byte, end int, name string, values []string) message {
	for _, value := range values {
		if room := end - len(m) - len(name) - pieceRoom; room > 0 {
			m = m.withField(kind, name, value, min(room, maxHeader))
		}
	}
	return m
}

// next returns the first piece and those after it.
func (m message) next() (kind byte, text string, rest message) {
	n := 3 + int(m[1]) + int(m[2])<<8
	return m[0], string(m[3:n]), m[n:]
}

// A field is a header of a message.
type field struct {
	name, value string
	scheme      string // of a credential, if it is known
	secret      bool   // the value is a credential, or may be
	kept        bool   // the value is known
}

// parse returns what a message holds. The fields are sorted by name.
func (m message) parse() (method, target string, request, response []field) {
	var u parts
	for len(m) > 0 {
		var kind byte
		var text string
		kind, text, m = m.next()
		name, value, _ := strings.Cut(text, ": ")
		switch kind {
		case pieceMethod:
			method = cleaned(text)
		case pieceField:
			request = append(request, field{name: name, value: cleaned(value), kept: true})
		case pieceResponse:
			response = append(response, field{name: name, value: cleaned(value), kept: true})
		case pieceSecret:
			request = append(request, field{name: name, scheme: value, secret: true})
		case pieceName:
			if name = cleaned(text); name != "" {
				request = append(request, field{name: name, secret: secretHeader(name)})
			}
		default:
			u.set(kind, text)
		}
	}
	byName := func(a, b field) int { return cmp.Compare(a.name, b.name) }
	slices.SortStableFunc(request, byName)
	slices.SortStableFunc(response, byName)
	return method, u.String(), request, response
}

// parts are the parts of a URL.
type parts struct {
	there                             bool
	scheme, opaque, host, path, query string
	asks                              bool // there is a query
}

func (u *parts) set(kind byte, text string) {
	u.there = true
	switch kind {
	case pieceScheme:
		u.scheme = text
	case pieceOpaque:
		u.opaque = text
	case pieceHost:
		u.host = text
	case piecePath:
		u.path = (&url.URL{Path: text}).EscapedPath()
	case pieceRawPath:
		u.path = text
	case pieceQuery:
		u.query, u.asks = text, true
	}
}

// String returns the URL with at most about maxURL bytes.
func (u *parts) String() string {
	if !u.there {
		return ""
	}
	b := append(appendText(nil, u.scheme, maxMethod), ':')
	if u.opaque != "" {
		b = appendText(b, u.opaque, maxURL)
	} else {
		b = appendText(append(b, "//"...), u.host, maxHeader)
		b = appendText(b, u.path, maxURL-len(b))
	}
	if u.asks {
		b = appendText(append(b, '?'), u.query, maxURL-len(b))
	}
	return string(b)
}

// valueOf returns the value of a header, or the empty string.
func valueOf(list []field, name string) string {
	for _, f := range list {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func cleaned(text string) string { return string(appendText(nil, text, len(text))) }

// appendText appends at most the given number of bytes of text, without control characters,
// and without a character that would be cut in two.
func appendText(b []byte, text string, most int) []byte {
	text = text[:min(len(text), max(0, most))]
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || size != 1 {
			break
		}
		text = text[:len(text)-1]
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] == 0x7f {
			b = append(b, ' ')
		} else {
			b = append(b, text[i])
		}
	}
	return b
}
