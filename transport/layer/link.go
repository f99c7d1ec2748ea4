package layer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
)

// A Link is what every decorator of this module shares; it is embedded. It
// holds the next layer, unwraps to it, forwards CloseIdleConnections, and tells
// transport.Check the layer's name, its place and what is wrong with its settings.
type Link struct {
	Next  http.RoundTripper // the layer below; never nil after NewLink
	name  string
	place Place
	fault error
}

// NewLink returns the link of a layer called name that stands above next; a nil
// next means [http.DefaultTransport]. The faults are those of the layer's
// settings: with any, the layer must refuse every call (see [Link.Fault] and
// [Refuse]).
func NewLink(name string, place Place, next http.RoundTripper, faults ...error) Link {
	next = cmp.Or[http.RoundTripper](next, http.DefaultTransport)
	l := Link{Next: next, name: name, place: place}
	if fault := errors.Join(faults...); fault != nil {
		l.fault = &faultError{fault}
	}
	return l
}

// A faultError is what is wrong with a layer's settings: no retry mends it.
type faultError struct{ error }

func (e *faultError) Unwrap() error   { return e.error }
func (e *faultError) Retryable() bool { return false }

// Unwrap returns the layer below.
func (l *Link) Unwrap() http.RoundTripper { return l.Next }

// CloseIdleConnections passes the word on to the layers below.
func (l *Link) CloseIdleConnections() {
	rt := l.Next
	for depth := 0; rt != nil && depth < maxLayers; depth++ {
		if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
			return
		}
		u, ok := rt.(interface{ Unwrap() http.RoundTripper })
		if !ok {
			return
		}
		rt = u.Unwrap()
	}
}

// maxLayers ends the walk through decorators that unwrap to themselves.
const maxLayers = 1 << 10

// Layer returns the name that the layer has in a printed chain.
func (l *Link) Layer() string { return l.name }

// Place returns where in the standing order the layer belongs.
func (l *Link) Place() Place { return l.place }

// Fault returns all that is wrong with the layer's settings, or nil.
func (l *Link) Fault() error { return l.fault }

// errNothing is what a layer below earns that answers neither with a response nor with an error.
var errNothing = errors.New("transport: send request: the RoundTripper below returned neither a response nor an error")

// Send calls the layer below and holds it to the contract: its answer is a
// response or an error, never both and never neither, and a response names the
// request and has a body.
func (l *Link) Send(req *http.Request) (*http.Response, error) {
	resp, err := l.Next.RoundTrip(req)
	if err == nil && resp != nil && resp.Request == req && resp.Body != nil {
		return resp, nil
	}
	return settle(req, resp, err)
}

func settle(req *http.Request, resp *http.Response, err error) (*http.Response, error) {
	switch {
	case err != nil:
		if resp != nil {
			CloseBody(resp.Body)
		}
		return nil, timedOut(req.Context(), err)
	case resp == nil:
		return nil, errNothing
	}
	return own(resp, req), nil
}

// timedOut returns the timeout that ended ctx, where it has a name and err says no
// more than that ctx ended, as HTTP/2 does. Whoever reads a log must not take a
// clock of the retry loop, which cancels the attempt, for the caller.
func timedOut(ctx context.Context, err error) error {
	ended := ctx.Err()
	if ended == nil || !errors.Is(err, ended) {
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, context.DeadlineExceeded) && !errors.Is(err, cause) {
		return cause
	}
	return err
}

// own returns a copy of a response that does not name the request that it
// answers: a mock may return it to several calls, so that nobody may write to it.
func own(shared *http.Response, req *http.Request) *http.Response {
	c := &struct {
		resp http.Response
		body trailing
	}{resp: *shared}
	c.resp.Request = req
	switch {
	case shared.Body == nil:
		c.resp.Body = http.NoBody
	case trails(shared):
		c.body = trailing{ReadCloser: shared.Body, from: shared, to: &c.resp}
		c.resp.Body = &c.body
	}
	return &c.resp
}

// trails reports whether trailers may come at the end of a response that did not
// announce them. One without a Request is made by hand; a body that can be
// written to is a connection, and has to stay one.
func trails(resp *http.Response) bool {
	_, connection := resp.Body.(io.Writer)
	return resp.Request != nil && resp.Trailer == nil && resp.Body != http.NoBody && !connection &&
		resp.StatusCode != http.StatusSwitchingProtocols
}

// A trailing body takes over trailers that nobody announced: net/http writes
// them, at the end of the body, into the very response that it returned.
type trailing struct {
	io.ReadCloser

	from, to *http.Response
}

func (t *trailing) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	if err != nil && t.from.Trailer != nil {
		t.to.Trailer = t.from.Trailer
	}
	return n, err
}
