package main

import (
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/middleware/retry"
)

// An algorithm computes the waits of a client.
type algorithm struct {
	name      string
	base      time.Duration // as retry.WithBaseDelay takes it: the first ceiling
	seeded    func(backoff.Source) retry.Backoff
	published outcome // at 100 clients
}

// algorithms returns the article's algorithms, beginning with the retry loop's default.
// The article's ceiling before retry n is 5 ms · 2^n and this module's is
// base · 2^(n-1), so the base is 10 ms; a decorrelated wait begins with 5 ms.
//
// Except for the seed, they are the same as retry.FullJitter, retry.EqualJitter,
// retry.Decorrelated and a base delay of zero.
func algorithms() []algorithm {
	const ms = time.Millisecond
	return []algorithm{
		{"full jitter", 10 * ms, func(draw backoff.Source) retry.Backoff {
			return func(s retry.Step) time.Duration { return draw(s.Ceiling) }
		}, outcome{797, 4_936 * ms}},
		{"equal jitter", 10 * ms, func(draw backoff.Source) retry.Backoff {
			return func(s retry.Step) time.Duration { return backoff.Equal(draw, s.Ceiling) }
		}, outcome{811, 6_614 * ms}},
		{"decorrelated", 5 * ms, func(draw backoff.Source) retry.Backoff {
			return func(s retry.Step) time.Duration { return backoff.Decorrelated(draw, s.Base, s.Max, s.Last) }
		}, outcome{997, 4_518 * ms}},
		{"no jitter", 10 * ms, func(backoff.Source) retry.Backoff {
			return func(s retry.Step) time.Duration { return s.Ceiling }
		}, outcome{1_863, 63_718 * ms}},
		{"no wait", 10 * ms, func(backoff.Source) retry.Backoff {
			return func(retry.Step) time.Duration { return 0 }
		}, outcome{2_427, 2_039 * ms}},
	}
}
