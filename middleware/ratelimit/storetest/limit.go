package storetest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// limit lets members ask in random interleavings, with restarts and jumps of the clock, and
// checks that at no time more turns could have been used than the rate allows until then, and
// one burst for the start, each restart and each jump.
func limit(t *testing.T, b *bench) {
	asks, turns, used := 0, 0, 0.0
	for seed := range uint64(b.Interleavings) {
		r := &random{bench: b, t: t, Rand: rand.New(rand.NewPCG(seed, 0)), key: b.key()}
		r.play()
		asks, turns, used = asks+r.asks, turns+len(r.given), used+r.used
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
	used /= float64(b.Interleavings)
	t.Logf("%d interleavings, %d asks, %d turns, at most %.2f of the limit on average", b.Interleavings, asks, turns, used)
	least := 0.5
	if b.Restart != nil && b.Jump != nil { // each allows a burst, of which a good store gives none
		least = 0.25
	}
	if used < least {
		t.Errorf("only %.2f of the limit was used: the store gives too few turns, or the test does not reach the limit", used)
	}
}

// random is one interleaving.
type random struct {
	*bench
	*rand.Rand

	t       *testing.T
	key     string
	rates   []ratelimit.Rate
	members []*holder
	given   []time.Time // when each turn that was not given back may be used
	begun   time.Time
	objects bool // the server refuses attempts
	extra   int  // bursts beyond the first
	asks    int
	used    float64 // the largest part of what the rate allows
}

// A holder is a member with its turns.
type holder struct {
	*member

	turns []time.Time
}

func (r *random) play() {
	r.rates = [][]ratelimit.Rate{
		{{PerSecond: 100, Burst: 10}}, {{PerSecond: 20, Burst: 1}}, {{PerSecond: 200, Burst: 50}},
		{{PerSecond: 50, Burst: 5}, {PerSecond: 30, Burst: 20}},
	}[r.IntN(4)]
	r.begun, r.objects = r.Now(), r.IntN(3) == 0
	for i := range 1 + r.IntN(5) {
		h := &holder{member: r.member(r.t, r.key, strconv.Itoa(i))}
		r.members = append(r.members, h)
		r.one(h, ratelimit.Ask{Want: 1, Horizon: ahead}) // a store that forgot cannot tell a new member from a first one
	}
	gap := float64([]time.Duration{5 * time.Millisecond, 15 * time.Millisecond, 40 * time.Millisecond}[r.IntN(3)])
	for range 60 {
		r.Advance(time.Duration(r.ExpFloat64() * gap))
		switch p := r.Float64(); {
		case p < 0.02 && r.Restart != nil:
			r.Restart()
			r.extra++
		case p < 0.04 && r.Jump != nil:
			jump := time.Duration((r.Float64()*2 - 1) * 5e9)
			r.Jump(jump)
			r.extra++
		default:
			h := r.members[r.IntN(len(r.members))]
			r.one(h, r.random(h))
		}
	}
	r.check()
}

// random returns a random ask.
func (r *random) random(h *holder) ratelimit.Ask {
	ask := ratelimit.Ask{
		Want: r.IntN(12), Spare: r.IntN(4), Back: min(r.IntN(4), len(h.turns)), Alone: r.IntN(2),
		Horizon: ahead - time.Duration(r.IntN(400))*time.Millisecond,
	}
	switch n := r.IntN(20); {
	case n == 0 && r.objects:
		ask.Refused = refusal(1+r.IntN(3), time.Duration(r.IntN(1500))*time.Millisecond, time.Duration(r.IntN(100))*time.Millisecond)
	case n == 1:
		ask = ratelimit.Ask{Leave: true, Back: len(h.turns)}
	}
	return ask
}

// one lets a member ask. Turns that it gives back were not used.
func (r *random) one(h *holder, ask ratelimit.Ask) {
	ask.Rates = r.rates
	kept := len(h.turns) - ask.Back
	h.turns = h.turns[:kept:kept]
	begun := r.Now()
	lease := h.ask(ask)
	r.asks++
	for _, in := range lease.Turns {
		h.turns = append(h.turns, begun.Add(in))
	}
	slices.SortFunc(h.turns, time.Time.Compare)
	used := 0 // turns of the past are used, and cannot be given back
	for used < len(h.turns) && !h.turns[used].After(begun) {
		used++
	}
	r.given = append(r.given, h.turns[:used]...)
	h.turns = h.turns[used:]
}

func (r *random) check() {
	for _, h := range r.members {
		r.given = append(r.given, h.turns...)
		h.turns = nil
	}
	slices.SortFunc(r.given, time.Time.Compare)
	for _, rate := range r.rates {
		for i, at := range r.given {
			allowed := float64(rate.Burst*(1+r.extra)) + rate.PerSecond*(at.Sub(r.begun)+2*r.Tolerance).Seconds() + 1e-3
			if n := float64(i + 1); n > allowed {
				r.t.Errorf("%.0f turns in %s at %+v with %d bursts: at most %.1f", n, at.Sub(r.begun), rate, 1+r.extra, allowed)
				return
			}
			r.used = max(r.used, float64(i+1)/allowed)
		}
	}
}
