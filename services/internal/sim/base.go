package sim

import "time"

// A Base is what the states of all simulated APIs have in common. It is guarded by the
// engine's lock.
type Base struct {
	Clock    func() time.Time
	Dice     *Dice
	Queue    *Queue
	sequence int64 // of the last cursor or attachment id
}

func newBase(cfg *Settings) *Base {
	b := &Base{Clock: cfg.clock, Dice: newDice(cfg.Seed, 'w')}
	b.Queue = &Queue{now: b.Now, clock: cfg.clock, polls: cfg.polls, delay: cfg.delay, byID: map[string]*Job{}}
	return b
}

// Now returns the time in the resolution of the API.
func (b *Base) Now() Time { return Time{b.Clock().UTC().Truncate(time.Millisecond)} }

// Next returns a new number for a cursor or an attachment id.
func (b *Base) Next() int64 {
	b.sequence++
	return b.sequence
}
