package inspect

import (
	"net/http"
	"strconv"
	"time"
	"unsafe"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// An attempt is what is known of one attempt, guarded by its trip's mutex.
type attempt struct {
	begun   time.Duration // since its trip began
	took    time.Duration // until the response's headers or the error
	number  int32
	status  int32
	proto   proto
	leg     legs
	running bool
	phased  bool    // phases are known
	dropped bool    // request and response are not kept any more
	probe   *probe  // while it runs; nil without phases
	phases  *Phases // nil without a probe

	message message
	length  int64    // of the request's body, -1 if it is unknown
	failed  *failure // nil with a response

	request, response *capture // nil unless bodies are kept
}

// legs is which attempt of a hedge one is, counted from 1, or 0 if it belongs to none; with
// lostLeg if another attempt of the hedge had responded before it ended.
type legs uint8

const lostLeg legs = 1 << 7

// A failure is an error as it is kept. A nil failure is none.
type failure struct {
	class transport.ErrorClass
	err   string // with secrets masked
}

func (f *failure) get() (class transport.ErrorClass, err string) {
	if f == nil {
		return "", ""
	}
	return f.class, f.err
}

// bytes returns how much memory the failure takes.
func (f *failure) bytes() int {
	if f == nil {
		return 0
	}
	return int(unsafe.Sizeof(*f)) + len(f.err)
}

// Attempts returns the layer that sees the attempts. Give it to tripware.PerAttempt, which
// places it just above the base: there it sees what is sent. In a chain of your own, place it
// last. It does nothing for calls that did not go through the layer of [Inspector.Calls].
func (i *Inspector) Attempts() transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &attempts{Link: layer.NewLink("inspect.attempts", layer.AtBase, next, i.fault), in: i, dials: dials(next)}
	}
}

// dials reports whether the base is net/http's, which reports all phases.
func dials(rt http.RoundTripper) bool {
	all := transport.Layers(rt)
	_, ok := all[len(all)-1].(*http.Transport)
	return ok
}

type attempts struct {
	layer.Link

	in    *Inspector
	dials bool
}

func (l *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	if l.Fault() != nil {
		return nil, layer.Refuse(req, l.Fault())
	}
	ctx := req.Context()
	at, known := record.AttemptWith[*facts](ctx)
	node := record.NodeOf(ctx)
	t := known.find(l.in, node)
	if t == nil {
		return l.Send(req)
	}
	sent := record.Outgoing(req)
	own := sent != req // nobody else has it yet
	a := l.attempt(t, node, &at, &sent, own)
	if a == nil {
		resp, err := l.Send(sent)
		return layer.Restore(resp, req), err
	}
	returned := false
	defer func() {
		if !returned { // a layer below panicked
			t.sentAttempt(&l.in.config, a, sent, nil, nil)
		}
	}()
	resp, err := l.Send(sent)
	returned = true
	t.sentAttempt(&l.in.config, a, sent, resp, err)
	if sent != req {
		layer.Restore(resp, req)
	}
	if resp != nil && l.in.bodies > 0 {
		l.in.tapResponse(t, a, resp)
	}
	return resp, err
}

// attempt adds an attempt to t, or returns nil. It replaces the request to send if that is to be
// observed.
func (l *attempts) attempt(t *trip, node record.Node, at *record.Attempt, sent **http.Request, own bool) *attempt {
	if !l.in.phases && l.in.bodies == 0 {
		return t.attempt(node, at, *sent)
	}
	a := t.attempt(node, at, nil)
	if a == nil {
		return nil
	}
	*sent = l.observed(t, a, *sent, own)
	t.dispatch(a, *sent)
	return a
}

// observed returns the request to send, with a probe and a tap if they are wanted.
func (l *attempts) observed(t *trip, a *attempt, sent *http.Request, own bool) *http.Request {
	if l.in.phases {
		ctx := l.probe(t, a).trace(sent.Context())
		if own {
			*sent = *sent.WithContext(ctx)
		} else {
			sent, own = sent.WithContext(ctx), true
		}
	}
	if l.in.bodies > 0 && sent.Body != nil && sent.Body != http.NoBody {
		if !own {
			c := *sent
			sent = &c
		}
		l.in.tapRequest(t, a, sent)
	}
	return sent
}

func (l *attempts) probe(t *trip, a *attempt) *probe {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a.probe == nil {
		a.probe = &probe{}
	}
	a.probe.base, a.probe.dials = time.Now(), l.dials
	return a.probe
}

// sentAttempt notes the result of an attempt.
func (t *trip) sentAttempt(c *config, a *attempt, sent *http.Request, resp *http.Response, err error) {
	now := record.Now(sent.Context())
	var class transport.ErrorClass
	if err != nil {
		class = transport.ClassifyError(sent, err)
	}
	lost := record.IsLost(sent.Context())
	t.mu.Lock()
	defer t.mu.Unlock()
	if lost {
		a.leg |= lostLeg
	}
	given := t.given(sent)
	a.took, a.running, a.message = now.Sub(t.begun)-a.begun, false, c.withResponse(a.message, given, sent, resp)
	if a.probe != nil {
		a.took = time.Since(a.probe.base)
		if a.phases == nil {
			a.phases = &Phases{}
		}
		*a.phases, a.phased = a.probe.phases(a.took)
		a.probe = nil
	}
	if resp != nil {
		a.status, a.proto = int32(resp.StatusCode), protoOf(resp)
	}
	if err != nil {
		a.failed = &failure{class, errorText(t.call, err, credentials(given, sent))}
	}
}

// given returns the request above the credentials, which its caller may modify as soon as t is
// unlocked. A call that has returned, such as before a slow attempt of a hedge, has none, so
// all that is not certain counts as added.
func (t *trip) given(sent *http.Request) *http.Request {
	if t.req != nil {
		return t.req
	}
	return (&http.Request{Method: sent.Method}).WithContext(sent.Context())
}

// A proto is a version of HTTP.
type proto struct{ major, minor int16 }

func protoOf(resp *http.Response) proto { return proto{int16(resp.ProtoMajor), int16(resp.ProtoMinor)} }

// String returns the version as in HTTP/1.1, or the empty string if there is none, as in the
// response of a mock.
func (p proto) String() string {
	switch {
	case p == proto{1, 1}:
		return "HTTP/1.1"
	case p == proto{2, 0}:
		return "HTTP/2.0"
	case p.major == 0:
		return ""
	}
	return "HTTP/" + strconv.Itoa(int(p.major))
}

// bounded returns a short text as it is, and the beginning of a long one as a copy.
func bounded(text string) string {
	if len(text) <= maxHeader {
		return text
	}
	return string(appendText(nil, text, maxHeader))
}
