package opsgenietest

import "time"

// A base is what the states of all simulated APIs have in common. It is guarded by the
// engine's lock.
type base struct {
	clock    func() time.Time
	dice     *dice
	queue    *queue
	sequence int64 // of the last cursor or attachment id
}

func newBase(cfg *settings) *base {
	b := &base{clock: cfg.clock, dice: newDice(cfg.seed, 'w')}
	b.queue = &queue{now: b.now, clock: cfg.clock, polls: cfg.polls, delay: cfg.delay, byID: map[string]*job{}}
	return b
}

// now returns the time in the resolution of the API.
func (b *base) now() Time { return Time{b.clock().UTC().Truncate(time.Millisecond)} }

// next returns a new number for a cursor or an attachment id.
func (b *base) next() int64 {
	b.sequence++
	return b.sequence
}
