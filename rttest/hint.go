package rttest

import (
	"net/http"
	"time"
)

func hintChecks() []*check {
	return []*check{{Check: Check{
		Name: "retry-hint-is-a-floor", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After of 1 is waited for: no attempt begins earlier",
		Why:      "RFC 9110 section 10.2.3: it says how long to wait; who comes earlier is turned away again, or barred",
	}, unless: unlessHints(time.Second), run: hintIsAFloor}, {Check: Check{
		Name: "retry-hint-dates", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After in each of the three forms of an HTTP date is waited for",
		Why:      "RFC 9110 section 5.6.7: a recipient of a date must accept all three formats",
	}, unless: unlessHints(2 * time.Second), run: hintDates}, {Check: Check{
		Name: "retry-hint-of-an-hour", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After of an hour does not freeze the call: it ends, or waits no longer than MaxWait",
		Why:      "a server may not decide how long the caller's program stands still",
	}, unless: func(c *config) string {
		if c.retry.MaxWait >= time.Hour {
			return "the decorator claims to wait as long as that"
		}
		return ""
	}, run: func(s *scene) { longHint(s, "3600") }}, {Check: Check{
		Name: "retry-hint-overflow", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After too large for a number neither freezes the call nor makes it retry without a wait",
		Why:      "seconds times a billion wrap around to a negative wait: the client then hammers a server that asked for rest",
	}, unless: needWait(1), run: hintOverflow}, {Check: Check{
		Name: "retry-hint-garbage", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After that is negative, fractional, past or no number is no reason to stop, or to wait longer than MaxWait",
		Why:      "RFC 9110 section 10.2.3 allows seconds and dates; the rest says nothing",
	}, run: hintGarbage}}
}

func unlessHints(d time.Duration) func(*config) string {
	return func(c *config) string {
		if !c.retry.Hints {
			return "the decorator does not claim to follow Retry-After"
		}
		return needWait(d)(c)
	}
}

// hinted lets the first answer carry a hint, and returns the wait after it.
func hinted(s *scene, hint string) (wait time.Duration, ok bool) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number == 1 {
			return respond(a, s.retry.Statuses[0], "wait", "Retry-After", hint), nil
		}
		return respond(a, http.StatusOK, "hello"), nil
	})
	s.finish(s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil)))
	gaps := base.gaps()
	if len(gaps) == 0 {
		s.failf("after Retry-After: %s there was no second attempt", hint)
		return 0, false
	}
	return gaps[0], true
}

func hintIsAFloor(s *scene) {
	for range 5 { // a draw may be long enough by chance
		if wait, ok := hinted(s, "1"); ok && wait < time.Second {
			s.failf("after Retry-After: 1 it waited %v", wait)
		}
	}
}

func hintDates(s *scene) {
	for _, layout := range []string{http.TimeFormat, time.RFC850, time.ANSIC} {
		if layout == time.RFC850 {
			layout = "Monday, 02-Jan-06 15:04:05 GMT"
		}
		for range 3 {
			begun := time.Now()
			at := begun.Add(2 * time.Second).UTC().Truncate(time.Second)
			hint := at.Format(layout)
			if wait, ok := hinted(s, hint); ok && wait < at.Sub(begun) {
				s.failf("after Retry-After: %s it waited %v, not %v", hint, wait, at.Sub(begun))
			}
		}
	}
}

// longHint lets every answer carry a hint that is longer than may be waited.
func longHint(s *scene, hint string) {
	base := s.base(always(s.retry.Statuses[0], "Retry-After", hint))
	r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
	s.finish(r)
	for i, gap := range base.gaps() {
		if gap > s.retry.MaxWait+time.Second {
			s.failf("after Retry-After: %s it waited %v before attempt %d", hint, gap, i+2)
		}
	}
	if bound := time.Duration(s.retry.Max) * (s.retry.MaxWait + time.Second); r.took > bound {
		s.failf("after Retry-After: %s the call took %v; %v would be in order", hint, r.took, bound)
	}
}

func hintOverflow(s *scene) {
	for _, hint := range []string{"9223372037", "9223372036854775807", "18446744073709551615", "99999999999999999999999"} {
		base := s.base(always(s.retry.Statuses[0], "Retry-After", hint))
		r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
		s.finish(r)
		for i, gap := range base.gaps() {
			if gap <= 0 {
				s.failf("after Retry-After: %s it did not wait before attempt %d", hint, i+2)
			}
			if gap > s.retry.MaxWait+time.Second {
				s.failf("after Retry-After: %s it waited %v before attempt %d", hint, gap, i+2)
			}
		}
	}
}

func hintGarbage(s *scene) {
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	for _, hint := range []string{"-1", "-9223372036854775808", "1.5", "soon", "", "one hour", "0x10", past} {
		base := s.base(always(s.retry.Statuses[0], "Retry-After", hint))
		r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
		s.finish(r)
		if n := len(base.seen()); n != s.retry.Max+1 {
			s.failf("after Retry-After: %q it sent the request %d times, not %d", hint, n, s.retry.Max+1)
		}
		for i, gap := range base.gaps() {
			if gap > s.retry.MaxWait+time.Second {
				s.failf("after Retry-After: %q it waited %v before attempt %d", hint, gap, i+2)
			}
		}
	}
}
