// Package services is the core of typed calls, for any vendor: a route and a tagged request
// become an HTTP request, and the response becomes a [Result] or an [Error].
//
// To call an API, make a client by [New], with [JSON] or another [Codec] that knows how the
// vendor wraps its responses, and write each operation as one call of [Do]. Lists use [All] and
// [Pages], asynchronous requests a [Tracker], files [Download] and [File]. To call Opsgenie, use
// package services/opsgenie instead.
//
// The tags of a request say where each field goes: path, query, header and form, as in
// `query:"identifierType"`, or json for the body. `json:"-"` alone keeps a field from being
// sent, and `body:"json"` makes one field the whole body. Form fields are the body of a form:
// application/x-www-form-urlencoded, as the token endpoints of OAuth 2.0 expect it, or
// multipart/form-data if the request has a [File]. A redact.Secret is sent in the clear, except
// in json, where it would be *** and is refused. Fields of embedded structs belong to
// the request. Outside path and json, a zero field is left out unless its tag ends in
// ",keepzero", and a nil pointer is always left out; json follows omitzero. A list in path,
// query, header or form is one value with commas, or in the query, with ",repeat", one
// parameter for each element; a time is written as in RFC 3339, and left
// out if zero. Before anything is sent, `check:"required"` refuses a zero value,
// `check:"min=1"` a smaller number that would be sent, and the request's method Check() error
// refuses what it reports.
//
// A field that may be absent, set or cleared is an [Optional]. A type that is both read and
// written embeds [Other], so that writing back what was read loses nothing.
package services

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/poll"
)

// DefaultMaxBody is the default of [WithMaxBody], in bytes.
const DefaultMaxBody = 10 << 20

// A Client sends typed calls to one base URL: see [Do]. Use [New] to create one. It is safe
// for concurrent use.
type Client struct {
	http    *http.Client
	base    *url.URL // without a slash at the end of its path
	codec   Codec
	metrics *metrics.Publishers
	maxBody int64
	strict  bool // a member of an unexpected type fails the call
	known   bool // only known members are sent
	polling []poll.Option

	vendor *record.Vendor // what the codec knows about responses; nil if nothing
	traits Traits
	below  func(context.Context) (string, error) // the path between base and routes; nil if there is none

	accept   []string // values of headers that every request shares
	jsonType []string

	mu    sync.RWMutex
	plans map[planKey]*plan      // a handful per service; computed once
	facts map[factsKey][]any     // facts about operations, for the layers below
	looks map[reflect.Type]*look // the ways to the mismatches that values may keep
}

type planKey struct {
	route   string
	request reflect.Type
}

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*Client)

// WithMetrics sets the publishers for the events of typed calls: a [metrics.SDKEvent] for each,
// even if it was refused before it was sent, and a [metrics.APIEvent] whose duration ends when
// the response is decoded. Calls and attempts are published by the HTTP client: give
// tripware.WithMetrics the same publishers. The default is nil, which publishes none.
func WithMetrics(p *metrics.Publishers) Option { return func(c *Client) { c.metrics = p } }

// WithMaxBody limits the size of a response body, after decompression. A longer one is an
// error that matches [ErrTooLarge]. The default is [DefaultMaxBody]; 0 means no limit.
func WithMaxBody(n int64) Option { return func(c *Client) { c.maxBody = n } }

// WithStrictDecoding makes a member of an unexpected type in a response an error that matches
// [ErrResponse]. By default its field is left zero, and [Metadata.Mismatches] lists it.
func WithStrictDecoding() Option { return func(c *Client) { c.strict = true } }

// WithKnownMembersOnly leaves out of requests the members that [Other] keeps under names that
// the types do not have. Use it if the server refuses members that only it may write. By
// default they are sent back as they came. Values that are kept whole, such as a responder of
// an unknown kind, are sent in any case.
func WithKnownMembersOnly() Option { return func(c *Client) { c.known = true } }

// WithPathBelow sets a function that returns a path between the base URL and the routes, such
// as "/tenants/42", for a path that must first be requested from a server. It must begin
// with a slash and not end with one, and have no characters that a URL escapes. The function
// is called for each call whose arguments are valid, must be safe for concurrent use, and
// should remember the path. Its context ends with the call, and requests that it sends are
// separate calls. If it returns an error, the call fails with that error and nothing is
// sent. The default is nil, which means no such path.
func WithPathBelow(path func(context.Context) (string, error)) Option {
	return func(c *Client) { c.below = path }
}

// WithPolling sets the options that each wait for an asynchronous request begins with. The
// default is that of [poll.Until]: 10 retries after the first probe.
func WithPolling(opts ...poll.Option) Option {
	return func(c *Client) { c.polling = append(c.polling, opts...) }
}

// New returns a client that sends requests by a copy of client to base, a URL as
// [CheckBase] accepts it. The routes of all operations are appended to its path. The copy
// follows redirects only within base's origin and with the same method, and only if
// client.CheckRedirect, if it is set, allows them too. The error lists everything that is
// wrong with the arguments.
func New(client *http.Client, base string, codec Codec, opts ...Option) (*Client, error) {
	c := &Client{
		codec:    codec,
		vendor:   vendorOf(codec),
		maxBody:  DefaultMaxBody,
		accept:   []string{"application/json"},
		jsonType: []string{"application/json"},
		plans:    map[planKey]*plan{},
		facts:    map[factsKey][]any{},
		looks:    map[reflect.Type]*look{},
	}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	if codec, ok := codec.(TraitCodec); ok {
		c.traits = codec.Traits()
	}
	var f faults
	if client == nil {
		f = append(f, errors.New("HTTP client is nil"))
	}
	if codec == nil {
		f = append(f, errors.New("codec is nil: use services.JSON{} for responses of plain JSON"))
	}
	switch {
	case c.maxBody < 0:
		f = append(f, fmt.Errorf("body limit of %d bytes is negative: 0 means no bound", c.maxBody))
	case c.maxBody == 0:
		c.maxBody = math.MaxInt64 - 1 // one more byte is read
	}
	var err error
	if c.base, err = CheckBase(base); err != nil {
		f = append(f, err)
	}
	if err := poll.Check(c.polling...); err != nil {
		f = append(f, err)
	}
	if len(f) > 0 {
		return nil, fmt.Errorf("services: new client: %w", f)
	}
	own := *client
	own.CheckRedirect = checkRedirect(c.base, client.CheckRedirect)
	c.http = &own
	return c, nil
}

// CheckBase parses the base URL of an API for [New]: http or https, a host, and perhaps a
// port and a path, whose trailing slashes it removes. The error says how to fix the URL. It
// shows the URL only if that is a host without a scheme, since any other may contain a
// password.
func CheckBase(base string) (*url.URL, error) {
	if full := mistake.WithScheme(base, mistake.Scheme(base)); full != "" {
		return nil, fmt.Errorf("base URL has no scheme: write %s", full)
	}
	u, err := url.Parse(base)
	switch {
	case base == "":
		return nil, errors.New("base URL is empty: write https://host")
	case strings.TrimSpace(base) != base:
		return nil, errors.New("base URL has a space or line end around it: trim it")
	case err != nil:
		return nil, errors.New("base URL cannot be parsed: write https://host, perhaps with a port and a path")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("base URL is neither http nor https: write https://host")
	case u.Hostname() == "":
		return nil, errors.New("base URL has no host: write https://host")
	case u.User != nil:
		return nil, errors.New("base URL has a user or password in it: give credentials to the client")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("base URL has a query or a fragment: end it after the path")
	case hasDots(u.EscapedPath()):
		return nil, errors.New(`base URL has "." or ".." in its path`)
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil { // from RawPath, since an escaped slash at the end stays
		return nil, errors.New("base URL cannot be parsed")
	}
	return u, nil
}

// plan returns how requests of a type fill a route. It is computed at the first call.
func (c *Client) plan(route string, request reflect.Type) *plan {
	key := planKey{route, request}
	c.mu.RLock()
	p := c.plans[key]
	c.mu.RUnlock()
	if p != nil {
		return p
	}
	p = newPlan(route, request)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plans[key] = p
	return p
}

// look returns the way to what values of t may keep. It is computed once for a type.
func (c *Client) look(t reflect.Type) *look {
	c.mu.RLock()
	l, known := c.looks[t]
	c.mu.RUnlock()
	if known {
		return l
	}
	l = newLook(t, map[reflect.Type]*look{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks[t] = l
	return l
}
