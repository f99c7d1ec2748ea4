package services

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// Do sends one operation and returns its answer. The route is written like a
// pattern of net/http, "POST /v2/alerts/{identifier}/close"; in is a struct whose
// tags say where its fields go (see the package's comment), a pointer to one, or
// nil. A route must come from a finite set: it labels metrics and is remembered.
//
// T is what the answer's data is decoded into, in one pass over the body. An
// answer without data is an error unless T is [None] or a pointer.
//
// Do opens the record of the call, or takes over the one that ctx was begun
// with, and seals it. Every error is an [Error]; refused arguments Is
// [ErrArgument] and were not sent, the end of ctx Is ctx.Err() and
// context.Cause(ctx).
func Do[T any](ctx context.Context, c *Client, route string, in any) (*Result[T], error) {
	return run[T](ctx, c, operation{route: route, in: in})
}

// An operation is what one call is to do.
type operation struct {
	route string
	in    any
	link  Link // where to, if it is a page that follows
	paged bool
	file  *file // where the answer goes, if it is no envelope
}

func run[T any](ctx context.Context, c *Client, o operation) (*Result[T], error) {
	got := &struct {
		result Result[T]
		data   *T // in one block with what it points to, which is decoded in place
	}{}
	got.data = &got.result.Value
	if err := c.send(ctx, o, &got.data, &got.result.Meta); err != nil {
		return nil, err
	}
	if got.data == nil { // the server sent null, and T takes that
		got.result.Value = *new(T)
	}
	return &got.result, nil
}

// An exchange is one call on its way.
type exchange struct {
	client *Client
	route  string
	call   *transport.Call
	req    *http.Request  // nil until the arguments were accepted
	resp   *http.Response // nil until there is one
	body   []byte         // as far as it was read
	rate   transport.RateLimit

	requestID string
}

// send is the only place that sends. Into is a pointer to the pointer to where
// the data goes, which becomes nil where the server sends null.
func (c *Client) send(ctx context.Context, o operation, into any, m *Metadata) error {
	ctx, call := begin(ctx)
	defer call.End()
	layer.Put(ctx, transport.Route(o.route))
	layer.Put(ctx, metrics.Typed{})
	if request, ok := o.in.(repeater); ok {
		layer.Put(ctx, record.Repeat(request.Repeat()))
	}
	x := &exchange{client: c, route: o.route, call: call}
	in, _ := c.intakes.Get().(*intake)
	defer c.release(in)
	err := x.run(ctx, o, in, into, m)
	x.publish(ctx, err, m)
	return err
}

// A repeater is a request that knows what a second copy of it would do, where
// its method does not say.
type repeater interface{ Repeat() Repeat }

// errNotSent is what ctx ended before anything was sent.
var errNotSent = errors.New("not sent")

// begin takes over a record that was begun for this call, which nothing stands
// on yet, or opens one.
func begin(ctx context.Context) (context.Context, *transport.Call) {
	if call := transport.CallFrom(ctx); call != nil && !call.Sealed() && call.AttemptCount() == 0 {
		if _, used := transport.Fact[transport.Route](call); !used {
			return ctx, call
		}
	}
	return transport.Begin(ctx)
}

// An intake is what the body of an answer is read into, and up to where.
type intake struct {
	bytes.Buffer

	body io.LimitedReader
}

// maxPooled is the largest buffer that is kept for the next answer.
const maxPooled = 64 << 10

func (c *Client) release(in *intake) {
	if in.Cap() <= maxPooled {
		in.Reset()
		in.body.R = nil
		c.intakes.Put(in)
	}
}

// take reads up to limit bytes of body.
func (i *intake) take(body io.Reader, limit int64) (n int64, err error) {
	i.body = io.LimitedReader{R: body, N: limit}
	return i.ReadFrom(&i.body)
}

func (x *exchange) run(ctx context.Context, o operation, in *intake, into any, m *Metadata) error {
	var err error
	if o.paged {
		x.req, err = x.client.follow(ctx, o)
	} else {
		x.req, err = x.client.bind(ctx, o.route, o.in)
	}
	if err != nil {
		return x.fail(ErrArgument, err)
	}
	if ctx.Err() != nil {
		return x.fail(nil, ended(ctx, errNotSent))
	}
	if o.file != nil {
		x.req.Header["Accept"] = []string{o.file.accept}
	}
	resp, err := x.client.http.Do(x.req)
	if err != nil {
		return x.fail(nil, ended(ctx, bare(err)))
	}
	defer resp.Body.Close()
	x.resp = resp
	x.rate = transport.RateLimitOf(resp)
	x.requestID = cmp.Or(x.rate.RequestID, resp.Header.Get(header.RequestID))
	if x.call.RateLimit() == (transport.RateLimit{}) {
		record.WriterOf(x.req.Context()).SetRateLimit(record.RateLimit(x.rate))
	}
	if resp.StatusCode < http.StatusOK || resp.StatusCode >= http.StatusMultipleChoices {
		return x.refused(ctx, in)
	}
	if o.file != nil {
		return x.save(ctx, o.file, m)
	}
	if err := x.read(ctx, in, x.client.maxBody); err != nil {
		return err
	}
	return x.decode(into, m)
}

// follow makes the request for a page that a link leads to.
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

// newRequest is http.NewRequestWithContext for a URL and a header that exist:
// that one would make a header of its own and parse a URL, and the request that
// WithContext copies here stays on the stack.
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
	e := x.fail(kindOf(x.resp.StatusCode), err)
	x.client.codec.Fault(x.resp, x.body, e)
	return e
}

func (x *exchange) decode(into any, m *Metadata) error {
	data := reflect.ValueOf(into).Elem() // a *T
	envelope := x.client.codec.Envelope(into)
	if len(x.body) > 0 || x.resp.StatusCode != http.StatusNoContent {
		if err := json.Unmarshal(x.body, envelope); err != nil {
			return x.fail(ErrResponse, fmt.Errorf("decode response: %w", cmp.Or(x.noBody(), err)))
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
		Err:           mask(cause),
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
