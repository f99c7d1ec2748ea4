package inspect

import (
	"slices"
	"sync"

	"github.com/tripware/tripware/internal/record"
)

// facts is what the layers of this package add to the record of a call.
type facts struct {
	alone   *trip    // the only one
	several *several // or there are several: see enter
}

// A several is the trips of a record.
type several struct {
	mu    sync.Mutex
	trips []*trip // at most maxTrips: the first and the last ones
}

const maxTrips = 32

func (s *several) add(t *trip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trips = appendBounded(s.trips, t, maxTrips)
}

// find returns the running trip of an Inspector with a node, or nil. It may also return one of
// the Inspector that does not run or has another node: see trip.attempt.
func (f *facts) find(in *Inspector, node record.Node) *trip {
	switch {
	case f == nil:
		return nil
	case f.several == nil && f.alone.in == in: // the usual case
		return f.alone
	case f.several == nil:
		return nil
	}
	f.several.mu.Lock()
	defer f.several.mu.Unlock()
	for _, t := range slices.Backward(f.several.trips) {
		if t.isOf(in, node) {
			return t
		}
	}
	return nil
}

func (f *facts) all() []*trip {
	switch {
	case f == nil:
		return nil
	case f.several == nil:
		return []*trip{f.alone}
	}
	f.several.mu.Lock()
	defer f.several.mu.Unlock()
	return slices.Clone(f.several.trips)
}
