package inspect

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

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

// newMessage appends to into the message of a request. If there is room, it allocates nothing.
// given is the request above the credentials: of what layers have added since, query parameters
// and headers that WithHeaders names are not kept, since they may be a credential under any name.
func (c *config) newMessage(into []byte, given, req *http.Request) message {
	m := message(into).with(pieceMethod, cmp.Or(req.Method, http.MethodGet), maxMethod).withURL(given, req)
	if req.Host != "" && req.URL != nil && req.Host != req.URL.Host {
		m = m.withField(pieceField, "Host", req.Host, maxHeader)
	}
	if req.URL != nil && req.URL.User != nil && len(req.Header["Authorization"]) == 0 {
		m = m.withField(pieceSecret, "Authorization", "Basic", maxHeader) // net/http makes it
	}
	return c.withRequest(m, given, req)
}

// shownQuery returns the query without what layers have added.
func shownQuery(given, req *http.Request) string {
	if query := req.URL.RawQuery; queryIn(given) != query {
		return maskAdded(query, queryIn(given))
	}
	return req.URL.RawQuery
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

// withRequest appends the headers of a request.
func (c *config) withRequest(m message, given, req *http.Request) message {
	end := len(m) + maxHeaders
	for name, values := range req.Header {
		switch {
		case len(m)+len(name)+pieceRoom > end:
			continue
		case isCommon(name):
			m = m.withValues(pieceField, end, name, values)
		case c.isNamed(name) && slices.Equal(record.OutgoingHeader(given, name), values):
			m = m.withValues(pieceField, end, name, values)
		case c.isNamed(name):
			m = m.withField(pieceSecret, name, "", 0)
		case name == "Authorization" && len(values) == 1 && schemeOf(values[0]) != "":
			m = m.withField(pieceSecret, name, schemeOf(values[0]), maxHeader)
		default:
			m = m.with(pieceName, name, maxHeader)
		}
	}
	return m
}

// withResponse appends the headers of a response whose values are kept, if there is one.
func (c *config) withResponse(m message, given, req *http.Request, resp *http.Response) message {
	if resp == nil {
		return m
	}
	end := len(m) + maxHeaders
	for name, values := range resp.Header {
		named := c.isNamed(name)
		if !named && !isCommon(name) {
			continue
		}
		if named || strings.HasSuffix(name, "Location") { // it may repeat what was sent, as a Link does
			values = []string{maskAll(strings.Join(values, ", "), credentials(given, req))}
		}
		m = m.withValues(pieceResponse, end, name, values)
	}
	return m
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
