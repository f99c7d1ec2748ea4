package services

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

// Do sends one operation and returns its response. The route is written like a pattern of
// net/http, "POST /v2/alerts/{identifier}/close"; in is a struct whose tags say where its
// fields go (see the package's comment), a pointer to one, or nil; repeat says whether the
// operation is safe to retry. A route must come from a finite set, because it labels metrics
// and is remembered.
//
// T is the type that the data of the response is decoded into. A response without data is an
// error unless T is [None] or an [Optional]. Reading the response is part of each attempt, so
// that a response that breaks off is retried like a connection that broke. Members of an
// unexpected type do not fail the call: see [Metadata.Mismatches].
//
// Do takes over the record of the call that ctx was begun with, or opens one, and seals it.
// Every error is an [Error]. errors.Is matches [ErrArgument] for arguments that were refused
// before sending, and ctx.Err() and context.Cause(ctx) when ctx ended.
func Do[T any](ctx context.Context, c *Client, route string, in any, repeat Repeat) (*Result[T], error) {
	return run[T](ctx, c, operation{route: route, in: in, repeat: repeat})
}

// An operation is what one call does.
type operation struct {
	route  string
	in     any
	repeat Repeat
	link   Link // the page to fetch, if paged
	paged  bool
	file   *file // where the response goes, if it is a file
}

func run[T any](ctx context.Context, c *Client, o operation) (*Result[T], error) {
	got := &Result[T]{}
	x, ctx := c.open(ctx, o)
	defer x.call.End()
	err := x.send(ctx, o)
	switch {
	case err != nil:
	case o.file != nil:
		x.fill(&got.Meta)
	default:
		err = decode(x, &got.Value, &got.Meta)
	}
	x.publish(ctx, err, &got.Meta)
	if err != nil {
		return nil, err
	}
	return got, nil
}

// open begins the call and records for the layers below what the request does not show.
func (c *Client) open(ctx context.Context, o operation) (*exchange, context.Context) {
	ctx, call := begin(ctx)
	w := record.WriterOf(ctx)
	for _, fact := range c.factsOf(o) {
		w.Put(fact)
	}
	return &exchange{client: c, route: o.route, call: call}, ctx
}

// factsOf returns the facts of an operation, which are made once.
func (c *Client) factsOf(o operation) []any {
	key := factsKey{o.route, o.repeat, o.file != nil}
	c.mu.RLock()
	facts := c.facts[key]
	c.mu.RUnlock()
	if facts != nil {
		return facts
	}
	told := record.Operation{Repeat: record.Repeat(o.repeat)}
	if o.file == nil {
		told.WholeBody = min(c.maxBody, maxWhole) + 1 // one more byte shows that a response is too long
	}
	facts = []any{
		record.Fact[transport.Route]{Value: transport.Route(o.route)},
		record.Fact[metrics.Typed]{},
		record.Fact[record.Operation]{Value: told},
	}
	if c.vendor != nil {
		facts = append(facts, record.Fact[*record.Vendor]{Value: c.vendor})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.facts[key] = facts
	return facts
}

type factsKey struct {
	route  string
	repeat Repeat
	file   bool
}

// maxWhole is the largest response that is read as part of an attempt, in bytes.
const maxWhole = 64 << 20

// begin takes over a record that was begun for this call, if nothing has used it yet, or opens
// one.
func begin(ctx context.Context) (context.Context, *transport.Call) {
	if call := transport.CallFrom(ctx); call != nil && !call.Sealed() && call.AttemptCount() == 0 {
		if _, used := transport.Fact[transport.Route](call); !used {
			return ctx, call
		}
	}
	return transport.Begin(ctx)
}

// request makes the HTTP request of an operation.
func (x *exchange) request(ctx context.Context, o operation) (err error) {
	x.base = x.client.base
	switch {
	case o.paged:
		return x.follow(ctx, o)
	case o.file != nil && o.file.to == nil:
		var f faults
		f.add("writer", "is nil")
		err = f
	default:
		x.req, err = x.client.bind(ctx, o.route, o.in)
	}
	if err != nil {
		return x.fail(ErrArgument, err)
	}
	if o.file != nil {
		x.req.Header["Accept"] = []string{o.file.accept}
	}
	return x.place(ctx)
}

// place puts the request below the path of [WithPathBelow].
func (x *exchange) place(ctx context.Context) error {
	if x.client.below == nil {
		return nil
	}
	above := x.base
	if err := x.locate(ctx); err != nil {
		return err
	}
	u := x.req.URL
	u.Path = x.base.Path + strings.TrimPrefix(u.Path, above.Path)
	u.RawPath = x.base.RawPath + strings.TrimPrefix(u.RawPath, above.RawPath)
	return nil
}

// locate sets the base of the call.
func (x *exchange) locate(ctx context.Context) error {
	if x.client.below == nil {
		return nil
	}
	path, err := x.client.below(record.WithoutSettings(ctx))
	if err == nil && !isPathBelow(path) {
		err = errors.New("path below the base URL is invalid: see services.WithPathBelow")
	}
	if err != nil {
		return x.fail(nil, ended(ctx, err))
	}
	u := *x.base
	u.Path, u.RawPath = u.Path+path, u.RawPath+path
	x.base = &u
	return nil
}

// isPathBelow reports whether a path can stand between the base URL and a route.
func isPathBelow(path string) bool {
	escaped := (&url.URL{Path: path}).EscapedPath()
	return strings.HasPrefix(path, "/") && !strings.HasSuffix(path, "/") && escaped == path && !hasDots(path)
}

// follow makes the request for the page that a link leads to.
func (x *exchange) follow(ctx context.Context, o operation) error {
	r, err := parseRoute(o.route)
	switch {
	case err != nil:
	case r.method != http.MethodGet:
		err = errors.New("only a GET can follow a paging link")
	case o.link == "":
		err = errors.New("paging link is empty: there is no further page")
	case x.client.traits.QueryLinks && !strings.Contains(string(o.link), "?"):
		err = errors.New("paging link has no query")
	}
	if err != nil {
		return x.fail(ErrArgument, err)
	}
	if err := x.locate(ctx); err != nil {
		return err
	}
	u, err := resolve(o.link, x.base, x.base)
	if err != nil {
		return x.fail(ErrArgument, err)
	}
	x.req = newRequest(ctx, http.MethodGet, u, http.Header{"Accept": x.client.accept})
	return nil
}

// newRequest is http.NewRequestWithContext for a URL and a header that exist. That function
// would make another header and parse the URL again; the request that WithContext copies here
// stays on the stack.
func newRequest(ctx context.Context, method string, u *url.URL, given http.Header) *http.Request {
	req := http.Request{
		Method: method, URL: u, Host: u.Host, Header: given,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	return req.WithContext(ctx)
}

// A file is where a response that is not JSON goes.
type file struct {
	accept string // media type
	to     io.Writer
	size   int64
}
