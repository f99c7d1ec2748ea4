package services

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// A Link leads to a page of a list. It prints and marshals with the values of secret query
// parameters masked. Convert it to a string to store it; [Follow] takes it in another process.
type Link string

// String returns the link as it may be shown.
func (l Link) String() string {
	if l == "" {
		return ""
	}
	u, err := url.Parse(string(l))
	if err != nil {
		return redact.Mask
	}
	return redact.URL(u)
}

// Format writes the link as it may be shown, whatever the verb and its flags.
func (l Link) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, l.String()) }

// MarshalText returns the link as it may be shown.
func (l Link) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// LogValue returns the link as it may be shown.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.String()) }

// resolve turns a link, which the server wrote, into a URL below the client's base. If the link
// leads to another origin, only path and query are used: behind a proxy or a test server the
// vendor still writes its public name. For the same reason a path that is not below the path
// of the base is put below it. At is the URL that a relative link starts from.
func resolve(link Link, at, base *url.URL) (*url.URL, error) {
	u, err := url.Parse(string(link))
	if err != nil {
		return nil, errors.New("paging link cannot be parsed") // without its text, which may hold a key
	}
	if u.Opaque != "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("paging link is neither http nor https")
	}
	if hasDots(u.EscapedPath()) {
		return nil, errors.New(`paging link has "." or ".." in its path`)
	}
	if u = at.ResolveReference(u); u.Path == "" {
		return nil, errors.New("paging link has no path")
	}
	path := u.EscapedPath()
	prefix := base.EscapedPath()
	if path != prefix && !strings.HasPrefix(path, prefix+"/") {
		path = prefix + path
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, errors.New("paging link cannot be parsed")
	}
	return &url.URL{Scheme: base.Scheme, Host: base.Host, Path: plain, RawPath: path, RawQuery: u.RawQuery}, nil
}

// relate turns the links of a page into paths below the base, so that each can be followed by
// itself. A link that cannot be is left for [Follow] to refuse.
func (x *exchange) relate(p *Paging, at *url.URL) {
	for _, link := range []*Link{&p.Next, &p.Prev, &p.First, &p.Last} {
		if *link == "" {
			continue
		}
		if x.client.traits.QueryLinks {
			*link = x.ownPage(*link)
		} else if u, err := resolve(*link, at, x.base); err == nil {
			*link = Link(u.RequestURI())
		}
	}
	if x.client.traits.QueryLinks {
		p.Next = x.complete(p.Next)
	}
}

// ownPage returns the link to the page of the same list that a link's query selects, and a
// link without a query as it came.
func (x *exchange) ownPage(link Link) Link {
	_, query, _ := strings.Cut(string(link), "?")
	query, _, _ = strings.Cut(query, "#")
	if query == "" {
		return link
	}
	return Link(x.ownPath() + "?" + query)
}

// complete returns the link to the next page with the parameters of the request that its query
// lacks. Without them, such as the terms of a search, it would lead to a page of another list.
func (x *exchange) complete(next Link) Link {
	_, query, _ := strings.Cut(string(next), "?")
	if query == "" {
		return next
	}
	has, _ := url.ParseQuery(query) // what it cannot parse is for the server to refuse
	for own := range strings.SplitSeq(x.req.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(own, "=")
		if plain, err := url.QueryUnescape(name); err == nil && plain != "" && !has.Has(plain) {
			next += Link("&" + own)
		}
	}
	return next
}

// ownPath returns the path of the request below the base.
func (x *exchange) ownPath() string {
	return strings.TrimPrefix(x.req.URL.EscapedPath(), x.base.EscapedPath())
}

// self returns the link that leads to the page of this response, in the form of the links
// that relate makes.
func (x *exchange) self(at *url.URL) Link {
	if x.client.traits.QueryLinks {
		return Link((&url.URL{Path: x.ownPath(), RawQuery: x.req.URL.RawQuery}).RequestURI())
	}
	return Link((&url.URL{Path: at.Path, RawPath: at.RawPath, RawQuery: at.RawQuery}).RequestURI())
}

// hasDots reports whether an escaped path has a segment that is "." or ".." once unescaped,
// which a server may follow upwards.
func hasDots(escaped string) bool {
	for segment := range strings.SplitSeq(escaped, "/") {
		if plain, err := url.PathUnescape(segment); err == nil && (plain == "." || plain == "..") {
			return true
		}
	}
	return false
}
