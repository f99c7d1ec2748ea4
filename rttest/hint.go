package rttest

import (
	"net/http"
	"time"
)

func hintChecks() []*check {
	return []*check{{Check: Check{
		Name: "retry-hint-is-a-floor", Promise: "R6", Claim: ClaimRetries,
		Sentence: "after Retry-After: 1 no attempt begins earlier than that",
		Why:      "RFC 9110 section 10.2.3: it says how long to wait; an earlier request is refused again, or the client is blocked",
	}, unless: unlessHints(time.Second), run: hintIsAFloor}, {Check: Check{
		Name: "retry-hint-dates", Promise: "R6", Claim: ClaimRetries,
		Sentence: "the decorator waits for a Retry-After in each of the three forms of an HTTP date",
		Why:      "RFC 9110 section 5.6.7: a recipient of a date must accept all three formats",
	}, unless: unlessHints(2 * time.Second), run: hintDates}, {Check: Check{
		Name: "retry-hint-of-an-hour", Promise: "R6", Claim: ClaimRetries,
		Sentence: "after a Retry-After of an hour, the call ends or waits no longer than MaxWait",
		Why:      "a server must not decide how long the caller's program is blocked",
	}, unless: func(c *config) string {
		if c.retry.MaxWait >= time.Hour {
			return "the decorator claims to wait that long"
		}
		return ""
	}, run: func(s *scene) { longHint(s, "3600") }}, {Check: Check{
		Name: "retry-hint-overflow", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After that overflows neither blocks the call nor makes it retry without a wait",
		Why:      "seconds times a billion may wrap around to a negative wait, and the client then floods a server that asked for a pause",
	}, unless: needWait(1), run: hintOverflow}, {Check: Check{
		Name: "retry-hint-garbage", Promise: "R6", Claim: ClaimRetries,
		Sentence: "a Retry-After that is negative, fractional, in the past or not a number neither ends the retries nor exceeds MaxWait",
		Why:      "RFC 9110 section 10.2.3 allows seconds and dates; other values are invalid",
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

// hinted sends a hint with the first response, and returns the wait after it.
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
	for range 5 { // one random wait may be long enough by chance
		if wait, ok := hinted(s, "1"); ok && wait < time.Second {
			s.failf("after Retry-After: 1 the decorator waited %v", wait)
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
				s.failf("after Retry-After: %s the decorator waited %v, not %v", hint, wait, at.Sub(begun))
			}
		}
	}
}

// longHint sends a hint with every response that is longer than MaxWait.
func longHint(s *scene, hint string) {
	base := s.base(always(s.retry.Statuses[0], "Retry-After", hint))
	r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
	s.finish(r)
	for i, gap := range base.gaps() {
		if gap > s.retry.MaxWait+time.Second {
			s.failf("after Retry-After: %s the decorator waited %v before attempt %d", hint, gap, i+2)
		}
	}
	if bound := time.Duration(s.retry.Max) * (s.retry.MaxWait + time.Second); r.took > bound {
		s.failf("after Retry-After: %s the call took %v; at most %v is allowed", hint, r.took, bound)
	}
}

func hintOverflow(s *scene) {
	for _, hint := range []string{"9223372037", "9223372036854775807", "18446744073709551615", "99999999999999999999999"} {
		base := s.base(always(s.retry.Statuses[0], "Retry-After", hint))
		r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
		s.finish(r)
		for i, gap := range base.gaps() {
			if gap <= 0 {
				s.failf("after Retry-After: %s the decorator did not wait before attempt %d", hint, i+2)
			}
			if gap > s.retry.MaxWait+time.Second {
				s.failf("after Retry-After: %s the decorator waited %v before attempt %d", hint, gap, i+2)
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
			s.failf("after Retry-After: %q the request was sent %d times, not %d", hint, n, s.retry.Max+1)
		}
		for i, gap := range base.gaps() {
			if gap > s.retry.MaxWait+time.Second {
				s.failf("after Retry-After: %q the decorator waited %v before attempt %d", hint, gap, i+2)
			}
		}
	}
}
