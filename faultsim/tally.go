package faultsim

import (
	"sync"
	"time"
)

const (
	bin       = 10 * time.Millisecond // how exactly the time of a request is kept
	perSecond = int(time.Second / bin)
	mostKeys  = 1000 // whose requests are counted; those of others count in the total only
)

// A tally counts what happens in a run. What it keeps grows with the simulated time and with
// the number of calls, which are bounded, and not with the number of requests.
type tally struct {
	mu      sync.Mutex
	closed  bool
	all     counts
	keys    map[string]*counts
	faults  map[string]*series // by second
	calls   []outcome
	skipped []time.Duration // when calls would have begun
}

func newTally() *tally { return &tally{keys: map[string]*counts{}, faults: map[string]*series{}} }

// An outcome is that of a call.
type outcome struct {
	begun, took time.Duration
	requests    uint32
	failed      bool
}

func (o outcome) end() time.Duration { return o.begun + o.took }

// A series has a number for each part of the time.
type series []uint32

func (s *series) at(i int) *uint32 {
	for len(*s) <= i {
		*s = append(*s, 0)
	}
	return &(*s)[i]
}

// sum adds up the numbers from one index to another, which is not included.
func (s series) sum(from, to int) (sum int) {
	for _, n := range s[min(from, len(s)):min(to, len(s))] {
		sum += int(n)
	}
	return sum
}

// counts are the requests of a key.
type counts struct {
	bins    series // requests in each bin
	peaks   series // the most requests at the same time, in each second
	flying  uint32
	settled int // the second up to which peaks has what was flying
}

// settle sets what was flying at the same time up to now.
func (c *counts) settle(now time.Duration) {
	for second := int(now / time.Second); c.settled <= second; c.settled++ {
		*c.peaks.at(c.settled) = c.flying
	}
}

func (c *counts) arrive(now time.Duration) {
	c.settle(now)
	*c.bins.at(int(now / bin))++
	c.flying++
	peak := c.peaks.at(int(now / time.Second))
	*peak = max(*peak, c.flying)
}

// arrive counts a request.
func (t *tally) arrive(now time.Duration, key, label string) (in [2]*counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return in
	}
	in[0] = &t.all
	if in[1] = t.keys[key]; in[1] == nil && len(t.keys) < mostKeys {
		in[1] = &counts{}
		t.keys[key] = in[1]
	}
	for _, c := range in {
		if c != nil {
			c.arrive(now)
		}
	}
	faults := t.faults[label]
	if faults == nil {
		faults = &series{}
		t.faults[label] = faults
	}
	*faults.at(int(now / time.Second))++
	return in
}

// leave counts the end of a request.
func (t *tally) leave(now time.Duration, in [2]*counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range in {
		if c != nil && !t.closed {
			c.settle(now)
			c.flying--
		}
	}
}

func (t *tally) call(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.calls = append(t.calls, o)
	}
}

func (t *tally) skip(at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.skipped = append(t.skipped, at)
	}
}

// close ends the counting: what happens later is not part of the run.
func (t *tally) close(now time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all.settle(now)
	for _, c := range t.keys {
		c.settle(now)
	}
	t.closed = true
}
