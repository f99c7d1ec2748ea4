package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// A Link is what every decorator of this module shares; it is embedded. It
// holds the next layer, unwraps to it, forwards CloseIdleConnections, and tells
// [Check] the layer's name, its place and what is wrong with its settings.
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
func (l *Link) CloseIdleConnections() { closeIdle(l.Next) }

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
func (l *Link) Send(req *http.Request) (*http.Response, error) { return send(l.Next, req) }

func send(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := next.RoundTrip(req)
	switch {
	case err != nil && resp != nil:
		CloseBody(resp.Body)
		return nil, timedOut(req.Context(), err)
	case err == nil && resp == nil:
		return nil, errNothing
	case err != nil:
		return nil, timedOut(req.Context(), err)
	}
	if resp.Request != req || resp.Body == nil {
		resp = own(resp, req)
	}
	return resp, nil
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

// Refuse closes the body of req, which no layer below will get, and returns
// cause: the whole answer of a layer that does not send.
func Refuse(req *http.Request, cause error) error {
	if req != nil {
		CloseBody(req.Body)
	}
	return cause
}

// Place says where in the standing order a layer belongs. Layers of a lower
// place stand above those of a higher one; layers at [Anywhere] are free.
type Place int

// The places of the standing order, outermost first.
const (
	Anywhere     Place = iota // no rule: a layer of the user's own
	AtIdentity                // transaction id and default headers: once per call
	AtCall                    // observers of calls
	AtRetry                   // the retry loop: below it, all happens once per attempt
	AtLimit                   // pacing and rate-limit state
	AtAttempt                 // observers of attempts
	AtCredential              // a key or a token
	AtSignature               // a signature of the whole request, next to the base
)

// why says what goes wrong when a layer of a place stands above one that it belongs below.
func (p Place) why() string {
	switch p {
	case AtIdentity:
		return "attempts of one call would not share their identity: swap them"
	case AtCall:
		return "the second would see attempts instead of calls: swap them"
	case AtRetry:
		return "the first would run once per call instead of once per attempt: swap them"
	case AtLimit:
		return "attempts would be paced too late: swap them"
	case AtAttempt:
		return "an observer below the credential sees the key: swap them"
	case AtCredential:
		return "the signature would not cover what is added below it: swap them"
	case AtSignature, Anywhere:
	}
	return "the standing order forbids it: swap them"
}

// Check walks rt and reports, without a call, what would make calls go wrong:
// settings that are impossible, layers in an order that defeats them, and two
// retry loops in one stack, whose attempts would multiply. All faults are
// joined. A nil error means that none was found; layers that have no Unwrap
// method hide what is below them, unless a [Chain] put them up.
func Check(rt http.RoundTripper) error {
	var faults []error
	var above []http.RoundTripper
	for _, layer := range Layers(rt) {
		if f, ok := layer.(interface{ Fault() error }); ok && f.Fault() != nil && !told(faults, f.Fault()) {
			faults = append(faults, f.Fault())
		}
		place := placeOf(layer)
		if place == Anywhere {
			continue
		}
		for _, upper := range above {
			if fault := misplaced(upper, layer); fault != nil {
				faults = append(faults, fault)
			}
		}
		above = append(above, layer)
	}
	return errors.Join(faults...)
}

// told reports whether faults has one that reads like fault: two layers may be
// built from the same options.
func told(faults []error, fault error) bool {
	return slices.ContainsFunc(faults, func(other error) bool { return other.Error() == fault.Error() })
}

func misplaced(upper, lower http.RoundTripper) error {
	up, low := placeOf(upper), placeOf(lower)
	switch {
	case up == AtRetry && low == AtRetry:
		return orderFault(upper, lower, "two retry loops multiply their attempts: remove one")
	case up == AtAttempt && low == AtLimit: // an observer may see the wait as part of the attempt
		return nil
	case up > low:
		return orderFault(upper, lower, low.why())
	}
	return nil
}

func orderFault(upper, lower http.RoundTripper, why string) error {
	return fmt.Errorf("transport: check order: %s is listed before %s: %s", layerName(upper), layerName(lower), why)
}

func placeOf(rt http.RoundTripper) Place {
	if p, ok := rt.(interface{ Place() Place }); ok {
		return p.Place()
	}
	return Anywhere
}
