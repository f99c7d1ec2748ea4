package services

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
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

// open begins the call and tells the layers below what they cannot see in the request.
func (c *Client) open(ctx context.Context, o operation) (*exchange, context.Context) {
	ctx, call := begin(ctx)
	layer.Put(ctx, transport.Route(o.route))
	layer.Put(ctx, metrics.Typed{})
	c.tell(ctx)
	if request, ok := o.in.(repeater); ok {
		layer.Put(ctx, record.Repeat(request.Repeat()))
	}
	layer.Put(ctx, told)
	return &exchange{client: c, route: o.route, call: call}, ctx
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
func (c *Client) request(ctx context.Context, o operation) (req *http.Request, err error) {
	switch {
	case o.paged:
		req, err = c.follow(ctx, o)
	case o.file != nil && o.file.to == nil:
		err = &ArgumentError{Field: "writer", Problem: "is nil"}
	default:
		req, err = c.bind(ctx, o.route, o.in)
	}
	if err == nil && o.file != nil {
		req.Header["Accept"] = []string{o.file.accept}
	}
	return req, err
}

// follow makes the request for the page that a link leads to.
func (c *Client) follow(ctx context.Context, o operation) (*http.Request, error) {
	r, err := parseRoute(o.route)
	var u *url.URL
	switch {
	case err != nil:
	case r.method != http.MethodGet:
		err = errors.New("only a GET can follow a paging link")
	case o.link == "":
		err = errors.New("paging link is empty: there is no further page")
	default:
		u, err = c.resolve(o.link, c.base)
	}
	if err != nil {
		return nil, err
	}
	return newRequest(ctx, http.MethodGet, u, http.Header{"Accept": c.accept}), nil
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

// bare takes off what http.Client puts around an error: the method, which the
// route says, and the URL, which may hold a secret.
func bare(err error) error {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // only the outermost is the client's
		return u.Err
	}
	return err
}

// ended makes err one that Is the context's error and its cause, once ctx is done.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	for _, reason := range []error{context.Cause(ctx), ctx.Err()} {
		if !errors.Is(err, reason) {
			err = fmt.Errorf("%w: %w", reason, err)
		}
	}
	return err
}

// read takes the body in, up to limit bytes after decompression.
func (x *exchange) read(ctx context.Context, in *intake, limit int64) error {
	if n := x.resp.ContentLength; n > 0 && n <= maxPooled {
		in.Grow(int(n) + bytes.MinRead)
	}
	n, err := in.take(x.resp.Body, limit+1)
	x.body = in.Bytes()
	switch {
	case n > limit:
		return x.fail(ErrTooLarge, fmt.Errorf("response is longer than %d bytes (see services.WithMaxBody)", limit))
	case err != nil:
		return x.fail(ErrResponse, fmt.Errorf("read response: %w", ended(ctx, err)))
	}
	return nil
}

// maxRefusal is how much of an answer is read that is no success: enough for
// any error that a vendor writes.
const maxRefusal = 64 << 10

// refused makes the error of an answer that is no success. What is wrong with
// its body does not hide its status.
func (x *exchange) refused(ctx context.Context, in *intake) error {
	_, err := in.take(x.resp.Body, maxRefusal)
	x.body = in.Bytes()
	if err != nil {
		err = fmt.Errorf("read response: %w", ended(ctx, err))
	}
	e := x.fail(kindOf(x.resp.StatusCode), cmp.Or(err, foreign(x.resp, x.body)))
	x.client.codec.Fault(x.resp, x.body, e)
	return e
}

func (x *exchange) decode(into any, m *Metadata) error {
	data := reflect.ValueOf(into).Elem() // a *T
	envelope := x.client.codec.Envelope(into)
	if len(x.body) > 0 || x.resp.StatusCode != http.StatusNoContent {
		if err := json.Unmarshal(x.body, envelope); err != nil {
			return x.fail(ErrResponse, cmp.Or(foreign(x.resp, x.body), fmt.Errorf("decode response: %w", cmp.Or(x.noBody(), err))))
		}
	}
	x.fill(m)
	envelope.Fill(x.resp.Header, m)
	x.client.relate(&m.Paging, m.more.url)
	wanted := data.Type().Elem()
	if wanted.Kind() != reflect.Pointer && wanted != reflect.TypeFor[None]() && !x.holds(data) {
		return x.fail(ErrResponse, errors.New("decode response: it has no data"))
	}
	return nil
}

// holds reports whether the answer holds the data that was decoded. Where the
// data is zero, which is rare, only a second look tells {} from nothing.
func (x *exchange) holds(data reflect.Value) bool {
	if data.IsNil() || !data.Elem().IsZero() {
		return !data.IsNil()
	}
	var raw json.RawMessage
	return json.Unmarshal(x.body, x.client.codec.Envelope(&raw)) == nil && raw != nil
}

func (x *exchange) noBody() error {
	if len(x.body) == 0 {
		return errors.New("it is empty")
	}
	return nil
}

// fill writes what the call itself knows.
func (x *exchange) fill(m *Metadata) {
	*m = Metadata{
		Route:         x.route,
		Status:        x.resp.StatusCode,
		TransactionID: x.call.TransactionID(),
		RequestID:     x.requestID,
		RateLimit:     x.rate,
		Attempts:      x.call.AttemptCount(),
		Waited:        x.call.Waited(),
		Elapsed:       x.call.Elapsed(),
		more:          &origin{call: x.call, header: x.resp.Header, url: x.req.URL},
	}
	if x.resp.Request != nil && x.resp.Request.URL != nil {
		m.more.url = x.resp.Request.URL // after redirects
	}
}

// fail makes the error of this call.
func (x *exchange) fail(kind, cause error) *Error {
	e := &Error{
		Route:         x.route,
		TransactionID: x.call.TransactionID(),
		RequestID:     x.requestID,
		RateLimit:     x.rate,
		Attempts:      x.call.AttemptCount(),
		Kind:          kind,
		Err:           mask(cause, x.client.vendor),
		call:          x.call,
	}
	if redirect, ok := errors.AsType[*RedirectError](cause); ok && kind == nil {
		e.Kind, e.Err = ErrRedirect, redirect
	}
	if x.resp != nil {
		e.Status = x.resp.StatusCode
		e.Body = append(ErrorBody(nil), x.body[:min(len(x.body), maxErrorBody)]...)
	}
	return e
}
