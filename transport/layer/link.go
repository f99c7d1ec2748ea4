package layer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
)

// A Link is the base of a decorator; embed it. It holds the next layer, implements
// Unwrap and CloseIdleConnections, and gives transport.Check the layer's name, its place
// and the errors in its settings.
type Link struct {
	Next  http.RoundTripper // the layer below; never nil after NewLink
	name  string
	place Place
	fault error
}

// NewLink returns the link of a layer called name above next. A nil next means
// [http.DefaultTransport]. faults are errors in the layer's settings; if there are any,
// the layer must refuse every call (see [Link.Fault] and [Refuse]). Nil faults are
// ignored.
func NewLink(name string, place Place, next http.RoundTripper, faults ...error) Link {
	next = cmp.Or[http.RoundTripper](next, http.DefaultTransport)
	l := Link{Next: next, name: name, place: place}
	if fault := errors.Join(faults...); fault != nil {
		l.fault = &faultError{fault}
	}
	return l
}

// A faultError is an error in a layer's settings, which a retry cannot fix.
type faultError struct{ error }

func (e *faultError) Unwrap() error   { return e.error }
func (e *faultError) Retryable() bool { return false }

// ErrorClass returns the class of invalid settings: see transport.ClassifyError.
func (e *faultError) ErrorClass() string { return "invalid" }

// Unwrap returns the layer below.
func (l *Link) Unwrap() http.RoundTripper { return l.Next }

// CloseIdleConnections forwards the call to the layers below.
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

// maxLayers bounds the walk, since a decorator may unwrap to itself.
const maxLayers = 1 << 10

// Layer returns the layer's name, as in a printed chain.
func (l *Link) Layer() string { return l.name }

// Place returns the layer's place in the order of layers.
func (l *Link) Place() Place { return l.place }

// Fault returns the errors in the layer's settings as one error, or nil.
func (l *Link) Fault() error { return l.fault }

// errNothing replaces a result that is neither a response nor an error.
var errNothing = errors.New("transport: send request: the RoundTripper below returned neither a response nor an error")

// Send calls RoundTrip of the layer below and corrects results that break the contract:
// Send returns either a response or an error, and the response's Request is req and its
// Body is not nil.
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

// timedOut returns the cause of ctx if it is a timeout and err says only that ctx ended,
// as with HTTP/2. Otherwise a timeout of the retry loop, which cancels the attempt, would
// look like a cancellation by the caller.
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

// own returns a copy of a response with another Request than req. The original must not
// be modified, since a mock may return it for several calls.
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

// trails reports whether a response may get trailers that it did not announce. A response
// without a Request was not made by net/http. A body that can be written to is a
// connection, and must stay writable.
func trails(resp *http.Response) bool {
	_, connection := resp.Body.(io.Writer)
	return resp.Request != nil && resp.Trailer == nil && resp.Body != http.NoBody && !connection &&
		resp.StatusCode != http.StatusSwitchingProtocols
}

// A trailing body copies unannounced trailers. net/http sets them at the end of the body,
// in the response that it returned.
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
