package faultsim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Never is the time of what did not happen in a run. It is longer than any other time.
const Never time.Duration = math.MaxInt64

// A Result is what was counted in a run, or in a part of it: see [Result.Between]. A request
// is one that reached the network, whatever became of it there; a call is what a caller made,
// with all its retries. Requests are counted when they are sent, to 10 ms, and calls when they
// begin.
type Result struct {
	world    *world
	from, to time.Duration // calls that begin and requests that are sent here; to is not included
	calls    []outcome     // by their end
	took     []time.Duration
}

func newResult(w *world) *Result {
	slices.SortFunc(w.tally.calls, func(a, b outcome) int { return cmp.Or(cmp.Compare(a.end(), b.end()), cmp.Compare(a.begun, b.begun)) })
	return view(w, 0, w.end)
}

func view(w *world, from, to time.Duration) *Result {
	r := &Result{world: w, from: from, to: to}
	for _, o := range w.tally.calls {
		if o.begun >= from && o.begun < to {
			r.calls = append(r.calls, o)
			r.took = append(r.took, o.took)
		}
	}
	slices.Sort(r.took)
	return r
}

// Between returns the result of the part of the run from one time to another, which is not
// included: that of the requests that are sent and of the calls that begin in it. Times count
// from the beginning of the run.
func (r *Result) Between(from, to time.Duration) *Result {
	return view(r.world, max(from, r.from), min(to, r.to))
}

// Calls returns the number of calls.
func (r *Result) Calls() int { return len(r.calls) }

// Failed returns the number of calls that failed.
func (r *Result) Failed() (n int) {
	for _, o := range r.calls {
		if o.failed {
			n++
		}
	}
	return n
}

// Skipped returns the number of calls that were not made, since the caller was waiting for an
// earlier one.
func (r *Result) Skipped() (n int) {
	for _, at := range r.world.tally.skipped {
		if at >= r.from && at < r.to {
			n++
		}
	}
	return n
}

// Requests returns the number of requests, of the keys given or else of all: see [Sim.Key].
func (r *Result) Requests(keys ...string) (n int) {
	from, to := bins(r.from), bins(r.to)
	for _, c := range r.counts(keys) {
		n += c.bins.sum(from, to)
	}
	return n
}

// bins returns the number of bins until a time.
func bins(at time.Duration) int { return int((at + bin - 1) / bin) }

// seconds returns the number of seconds until a time, of which the last may be a part.
func seconds(at time.Duration) int { return int((at + time.Second - 1) / time.Second) }

// counts returns the counts of keys, or those of all requests if there are no keys.
func (r *Result) counts(keys []string) (found []*counts) {
	if len(keys) == 0 {
		return []*counts{&r.world.tally.all}
	}
	for _, key := range keys {
		if c := r.world.tally.keys[key]; c != nil {
			found = append(found, c)
		}
	}
	return found
}

// Amplification returns the number of requests for each call, or 0 if there is no call. 1
// means that there was no retry; what is above it is the load that retries add.
func (r *Result) Amplification() float64 {
	if len(r.calls) == 0 {
		return 0
	}
	return float64(r.Requests()) / float64(len(r.calls))
}

// MostRequests returns the number of requests of the call that had the most.
func (r *Result) MostRequests() (most int) {
	for _, o := range r.calls {
		most = max(most, int(o.requests))
	}
	return most
}

// P returns the time within which the given percentage of the calls ended, be it in an error:
// P(50) is the median, and P(100) the longest time of a call. It is 0 if there is no call.
func (r *Result) P(percent float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	rank := int(math.Ceil(percent / 100 * float64(len(r.took))))
	return r.took[min(max(rank, 1), len(r.took))-1]
}

// Peak returns the most requests that were sent within a window, wherever it begins, of the
// keys given or else of all. The window is rounded up to 10 ms.
func (r *Result) Peak(window time.Duration, keys ...string) (most int) {
	from, to, width := bins(r.from), bins(r.to), max(1, bins(window))
	sum := make(series, 0)
	for _, c := range r.counts(keys) {
		for i, n := range c.bins[min(from, len(c.bins)):min(to, len(c.bins))] {
			*sum.at(i) += n
		}
	}
	inside := 0
	for i, n := range sum {
		if inside += int(n); i >= width {
			inside -= int(sum[i-width])
		}
		most = max(most, inside)
	}
	return most
}

// InFlight returns the most requests that were on their way at the same time, of the keys
// given or else of all: for several keys, the sum of what was the most for each within a
// second. Seconds count as a whole.
func (r *Result) InFlight(keys ...string) (most int) {
	for _, s := range r.Seconds(keys...) {
		most = max(most, s.InFlight)
	}
	return most
}

// A Second is what was counted in one second of a run.
type Second struct {
	Requests int // sent in it
	InFlight int // the most requests at the same time: see [Result.InFlight]
	Calls    int // begun in it
	Failed   int // of these
}

// Seconds returns the figures for each second, in which requests of the keys given or else all
// are counted, and always all calls. The first is the second that contains the beginning of
// the result, and the last the one in which the last request or call of it was.
func (r *Result) Seconds(keys ...string) []Second {
	first := int(r.from / time.Second)
	var all []Second
	at := func(second int) *Second {
		for len(all) <= second-first {
			all = append(all, Second{})
		}
		return &all[second-first]
	}
	from, to := bins(r.from), bins(r.to)
	end := seconds(r.to)
	for _, c := range r.counts(keys) {
		for i, n := range c.bins[min(from, len(c.bins)):min(to, len(c.bins))] {
			if n > 0 {
				at((from + i) / perSecond).Requests += int(n)
			}
		}
		for second := first; second < min(end, len(c.peaks)); second++ {
			if c.peaks[second] > 0 {
				at(second).InFlight += int(c.peaks[second])
			}
		}
	}
	for _, o := range r.calls {
		s := at(int(o.begun / time.Second))
		if s.Calls++; o.failed {
			s.Failed++
		}
	}
	return all
}

// Faults returns how many requests met each fault, by its name in a script such as "503" or
// "slow=1s". Those without a fault are under "ok", and those that a bucket rejected under
// "bucket". Seconds count as a whole.
func (r *Result) Faults() map[string]int {
	found := map[string]int{}
	from, to := int(r.from/time.Second), seconds(r.to)
	for label, s := range r.world.tally.faults {
		if n := s.sum(from, to); n > 0 {
			found[label] = n
		}
	}
	return found
}

// Recovery returns how long after the end of an outage the first call succeeded, and how long
// after it the last one failed, so that from then on all succeeded. An outage is a part of the
// script, or of that of a host, with faults. Of several outages the longest times count; the
// steady one is about the time until the next outage. Without an outage both are 0. What did
// not happen in the run is [Never]: an outage that did not end, a success after it, or a
// success after the last failure.
func (r *Result) Recovery() (first, steady time.Duration) {
	for _, healthy := range r.healthy() {
		one, all := r.recovered(healthy.from, healthy.to)
		first, steady = max(first, one), max(steady, all)
	}
	return first, steady
}

// healthy returns what follows each outage in the time of the result, until the next one.
func (r *Result) healthy() (found []span) {
	for _, script := range r.world.scripts() {
		outages := script.outages(r.world.length)
		for i, outage := range outages {
			next := r.world.end
			if i+1 < len(outages) {
				next = outages[i+1].from
			}
			if outage.from < r.to && outage.to >= r.from {
				found = append(found, span{outage.to, next})
			}
		}
	}
	return found
}

// recovered returns when calls succeeded after an outage, until the next one begins.
func (r *Result) recovered(end, next time.Duration) (first, steady time.Duration) {
	first, last, ok := Never, time.Duration(0), false
	for _, o := range r.calls {
		switch at := o.end(); {
		case at < end || at >= next:
		case o.failed:
			last, ok = at-end, false
		default:
			first, ok = min(first, at-end), true
		}
	}
	if !ok {
		return first, Never
	}
	return first, last
}

// String returns the figures of the result in a few lines.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d calls, %d requests: %.2f for each call, at most %d; %s of the calls failed\n",
		r.Calls(), r.Requests(), r.Amplification(), r.MostRequests(), percent(r.Failed(), r.Calls()))
	fmt.Fprintf(&b, "calls took %s (p50), %s (p90), %s (p99), at most %s\n",
		brief(r.P(50)), brief(r.P(90)), brief(r.P(99)), brief(r.P(100)))
	fmt.Fprintf(&b, "requests: at most %d in a second, %d at the same time\n", r.Peak(time.Second), r.InFlight())
	if n := r.Skipped(); n > 0 {
		fmt.Fprintf(&b, "%d calls were not made, since their caller was waiting for earlier ones\n", n)
	}
	if first, steady := r.Recovery(); len(r.healthy()) > 0 {
		fmt.Fprintf(&b, "after an outage the first call succeeded within %s, and all succeeded after %s\n", brief(first), brief(steady))
	}
	return b.String()
}
