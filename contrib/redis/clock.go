package redis

import "time"

// A state is what the store keeps in [ratelimit.Lease].State.
type state struct {
	life string // the account that the lease is of

	// How far the clock of the server is ahead of the local one: between low and high seconds,
	// as of the local time at. jump is by how much it was set forward, as long as the script
	// has not been told.
	known     bool
	low, high float64
	at        time.Duration
	jump      float64
}

// drift is by how much one clock may run faster than the other. A clock that is being
// adjusted differs by at most 0.0005.
const drift = 0.001

// seen returns the state after a script that was sent and whose reply arrived at these local
// times ran at this time of the server.
func (s state) seen(sent, arrived time.Duration, clock float64) state {
	low, high := clock-arrived.Seconds(), clock-sent.Seconds()
	if s.known {
		aged := drift * (arrived - s.at).Seconds()
		was, most := s.low-aged, s.high+aged
		switch {
		case low > most: // the clock was set forward
			s.jump += high - was
		case high < was: // it was set back, which the script sees by itself
			s.jump = 0
		default:
			low, high = max(low, was), min(high, most)
		}
	}
	s.known, s.low, s.high, s.at = true, low, high, arrived
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
