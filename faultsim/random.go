package faultsim

import (
	"math/rand/v2"
	"sync"
)

// The streams of randomness. Each is derived from the seed and from what it belongs to, so
// that none depends on how many numbers others have drawn.
const (
	streamRand    = iota // what Sim.Rand returns
	streamOffset         // when a caller begins
	streamCall           // what the layers of a call draw
	streamRequest        // the fault and the latency of a request
)

// mix returns a number that is derived from all parts, by rounds of SplitMix64.
func mix(parts ...uint64) uint64 {
	var z uint64
	for _, part := range parts {
		z += part + 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
	}
	return z
}

// A source is a rand.Source that is safe for concurrent use.
type source struct {
	mu  sync.Mutex
	pcg rand.PCG
}

func newSource(parts ...uint64) *source {
	s := &source{}
	s.seed(parts...)
	return s
}

func (s *source) seed(parts ...uint64) {
	z := mix(parts...)
	s.pcg.Seed(z, mix(z))
}

func (s *source) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pcg.Uint64()
}
