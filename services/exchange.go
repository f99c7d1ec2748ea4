package services

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
)

// An exchange is the request of one call and its response.
type exchange struct {
	client *Client
	route  string
	call   *transport.Call
	req    *http.Request  // nil until the arguments were accepted
	base   *url.URL       // what the path of the request is below
	resp   *http.Response // nil until there is one
	body   []byte         // as far as it was read
	rate   transport.RateLimit

	requestID string
}

// errNotSent is returned if ctx ended before anything was sent.
var errNotSent = errors.New("not sent")

// send sends the request and reads the response. It is the only place that sends.
func (x *exchange) send(ctx context.Context, o operation) (err error) {
	if err := x.request(ctx, o); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return x.fail(nil, ended(ctx, errNotSent))
	}
	resp, err := x.client.http.Do(x.req)
	if err != nil {
		return x.fail(nil, ended(ctx, bare(err)))
	}
	defer resp.Body.Close()
	x.receive(resp)
	switch {
	case resp.StatusCode < http.StatusOK || resp.StatusCode >= http.StatusMultipleChoices:
		return x.refused(ctx)
	case o.file != nil:
		return x.save(ctx, o.file)
	default:
		return x.read(ctx, x.client.maxBody)
	}
}

// receive records the head of a response.
func (x *exchange) receive(resp *http.Response) {
	x.resp = resp
	x.rate = transport.RateLimitOf(resp)
	x.requestID = cmp.Or(x.rate.RequestID, resp.Header.Get(header.RequestID))
	if x.call.RateLimit() == (transport.RateLimit{}) {
		record.WriterOf(x.req.Context()).SetRateLimit(record.RateLimit(x.rate))
	}
}

// bare removes what http.Client puts around an error: the method, which the route says, and
// the URL, which may hold a secret.
func bare(err error) error {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // only the outermost is the client's
		return u.Err
	}
	return err
}

// ended makes err match the context's error and its cause, once ctx is done.
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

// read reads the body, up to limit bytes after decompression.
func (x *exchange) read(ctx context.Context, limit int64) (err error) {
	x.body, err = readBody(x.resp, limit+1)
	switch {
	case int64(len(x.body)) > limit:
		return x.fail(ErrTooLarge, fmt.Errorf("response is longer than %d bytes (see services.WithMaxBody)", limit))
	case err != nil:
		return x.fail(ErrResponse, fmt.Errorf("read response: %w", ended(ctx, err)))
	}
	return nil
}

// readBody returns up to limit bytes of the body, without a copy if the retry loop has read it.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if body, ok := resp.Body.(record.WholeBody); ok {
		all := body.Whole()
		return all[:min(int64(len(all)), limit)], nil
	}
	var b bytes.Buffer
	if n := resp.ContentLength; n > 0 {
		b.Grow(int(min(n, limit, maxGrown) + bytes.MinRead))
	}
	_, err := b.ReadFrom(io.LimitReader(resp.Body, limit))
	return b.Bytes(), err
}

// maxGrown is how much memory is reserved for a body before it comes, in bytes.
const maxGrown = 64 << 10

// maxRefusal is how much is read of a response whose status is not a success, in bytes: enough
// for any error that a vendor writes.
const maxRefusal = 64 << 10

// refused makes the error of a response whose status is not a success. A body that cannot be
// read does not hide the status.
func (x *exchange) refused(ctx context.Context) error {
	var err error
	if x.body, err = readBody(x.resp, maxRefusal); err != nil {
		err = fmt.Errorf("read response: %w", ended(ctx, err))
	}
	e := x.fail(kindOf(x.resp.StatusCode), cmp.Or(err, foreign(x.resp, x.body)))
	x.client.codec.Fault(x.resp, x.body, e)
	return e
}

// reported makes the error that a response with a status of success reports.
func (x *exchange) reported() error {
	e := x.fail(ErrFailed, nil)
	x.client.codec.Fault(x.resp, x.body[:min(len(x.body), maxRefusal)], e)
	if e.Message == "" && e.Err == nil {
		e.Err = errors.New("the response reports an error")
	}
	return e
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
		more:          &origin{client: x.client, call: x.call, header: x.resp.Header, url: x.req.URL, body: &x.body, from: x},
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
	if x.req != nil {
		if at, ok := x.req.Context().Deadline(); ok {
			e.left = time.Until(at)
		}
	}
	if x.resp != nil {
		e.Status = x.resp.StatusCode
		e.Body = append(ErrorBody(nil), x.body[:min(len(x.body), maxErrorBody)]...)
	}
	return e
}
