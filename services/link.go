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

// A Link leads to a page of a list. It prints and marshals with the values of
// secret query parameters masked; convert it to a string to keep it for another
// process, whose client's [Follow] takes it.
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

// resolve makes of a link, which a server wrote, a URL of the client's own base.
// Of another origin only path and query are taken: behind a proxy or a test
// server the vendor still writes its own name. A path outside the base's path is
// put below it, for the same reason. At is the URL that a relative link starts
// from.
func (c *Client) resolve(link Link, at *url.URL) (*url.URL, error) {
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
	prefix := c.base.EscapedPath()
	if path != prefix && !strings.HasPrefix(path, prefix+"/") {
		path = prefix + path
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, errors.New("paging link cannot be parsed")
	}
	return &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: plain, RawPath: path, RawQuery: u.RawQuery}, nil
}

// relate makes the links of a page paths below the base, so that they can be
// followed by themselves. One that cannot be is left for [Follow] to refuse.
func (c *Client) relate(p *Paging, at *url.URL) {
	for _, link := range []*Link{&p.Next, &p.Prev, &p.First, &p.Last} {
		if *link == "" {
			continue
		}
		if u, err := c.resolve(*link, at); err == nil {
			*link = Link(u.RequestURI())
		}
	}
}

// hasDots reports whether an escaped path has a segment that is . or .. once
// unescaped: a server may take it for a way up.
func hasDots(escaped string) bool {
	for segment := range strings.SplitSeq(escaped, "/") {
		if plain, err := url.PathUnescape(segment); err == nil && (plain == "." || plain == "..") {
			return true
		}
	}
	return false
}
