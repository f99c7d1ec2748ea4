// Package cost lets the layers of a chain say what a call costs at most: how many requests, how
// long it waits, and which budgets bound that. Package faultsim asks them; see faultsim.Explain.
//
// A decorator of yours takes part by the method of [Explainer].
package cost

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tripware/tripware/transport/layer"
)

// Forever is a time without a limit, in a [WorstCase].
const Forever time.Duration = math.MaxInt64

// An Explainer is a layer that can say what it does to a call at most. faultsim.Explain asks
// the layers of a chain in turn, from the base to the outermost one. A layer that only
// observes, or that adds headers, need not be one if it has a place in the order of layers.
type Explainer interface {
	// Explain changes w from the worst case of a request that the layer sends on to that of a
	// request that the layer gets, and sets Does and Settings. It must not keep w, send
	// anything or spend anything.
	Explain(w *WorstCase)
}

// A WorstCase is what a request costs at most: that of a call whose attempts all fail, and as
// late as possible. A layer changes what it affects and leaves the rest as it is. Times are not
// negative, and [Forever] if there is no limit.
type WorstCase struct {
	Does     string    // what the layer does, in a few words
	Settings []Setting // of the layer
	Warnings []string  // what is likely to be a mistake; each layer may add some

	Hint time.Duration // the longest wait for which servers ask; Forever if any. Layers do not change it.

	Requests   int // the requests to the base
	Renewals   int // further requests that the loop above makes, or if there is none the layer: with a new credential after a 401
	Renewed    int // those that a loop below makes; Requests does not include them
	Multiplied int // of Requests, how many there are if no budget has anything left

	Refused time.Duration // the longest time for which a layer below refuses attempts: see retry.PostponedError
	Turn    time.Duration // waits for a turn, which the time limits of a retry loop bound and its attempt timeout does not
	Held    time.Duration // other waits that the attempt timeout does not include
	Send    time.Duration // the rest: from sending the request to the response's header, or to an error
	Pause   time.Duration // the longest wait before an attempt of a loop below, with Turn and Held
	Pauses  time.Duration // all of them together, with those before the first attempt
	Within  time.Duration // limit of the whole time until the header
	Body    time.Duration // limit of the time until the body has been read

	Draws   []Draw    // the budgets of all requests but those of Multiplied
	Pending []Pending // as RepeatPending leaves them
	Limits  []Limit   // limits of the requests of all calls together; all of them hold
	PerCall bool      // the retries of the loop are counted for all round trips of a record: see retry.WithRetriesPerCall
}

// A Setting is a name and a value, as "attempt timeout" and "10s".
type Setting struct{ Name, Value string }

// A Limit limits the requests of a chain to one host: at most Burst, and PerSecond more for
// each second. A Burst of +Inf stands for a limit that begins after a while and holds only
// while the server fails, but not while it throttles, such as that of a circuit breaker.
type Limit struct{ PerSecond, Burst float64 }

// A Draw is a budget on which further requests draw, and how often a call pays for it at most.
type Draw struct {
	Budget *layer.Budget
	Pays   int
}

// A Pending layer sends a request up to Times times, and draws on the budget of the retry loop
// above, or on its own if there is none.
type Pending struct {
	Times int
	Own   *layer.Budget
}

// Set adds a setting. [Forever] is written as no limit, and a *[layer.Budget] with its size.
func (w *WorstCase) Set(name string, value any) {
	text := fmt.Sprint(value)
	switch v := value.(type) {
	case time.Duration:
		text = brief(v)
	case *layer.Budget:
		if text = "none"; v != nil {
			ratio, reserve, refill := v.Size()
			text = fmt.Sprintf("%g %% of the calls, and a reserve of %g that refills at %g a second", 100*ratio, reserve, refill)
		}
	}
	w.Settings = append(w.Settings, Setting{name, text})
}

// brief is the text of a duration without the parts that are zero, as in 2m instead of 2m0s.
func brief(d time.Duration) string {
	if d == Forever {
		return "no limit"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Waits returns all waits together.
func (w *WorstCase) Waits() time.Duration { return min(Sum(w.Pauses, w.Turn, w.Held), w.Within) }

// Time returns the time until the response's header, or until an error.
func (w *WorstCase) Time() time.Duration {
	return min(Sum(w.Pauses, w.Turn, w.Held, w.Send), w.Within)
}

// Repeat multiplies the requests by n, as a layer does that sends a request up to n times. The
// further ones draw on b, for which each request to the layer pays; with a nil b, they draw on
// no budget.
func (w *WorstCase) Repeat(n int, b *layer.Budget) {
	if n <= 1 {
		return
	}
	w.Requests = Times(w.Requests, n)
	w.draw(n, b)
}

func (w *WorstCase) draw(n int, b *layer.Budget) {
	if b == nil {
		w.Multiplied = Times(w.Multiplied, n)
	}
	known := b == nil
	for i := range w.Draws {
		d := &w.Draws[i]
		if d.Budget == b { // the outermost layer pays
			known, d.Pays = true, 1
		} else {
			d.Pays = Times(d.Pays, n)
		}
	}
	if !known {
		w.Draws = append(w.Draws, Draw{b, 1})
	}
}

// RepeatPending is Repeat for a layer that draws on the budget of the retry loop above, or, if
// there is none, on its own.
func (w *WorstCase) RepeatPending(n int, own *layer.Budget) {
	if n > 1 {
		w.Requests = Times(w.Requests, n)
		w.Pending = append(w.Pending, Pending{n, own})
	}
}

// Settle lets pending layers draw on b: a retry loop calls it before Repeat. If b is nil, they
// draw on no budget.
func (w *WorstCase) Settle(b *layer.Budget) {
	for _, p := range w.Pending {
		w.draw(p.Times, b)
	}
	w.Pending = nil
}

// SettleOwn lets pending layers draw on their own budgets, and make the requests of Renewals
// themselves, since there is no retry loop above them.
func (w *WorstCase) SettleOwn() {
	if w.Renewals > 0 {
		w.Send, w.Renewed, w.Renewals = Times(w.Send, 2), Sum(w.Renewed, w.Renewals), 0
	}
	for _, p := range w.Pending {
		w.draw(p.Times, p.Own)
	}
	w.Pending = nil
}

// Sum returns the sum of numbers or durations that are not negative, or the largest value if
// it would overflow, which for durations is [Forever].
func Sum[N int | time.Duration](ns ...N) (sum N) {
	for _, n := range ns {
		if n > largest[N]()-sum {
			return largest[N]()
		}
		sum += n
	}
	return sum
}

// Times returns n times d, neither of which is negative, or the largest value if it would
// overflow.
func Times[N int | time.Duration](d N, n int) N {
	if n > 0 && d > largest[N]()/N(n) {
		return largest[N]()
	}
	return d * N(n)
}

func largest[N int | time.Duration]() N {
	most := int64(math.MaxInt64)
	if any(N(0)) == any(0) { // an int, which may have 32 bits
		most = math.MaxInt
	}
	return N(most)
}
