package inspect

import (
	"cmp"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
)

// A trip is what is known of one round trip of the outermost chain: of a call, or of one of
// the round trips of a typed call. While it runs it refers to its record and its request.
// When it ends, it drops them, so that what is kept is bounded.
type trip struct {
	in *Inspector

	// Guarded by the Inspector's mutex.
	next, prev *trip
	where      place
	holders    int8 // rings that keep it
	size       int

	// Written with the Inspector's mutex held. Running trips are counted in the order in which they
	// began, and ended ones in the order in which they ended.
	serial atomic.Uint64

	mu       sync.Mutex
	ended    bool // RoundTrip has returned
	dated    bool // the time of day of begun is exact: see date
	begun    time.Time
	node     record.Node     // nil if there is no record, or when RoundTrip has returned
	call     *transport.Call // the same
	req      *http.Request   // nil when RoundTrip has returned
	sent     *http.Request   // of the last attempt, the same
	passing  *passing        // until the response has its reader, or nil without phases
	id       string
	route    transport.Route
	attempts []*attempt // at most maxAttempts: the first and the last ones
	made     int        // number of all
	first    attempt    // its message is that of the call if there was no attempt
	room     [1]*attempt
	text     [inlined]byte // of the first attempt's message, if it fits
	retried  *retried      // nil if it had no waits, and its retries ended without a reason

	headed  time.Duration // until RoundTrip returned
	status  int
	outcome string
	failed  *failure // nil with a response

	body trail
	own  facts // if it is the first trip of its record
}

// A retried is what a trip with retries has when it has ended.
type retried struct {
	waits   []record.Wait // at most maxWaits: the first and the last ones
	waiting int           // number of all
	reason  string
}

// A phasedTrip is a trip with the phases of its first attempt, in one allocation.
type phasedTrip struct {
	trip

	phases Phases
}

// A passing holds what a trip with phases needs only while it runs, in one allocation: the
// probe of its first attempt and the reader of its response. The trip does not refer to it
// when it has returned, since hooks of other layers refer to the call.
type passing struct {
	probe  probe
	reader wholeReader
}

// inlined is how long the message of a common request is at most, in bytes.
const inlined = 336

// How many attempts and waits of a trip are kept: the first and the last ones.
const (
	maxAttempts = 16
	maxWaits    = 16
)

// appendBounded appends to a list of which the first and the last entries are kept.
func appendBounded[T any](list []T, v T, most int) []T {
	if len(list) < most {
		return append(list, v)
	}
	copy(list[most/2:], list[most/2+1:])
	list[most-1] = v
	return list
}

func (t *trip) isOf(in *Inspector, node record.Node) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.in == in && t.node == node
}

// newTrip returns the trip of a round trip that begins.
func (i *Inspector) newTrip(req *http.Request) *trip {
	var t *trip
	if i.phases {
		both := &phasedTrip{}
		t = &both.trip
		t.passing = &passing{}
		t.first.probe, t.first.phases = &t.passing.probe, &both.phases
	} else {
		t = &trip{}
	}
	ctx := req.Context()
	t.in, t.req = i, req
	t.node, t.call = record.NodeOf(ctx), transport.CallFrom(ctx)
	return t
}

// date corrects the time of day of the trip's beginning, unless it is exact.
func (t *trip) date(now func() time.Time) {
	if !t.dated {
		at := now()
		t.begun, t.dated = at.Add(-at.Sub(t.begun)), true
	}
}

// attempt adds an attempt of a node and returns it, or nil if the trip is not one that runs with
// that node. sent is its request if that is not modified any more, or nil: see dispatch.
func (t *trip) attempt(node record.Node, at *record.Attempt, sent *http.Request) *attempt {
	var freed int
	defer func() {
		if freed > 0 {
			t.in.giveBack(freed)
		}
	}()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.node != node {
		return nil
	}
	a := &t.first
	if t.made > 0 {
		a = &attempt{}
	} else {
		t.attempts = t.room[:0]
	}
	t.made++
	if a.number, a.leg, a.running = int32(at.Number), legs(min(at.Leg, int(lostLeg)-1)), true; !at.AtOnce {
		a.begun = time.Since(t.begun)
	}
	if len(t.attempts) == maxAttempts {
		freed = t.attempts[maxAttempts/2].drop()
	}
	t.attempts = appendBounded(t.attempts, a, maxAttempts)
	if sent != nil {
		a.dispatched(t, sent)
	}
	return a
}

// dispatch notes the request of an attempt, which is not modified any more.
func (t *trip) dispatch(a *attempt, sent *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a.dispatched(t, sent)
}

// dispatched describes the request before it is sent, since a base may modify the headers while
// somebody looks at the attempt.
func (a *attempt) dispatched(t *trip, sent *http.Request) {
	var room []byte
	if a == &t.first {
		room = t.text[:0]
	}
	a.message, a.length = t.in.newMessage(room, t.given(sent), sent), lengthOf(sent)
	t.sent = sent
}

// head notes that RoundTrip returned. It returns how many bytes the trip takes, and the memory
// for the response's reader, or nil.
func (t *trip) head(c *config, req *http.Request, resp *http.Response, err error) (size int, held *passing) {
	var class transport.ErrorClass
	if err != nil {
		class = transport.ClassifyError(req, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	tally := t.report()
	t.ended, t.headed, t.retried = true, tally.Now.Sub(t.begun), newRetried(&tally.Tally)
	if t.made == 0 {
		t.made = tally.Attempts // without the layer of attempts
		t.first.message = c.withResponse(c.newMessage(t.text[:0], req, req), req, req, resp)
	}
	t.id, t.route = tally.ID, transport.Route(tally.Route)
	if resp != nil {
		t.status = resp.StatusCode
		t.body.there, t.body.length = err == nil && hasBody(resp), resp.ContentLength
	}
	if err != nil {
		t.failed = &failure{class, errorText(t.call, err, credentials(req, cmp.Or(t.sent, req)))}
	}
	if !t.body.there {
		t.date(time.Now)
	}
	t.outcome = outcome(t.status, class, t.call.Expects(resp))
	held = t.passing
	t.node, t.call, t.req, t.sent, t.passing, t.first.probe = nil, nil, nil, nil, nil, nil
	return t.bytes(), held
}

// newRetried returns what is kept of the waits of a trip that has ended.
func newRetried(tally *record.Tally) *retried {
	if len(tally.Waits) == 0 && tally.Reason == "" {
		return nil
	}
	r := &retried{waiting: len(tally.Waits), reason: bounded(tally.Reason)}
	for _, w := range tally.Waits {
		w.Cause, w.Reason = bounded(w.Cause), bounded(w.Reason)
		r.waits = appendBounded(r.waits, w, maxWaits)
	}
	return r
}

// report returns what the trip has done. It is locked.
func (t *trip) report() record.Report {
	if trip, ok := t.node.(record.Trip); ok {
		return trip.Report()
	}
	return record.Report{ID: t.call.TransactionID(), Route: string(routeOf(t.call)), Now: time.Now()}
}

func routeOf(call *transport.Call) transport.Route {
	route, _ := transport.Fact[transport.Route](call)
	return route
}

// outcome returns how a call ended, as metrics.CallEvent does.
func outcome(status int, class transport.ErrorClass, expected bool) string {
	switch {
	case class == transport.ClassCanceled:
		return "canceled"
	case class != "":
		return "failure"
	case status < http.StatusBadRequest:
		return "success"
	case expected:
		return "expected"
	}
	return "failure"
}

// bytes returns how much memory the trip takes, without captured bodies. The trip is locked.
func (t *trip) bytes() int {
	size := int(unsafe.Sizeof(*t)) + len(t.id) + len(t.route) + t.failed.bytes() + t.body.failed.bytes()
	if len(t.attempts) == 0 {
		size += cap(t.first.message)
	}
	for _, a := range t.attempts {
		size += int(unsafe.Sizeof(*a)) + cap(a.message) + a.failed.bytes()
		if a.phases != nil {
			size += int(unsafe.Sizeof(*a.phases))
		}
	}
	if r := t.retried; r != nil {
		size += int(unsafe.Sizeof(*r)) + len(r.reason)
		for i := range r.waits {
			size += int(unsafe.Sizeof(r.waits[i])) + len(r.waits[i].Reason)
		}
	}
	return size
}

// drop forgets the captured bodies, and returns how many bytes they were.
func (t *trip) drop() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.attempts {
		n += a.drop()
	}
	return n
}

func (a *attempt) drop() int {
	a.dropped = true
	return a.request.drop() + a.response.drop()
}

// lengthOf returns the length of a request's body, or -1 if it is unknown.
func lengthOf(req *http.Request) int64 {
	if req.ContentLength == 0 && req.Body != nil && req.Body != http.NoBody {
		return -1
	}
	return max(req.ContentLength, -1)
}
