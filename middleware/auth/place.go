package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

const (
	headerAuthorization = "Authorization"
	headerCookie        = "Cookie"
)

// A place is the part of a request that carries a credential.
type place struct {
	kind kind
	name string // canonical name of the header, or name of the parameter
}

type kind int

const (
	inHeader kind = iota
	inCookie      // the Cookie header, whose values are joined
	inQuery
	inSignature // set by the signing function
)

func (p place) String() string {
	switch p.kind {
	case inQuery:
		return fmt.Sprintf("the query parameter %q", p.name)
	case inSignature:
		return "a signature"
	case inHeader, inCookie:
	}
	return "the header " + p.name
}

// A placed source is a source whose value is not sent in Authorization.
type placed struct {
	Source

	to    place
	fault error
}

// Fault returns the errors in the place and in the source itself.
func (p *placed) Fault() error { return errors.Join(p.fault, faultOf(p.Source)) }

// placeOf returns the place of a source, and the source without it.
func placeOf(source Source) (place, Source) {
	switch own := source.(type) {
	case *placed:
		return own.to, own.Source
	case *signature:
		return place{kind: inSignature}, own
	}
	return place{inHeader, headerAuthorization}, source
}

// InHeader returns a source whose value is sent in the header called name instead of
// Authorization. Use it with [SourceFunc] or [Refresh]; for a key use [Header]. A value
// for Cookie ("name=value") is added to existing cookies.
//
// The name must be a valid header name, except those that net/http writes itself (Host,
// Content-Length, Transfer-Encoding, Trailer). source must not be from InHeader, Header,
// Query or [Sign].
func InHeader(name string, source Source) Source {
	p := &placed{Source: source, to: headerPlace(name)}
	var faults []error
	if !header.ValidName(name) {
		faults = append(faults, fmt.Errorf("auth: in header: invalid header name %q", name))
	}
	switch p.to.name {
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
		faults = append(faults, fmt.Errorf("auth: in header: net/http writes the header %s itself", p.to.name))
	}
	switch own := source.(type) {
	case *placed:
		faults = append(faults, fmt.Errorf("auth: in header %q: the source already sends its value in %s", name, own.to))
	case *signature:
		faults = append(faults, fmt.Errorf("auth: in header %q: a signing source sets its own headers", name))
	}
	p.fault = errors.Join(faults...)
	return p
}

func headerPlace(name string) place {
	name = http.CanonicalHeaderKey(name)
	if name == headerCookie {
		return place{inCookie, name}
	}
	return place{inHeader, name}
}

// Header returns a source that sends a secret in the header called name, such as
// "X-Api-Key". It is InHeader(name, Key("", secret)).
func Header(name string, secret redact.Secret) Source { return InHeader(name, Key("", secret)) }

// Query returns a source that sends a secret in the query parameter called name, in
// addition to the request's own parameters. Name and secret are percent-encoded. Prefer a
// header if the API accepts one, since many servers log URLs. The layer removes the
// parameter from Location and Link headers of the response.
func Query(name string, secret redact.Secret) Source {
	p := &placed{Source: Key("", secret), to: place{inQuery, name}}
	if name == "" || !sendable(name) {
		p.fault = fmt.Errorf("auth: query: invalid parameter name %q", name)
	}
	return p
}

// taken reports whether the request or a default header already has a value in the place.
func (p *place) taken(req *http.Request) bool {
	switch p.kind {
	case inHeader:
		return spelt(req.Header, p.name) || p.name != headerAuthorization && record.OutgoingHeader(req, p.name) != nil
	case inQuery:
		return parameter(req.URL.RawQuery, p.name)
	case inCookie, inSignature:
	}
	return false
}

// spelt reports whether given has a name in any spelling. net/http sends names as they
// are, and a server treats all spellings as the same header.
func spelt(given http.Header, name string) bool {
	for have := range given {
		if len(have) == len(name) && equalFold(have, name) {
			return true
		}
	}
	return false
}

func parameter(query, name string) bool {
	for part := range strings.SplitSeq(query, "&") {
		have, _, _ := strings.Cut(part, "=")
		if have == name {
			return true
		}
		if plain, err := url.QueryUnescape(have); err == nil && plain == name && part != "" {
			return true
		}
	}
	return false
}

// put returns a copy of req with the credential in its place.
func (p *place) put(req *http.Request, c credential) *http.Request {
	switch p.kind {
	case inQuery:
		sent := *record.Outgoing(req)
		sent.URL = withParameter(req.URL, p.name, c.value())
		record.Changed(req, &sent)
		return &sent
	case inCookie:
		return withCookie(req, c.value())
	case inHeader, inSignature:
	}
	sent := layer.Copy(req, 1)
	sent.Header[p.name] = c
	return sent
}

func withParameter(u *url.URL, name, value string) *url.URL {
	c := *u
	if c.RawQuery != "" {
		c.RawQuery += "&"
	}
	c.RawQuery += pair(name, value)
	return &c
}

func pair(name, value string) string { return url.QueryEscape(name) + "=" + url.QueryEscape(value) }

// withCookie appends value to the cookies of req, in whatever spelling of the header. A
// request must have only one Cookie header (RFC 6265 section 5.4).
func withCookie(req *http.Request, value string) *http.Request {
	cookies := req.Header[headerCookie]
	var others []string
	for name, values := range req.Header {
		if name != headerCookie && equalFold(name, headerCookie) {
			cookies, others = append(slices.Clip(cookies), values...), append(others, name)
		}
	}
	all := strings.Join(append(slices.Clip(cookies), value), "; ")
	sent := layer.Copy(req, 1)
	sent.Header[headerCookie] = []string{all}
	for _, name := range others {
		delete(sent.Header, name)
	}
	return sent
}

// withoutEcho removes the parameter from headers in which a server repeats the request's
// URL. Otherwise a caller that follows such a link would have the secret in its own URL.
func (p *place) withoutEcho(resp *http.Response, value string) *http.Response {
	if resp == nil {
		return nil
	}
	secret := pair(p.name, value)
	for _, name := range [...]string{"Location", "Content-Location", "Link", "Refresh"} {
		for i, text := range resp.Header[name] {
			if plain := without(text, secret); plain != text {
				c := *resp
				c.Header = resp.Header.Clone() // a mock may return the response to several calls
				c.Header[name][i] = plain
				resp = &c
			}
		}
	}
	return resp
}

// without removes a name=value pair of a query from text, and the separator before or
// after it.
func without(text, secret string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], secret)
		if i < 0 {
			return text
		}
		i += from
		end := i + len(secret)
		begins := i > 0 && (text[i-1] == '?' || text[i-1] == '&')
		switch {
		case begins && strings.HasPrefix(text[end:], "&"):
			text = text[:i] + text[end+1:]
		case begins && (end == len(text) || strings.IndexByte("#>\"'; ,", text[end]) >= 0):
			text = text[:i-1] + text[end:]
		default:
			from = end
		}
	}
}

// hidden returns err with secrets masked in its text, since the base may quote the URL.
func hidden(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			if form != "" {
				text = strings.ReplaceAll(text, form, redact.Mask)
			}
		}
	}
	if text == err.Error() {
		return err
	}
	return &hiddenError{text, err}
}

// A hiddenError has a text without secrets. It does not unwrap, since code that walks
// a chain of errors may print each. errors.Is and errors.As match the original error.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string        { return e.text }
func (e *hiddenError) GoString() string     { return fmt.Sprintf("&auth.hiddenError{%q}", e.text) }
func (e *hiddenError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *hiddenError) As(target any) bool {
	if _, shows := target.(**url.Error); shows {
		return false
	}
	return errors.As(e.err, target)
}
