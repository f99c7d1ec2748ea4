package inspect

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/redact"
)

// How much of a request and of its response is kept, in bytes.
const (
	maxURL     = 1 << 10
	maxHeader  = 256
	maxHeaders = 1 << 10 // of a request, and the same of a response
	maxMethod  = 32
)

// isCommon reports whether a header describes a body or a limit, and never holds a
// credential. The values of such headers are kept by default.
func isCommon(name string) bool {
	switch name {
	case "Accept", "Accept-Encoding", "Accept-Language", "Allow", "Cache-Control", "Content-Encoding", "Content-Length",
		"Content-Type", "Date", "Etag", "If-Match", "If-Modified-Since", "If-None-Match",
		"Last-Modified", "Location", "Range", "Ratelimit",
		"Ratelimit-Policy", "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After", "Server", "Traceparent",
		"User-Agent", "Via",
		"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "X-Request-Id", "X-Transaction-Id":
		return true
	}
	return false
}

// isNamed reports whether WithHeaders names a header.
func (c *config) isNamed(name string) bool { return len(c.headers) > 0 && c.headers[name] }

// A message is a request as it was sent, and the headers of its response, as one text. It
// refers to no memory of the request:
//
//	GET https://api.example.com/v2/alerts?limit=5
//	Accept: application/json
//	Authorization=Bearer
//	X-Other
//
//	Content-Type: application/json
//
// A line without a value is the name of a header whose value is not kept, and one with = is
// that of a credential, with its scheme if it is known. The text is not redacted yet, since most calls are
// never looked at.
type message []byte

// newMessage appends to into the message of a request. If there is room, it allocates nothing.
// given is the request above the credentials: of what
// layers have added since, query parameters and headers that WithHeaders names are not kept,
// since they may be a credential under any name.
func (c *config) newMessage(into []byte, given, req *http.Request) message {
	b := appendText(into, cmp.Or(req.Method, http.MethodGet), maxMethod)
	b = append(b, ' ')
	b = appendURL(b, given, req)
	b = append(b, '\n')
	if req.Host != "" && req.URL != nil && req.Host != req.URL.Host {
		b = append(appendText(append(b, "Host: "...), req.Host, maxHeader), '\n')
	}
	if req.URL != nil && req.URL.User != nil && len(req.Header["Authorization"]) == 0 {
		b = append(b, "Authorization=Basic\n"...) // net/http makes it
	}
	b = c.appendRequest(b, given, req)
	return append(b, '\n')
}

// appendURL appends the URL without its user and fragment.
func appendURL(b []byte, given, req *http.Request) []byte {
	u := req.URL
	if u == nil {
		return b
	}
	start := len(b)
	b = append(appendText(b, u.Scheme, maxMethod), ':')
	if u.Opaque != "" {
		b = appendText(b, u.Opaque, maxURL)
	} else {
		b = appendText(append(b, "//"...), u.Host, maxHeader)
		b = appendText(b, u.EscapedPath(), maxURL-(len(b)-start))
	}
	if u.RawQuery != "" {
		query := u.RawQuery
		if queryIn(given) != query {
			query = maskAdded(query, queryIn(given))
		}
		b = appendText(append(b, '?'), query, max(0, maxURL-(len(b)-start)))
	}
	return b
}

func queryIn(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	return req.URL.RawQuery
}

// maskAdded returns a query with the values masked that are not in the given one.
func maskAdded(query, given string) string {
	parts := strings.Split(query, "&")
	before := strings.Split(given, "&")
	for i, part := range parts {
		if name, _, found := strings.Cut(part, "="); found && !slices.Contains(before, part) {
			parts[i] = name + "=" + redact.Mask
		}
	}
	return strings.Join(parts, "&")
}

// appendRequest appends the headers of a request.
func (c *config) appendRequest(b []byte, given, req *http.Request) []byte {
	end := len(b) + maxHeaders
	for name, values := range req.Header {
		switch {
		case len(b)+len(name)+2 > end:
			continue
		case isCommon(name):
			b = appendValues(b, end, name, values)
		case c.isNamed(name) && slices.Equal(record.OutgoingHeader(given, name), values):
			b = appendValues(b, end, name, values)
		case c.isNamed(name):
			b = append(append(b, name...), "=\n"...)
		case name == "Authorization" && len(values) == 1 && schemeOf(values[0]) != "":
			b = append(append(append(b, "Authorization="...), schemeOf(values[0])...), '\n')
		default:
			b = append(appendText(b, name, maxHeader), '\n')
		}
	}
	return b
}

// appendResponse appends the headers of a response whose values are kept, if there is one.
func (c *config) appendResponse(b []byte, given, req *http.Request, resp *http.Response) []byte {
	if resp == nil {
		return b
	}
	end := len(b) + maxHeaders
	for name, values := range resp.Header {
		named := c.isNamed(name)
		if !named && !isCommon(name) {
			continue
		}
		if named || strings.HasSuffix(name, "Location") { // it may repeat what was sent, as a Link does
			values = []string{maskAll(strings.Join(values, ", "), credentials(given, req))}
		}
		b = appendValues(b, end, name, values)
	}
	return b
}

func appendValues(b []byte, end int, name string, values []string) []byte {
	for _, value := range values {
		if room := end - len(b) - len(name) - 3; room > 0 {
			b = append(append(b, name...), ": "...)
			b = append(appendText(b, value, min(room, maxHeader)), '\n')
		}
	}
	return b
}

// credentials returns the values in req that must not be shown in a text from elsewhere, such
// as an error: those of headers and query parameters that hold secrets or that layers have
// added.
func credentials(given, req *http.Request) (secrets []string) {
	for name, values := range req.Header {
		if !secretHeader(name) && slices.Equal(record.OutgoingHeader(given, name), values) {
			continue
		}
		for _, value := range values {
			_, credential, _ := strings.Cut(value, " ")
			secrets = append(secrets, value, credential)
		}
	}
	before := strings.Split(queryIn(given), "&")
	for part := range strings.SplitSeq(queryIn(req), "&") {
		if _, value, _ := strings.Cut(part, "="); !slices.Contains(before, part) {
			plain, _ := url.QueryUnescape(value) // empty if it is not valid
			secrets = append(secrets, value, plain)
		}
	}
	return secrets
}

// maskAll masks secrets in a text. A very short value, such as a digit, would mask what it
// does not belong to, and is no secret.
func maskAll(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret = strings.TrimSpace(secret); len(secret) >= 4 {
			text = strings.ReplaceAll(text, secret, redact.Mask)
		}
	}
	return text
}

// maskEnd masks the beginning of a secret at the end of a text that was cut.
func maskEnd(text string, secrets []string) string {
	for _, secret := range secrets {
		for n := min(len(secret)-1, len(text)); n >= 4; n-- {
			if strings.HasSuffix(text, secret[:n]) {
				return text[:len(text)-n] + redact.Mask
			}
		}
	}
	return text
}

// schemeOf returns the authentication scheme that is shown before a credential. Any other
// first word could be part of it.
func schemeOf(value string) string {
	first, _, found := strings.Cut(value, " ")
	for _, scheme := range [...]string{"Basic", "Bearer", "Digest", "DPoP", "Negotiate", "Token"} {
		if found && strings.EqualFold(scheme, first) {
			return scheme
		}
	}
	return ""
}

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
			return appendClean(b, text)
		}
	}
	return append(b, text...)
}

func appendClean(b []byte, text string) []byte {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == 0x7f {
			b = append(b, ' ')
		} else {
			b = append(b, text[i])
		}
	}
	return b
}

// A field is a header of a message.
type field struct {
	name, value string
	scheme      string // of a credential, if it is known
	secret      bool   // the value is a credential, or may be
	kept        bool   // the value is known
}

// parse splits a message. The fields are sorted by name.
func (m message) parse() (method, target string, request, response []field) {
	head, tail, _ := strings.Cut(string(m), "\n\n")
	line, lines, _ := strings.Cut(head, "\n")
	method, target, _ = strings.Cut(line, " ")
	return method, target, fieldsOf(lines), fieldsOf(tail)
}

func fieldsOf(text string) (list []field) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, value, kept := strings.Cut(line, ": "); kept {
			list = append(list, field{name: name, value: value, kept: true})
			continue
		}
		name, scheme, secret := strings.Cut(line, "=")
		if name != "" {
			list = append(list, field{name: name, scheme: scheme, secret: secret || secretHeader(name)})
		}
	}
	slices.SortStableFunc(list, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	return list
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
