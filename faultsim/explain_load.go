package faultsim

import (
	"math"
	"slices"
	"time"

	"github.com/tripware/tripware/transport/cost"
)

// A Load is the load of a server that is down, by [WithLoad]: every request fails with an error
// or a status that is retried, such as 503. Each client is supposed to have a budget and a limiter
// of its own; if clients share them, the load is lower. Redirects and resends of net/http are not
// included.
type Load struct {
	Calls   float64 // a second, of all clients together
	Clients int

	// Steady is the most requests a second when the budgets are empty, and the limiters and
	// breakers do what they can. Divided by Calls, it is what retries make of the load.
	Steady float64

	// Throttled is the most requests a second if the server responds with 429 to all, since such
	// retries do not draw on a budget.
	Throttled float64

	attempts   float64 // of a call
	multiplied float64
	draws      []cost.Draw
	rates      []cost.Limit
}

func newLoad(w *cost.WorstCase, s scene) *Load {
	l := &Load{
		Calls: s.perSecond, Clients: s.clients,
		attempts: float64(w.Requests), multiplied: float64(w.Multiplied), draws: w.Draws, rates: w.Limits,
	}
	throttled := *l
	throttled.multiplied = l.attempts
	throttled.rates = slices.DeleteFunc(slices.Clone(w.Limits), func(r cost.Limit) bool { return math.IsInf(r.Burst, 1) })
	l.Steady, l.Throttled = l.most(1, false), throttled.most(1, false)
	return l
}

// PerCall returns the number of requests for each call in an outage that lasts.
func (l *Load) PerCall() float64 { return l.Steady / l.Calls }

// First returns the most requests that can be sent in the first part of an outage, of length d,
// by calls that begin in it. The budgets and the buckets of the limiters are full then.
func (l *Load) First(d time.Duration) float64 { return l.most(d.Seconds(), true) }

// most returns the most requests in a number of seconds, at the beginning of an outage or later.
func (l *Load) most(seconds float64, first bool) float64 {
	calls, clients := l.Calls*seconds, float64(l.Clients)
	retries := 0.0
	for _, d := range l.draws {
		ratio, reserve, refill := d.Budget.Size()
		retries += ratio * calls * float64(d.Pays)
		if reserve > 0 {
			retries += clients * refill * seconds
		}
		switch {
		case !first:
		case ratio > 0:
			retries += clients * max(reserve, 1)
		default:
			retries += clients * reserve
		}
	}
	most := min(l.attempts*calls, l.multiplied*(calls+retries))
	for _, r := range l.rates {
		limit := clients * r.PerSecond * seconds
		if first {
			limit += clients * r.Burst
		}
		if !math.IsNaN(limit) {
			most = min(most, limit)
		}
	}
	return most
}
