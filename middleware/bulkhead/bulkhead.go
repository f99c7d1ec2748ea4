// Package bulkhead limits how many calls run at the same time, so that a slow server cannot
// take all connections, goroutines and memory of a program.
//
// For most uses pass a bulkhead from [NewBulkhead] to tripware.WithBulkhead, or to [New] in a
// chain of your own:
//
//	client, err := tripware.New(tripware.WithBulkhead(bulkhead.NewBulkhead(64)))
//
// An attempt takes a permit of its key, by default one of its host, and holds it until the
// body of its response is closed or read to its end, or until it fails. If all permits are
// taken, attempts wait in a queue, in order of arrival.
//
// A limiter (package ratelimit) bounds how many requests are sent in a second. A bulkhead
// bounds how many are running, however long each takes.
package bulkhead

import (
	"net/http"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// New returns a middleware that makes each attempt take a permit of b. Place it below the
// retry loop, so that a call does not hold a permit while it waits for its next attempt, and
// above the limiter. A nil b adds no layer.
//
// An attempt that cannot have a permit is refused with a [*FullError]: at once, if too many
// attempts are waiting ([WithMaxQueue], [WithoutQueue]), or after it has waited as long as
// [WithMaxWait] or the time limit of the retry loop allow. A further attempt of a hedge does
// not wait. If its context ends while it waits,
// the error matches ctx.Err() and context.Cause; if the deprecated Request.Cancel is closed,
// it matches context.Canceled. These attempts are not sent, and the retry loop does not retry
// them.
//
// The wait does not count against the timeout of the attempt (see [layer.Clock]). It is
// recorded when it begins, without a planned duration, and afterwards with its actual one; its
// cause is [transport.WaitBulkhead]. A refusal has the class [transport.ClassBulkheadFull],
// and the retry loop stores the reason retry.ReasonBulkhead.
//
// A layer below that sends requests through the same bulkhead, such as for a token, needs
// another permit for each. Give it a client of its own, or a key of its own.
//
// If the bulkhead has invalid settings, the layer refuses every call, and [transport.Check]
// reports it.
func New(b *Bulkhead) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		if b == nil {
			return next
		}
		return &gate{Link: layer.NewLink("bulkhead", layer.AtBulkhead, next, b.Fault()), bulkhead: b}
	}
}

type gate struct {
	layer.Link

	bulkhead *Bulkhead
}

// Bulkhead returns the bulkhead of the layer.
func (g *gate) Bulkhead() *Bulkhead { return g.bulkhead }

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if g.Fault() != nil {
		return nil, layer.Refuse(req, g.Fault())
	}
	p, err := g.bulkhead.enter(req)
	if err != nil {
		return nil, layer.Refuse(req, err)
	}
	handed := false
	defer func() {
		if !handed { // also when a layer below panics
			p.release()
		}
	}()
	resp, err := g.Send(req)
	if err != nil {
		return nil, err
	}
	handed = p.holdUntilRead(resp)
	return resp, nil
}
