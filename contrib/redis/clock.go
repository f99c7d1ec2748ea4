package redis

import "time"

// A state is what the store keeps in [ratelimit.Lease].State.
type state struct {
	life  string // the account that the lease is of
	moved int64  // how often its times were moved because of a slip

	// How far the clock of the server is ahead of the local one: between low and high seconds,
	// as of the local time at.
	known     bool
	low, high float64
	at        time.Duration

	// By how much the clock of the server was set forward: a jump kept the script from giving
	// a lease, while a slip was too small for that.
	jump, slip float64
}

// drift is by how much one clock may run faster than the other. A clock that is being
// adjusted differs by at most 0.0005.
const drift = 0.001

// seen returns the state after a script that was sent and whose reply arrived at these local
// times ran at this time of the server, and by how much the clock of the server was set
// forward.
func (s state) seen(sent, arrived time.Duration, clock float64) (after state, jump float64) {
	low, high := clock-arrived.Seconds(), clock-sent.Seconds()
	if s.known {
		aged := drift * (arrived - s.at).Seconds()
		was, most := s.low-aged, s.high+aged
		switch {
		case low > most:
			jump = high - was
		case high < was: // it was set back, which the script sees by itself
		default:
			low, high = max(low, was), min(high, most)
		}
	}
	s.known, s.low, s.high, s.at = true, low, high, arrived
	return s, jump
}

// leased returns the state after a lease.
func (s state) leased(r *reply, slip float64) state {
	s.life, s.moved, s.jump, s.slip = r.life, r.moved, 0, slip
	return s
}

// void returns the time of the server after which nobody waits for the script, if nobody does
// at this local time. Without an earlier reply it is 0: then the script only says the time.
func (s state) void(end time.Duration) float64 {
	if !s.known {
		return 0
	}
	return end.Seconds() + s.low - drift*(end-s.at).Seconds()
}
