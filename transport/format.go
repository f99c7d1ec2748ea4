package transport

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String returns the record as one line: the transaction id, the method and URL, and how
// the call ended or how long it has been running. If there was an error, a wait or more
// than one attempt, it lists the attempts and waits with their durations:
//
//	call 0d3c…: GET https://api.example.com/v2/alerts: 200 after 3 attempts in 1.2s: #1 429 in 12ms, waited 800ms (backoff: status 429); …
//
// If several round trips share the record (see [Begin]), it has their number, as in "16
// attempts of 4 round trips": so many attempts in spite of a limit are due to redirects, or
// to retries above the chain.
//
// Earlier hops of a redirect come first. At most 16 attempts and 16 waits are listed, the
// first and the last eight; of an earlier hop, at most four. Secrets are masked and long
// texts are cut. The format is for people and may change; programs should use
// [Call.MarshalJSON].
func (c *Call) String() string {
	if c == nil {
		return "no call"
	}
	s := c.snapshot(maxListed)
	var b strings.Builder
	b.WriteString("call " + s.id + ": ")
	for _, hop := range c.hops() {
		hop.snapshot(maxHop).write(&b)
		b.WriteString(" -> ")
	}
	s.write(&b)
	b.WriteString(limitText(&s.rate))
	return b.String()
}

// Format prints what [Call.String] returns, whatever the verb, because the fields of a
// record may contain secrets. With the verb q the text is quoted.
func (c *Call) Format(f fmt.State, verb rune) {
	format := "%s"
	if verb == 's' || verb == 'q' {
		format = fmt.FormatString(f, verb)
	}
	_, _ = fmt.Fprintf(f, format, c.String())
}

func (s *snapshot) write(b *strings.Builder) {
	if method, shown := s.target(); method != "" {
		b.WriteString(method + " " + shown + ": ")
	}
	b.WriteString(s.outcome())
	if s.count > 1 || s.waitings > 0 || s.last.Err != nil {
		s.writeStory(b)
	}
	if s.reason != "" {
		b.WriteString("; retries ended: " + show(string(s.reason)))
	}
}

// outcome returns how the call ended, or how long it has been running.
func (s *snapshot) outcome() string {
	after := strconv.Itoa(s.count) + " attempts"
	switch s.count {
	case 0:
		after = "no attempt"
	case 1:
		after = "1 attempt"
	}
	if s.trips > 0 {
		after += " of " + strconv.Itoa(s.trips) + " round trips"
	}
	took := brief(s.elapsed).String()
	switch {
	case !s.sealed:
		return "running for " + took + " with " + after
	case s.class == ClassCanceled && s.pending:
		return "canceled by the caller in a wait after " + after + " in " + took
	case s.class == ClassCanceled:
		return "canceled by the caller after " + after + " in " + took
	case s.count == 0 && !s.pending:
		return "not sent, ended in " + took
	case s.pending:
		return "ended in a wait after " + after + " in " + took
	case s.last.Status != 0:
		return strconv.Itoa(s.last.Status) + " after " + after + " in " + took
	}
	return "failed after " + after + " in " + took
}

// writeStory writes the attempts and the waits between them, in order.
func (s *snapshot) writeStory(b *strings.Builder) {
	between, waits, before := ": ", s.waits, 0
	for _, a := range s.attempts {
		waits = s.writeWaits(b, &between, waits, a.Number)
		if skipped := a.Number - before - 1; skipped > 0 {
			fmt.Fprintf(b, "%s… %d more …", between, skipped)
			between = "; "
		}
		before = a.Number
		fmt.Fprintf(b, "%s#%d %s", between, a.Number, s.told(&a))
		between = "; "
	}
	s.writeWaits(b, &between, waits, s.count+1)
	if more := s.waitings - len(s.waits); more > 0 {
		fmt.Fprintf(b, "; %d more waits", more)
	}
}

// writeWaits writes the waits that came before an attempt, and returns the others.
func (s *snapshot) writeWaits(b *strings.Builder, between *string, waits []Wait, attempt int) []Wait {
	for ; len(waits) > 0 && waits[0].Before <= attempt; waits = waits[1:] {
		w := &waits[0]
		verb := "waited"
		if !s.sealed && w.Before > s.count {
			verb = "waiting"
		}
		if *between == "; " {
			*between = ", "
		}
		if w.For > 0 || verb == "waited" {
			verb += " " + brief(w.For).String()
		}
		fmt.Fprintf(b, "%s%s (%s)", *between, verb, w.why())
		*between = "; "
	}
	return waits
}

func (w *Wait) why() string {
	if w.Reason == "" {
		return show(w.Cause)
	}
	return show(w.Cause) + ": " + show(w.Reason)
}

// told returns the result of an attempt.
func (s *snapshot) told(a *Attempt) string {
	took := " in " + brief(a.Elapsed).String()
	switch {
	case a.Class == ClassHedgeLost:
		return "lost" + took
	case a.Lost && a.Status != 0:
		return strconv.Itoa(a.Status) + " lost" + took
	case a.Err != nil:
		return showError(a.Err) + took
	case a.Status != 0:
		return strconv.Itoa(a.Status) + took
	case s.sealed:
		return "without a result"
	}
	return "running for " + brief(max(0, s.start.Add(s.elapsed).Sub(a.Start))).String()
}

// limitText returns what is known about the rate limit.
func limitText(r *RateLimit) string {
	var b strings.Builder
	switch {
	case r.HasQuota && r.Limit > 0:
		fmt.Fprintf(&b, "; rate limit %d of %d left", r.Remaining, r.Limit)
	case r.HasQuota:
		fmt.Fprintf(&b, "; rate limit %d left", r.Remaining)
	case r.State != "":
		return "; rate limit " + show(r.State)
	}
	if r.HasQuota && r.Reset > 0 {
		b.WriteString(", renewed in " + r.Reset.Round(time.Millisecond).String())
	}
	if r.HasQuota && r.State != "" {
		b.WriteString(" (" + show(r.State) + ")")
	}
	return b.String()
}
