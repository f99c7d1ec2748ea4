package inspect

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
)

// Timeline returns what became of a call as text of several lines: its attempts with their
// phases, its waits and their reasons, each with the time since the call began, and what was
// read of the response's body. Earlier hops of a redirect come first. The call may be
// running. At most 16 attempts are listed, the first and the last ones. Secrets are masked.
// For a nil call it returns the empty string.
//
// The format is for people and may change; programs should use transport.Call.MarshalJSON.
func Timeline(call *transport.Call) string {
	if call == nil {
		return ""
	}
	var b strings.Builder
	for _, hop := range hops(call) {
		storyOf(hop).timeline(&b)
		b.WriteString("redirected to\n")
	}
	storyOf(call).timeline(&b)
	return b.String()
}

// hops returns the earlier hops of a redirect, the oldest first.
func hops(call *transport.Call) (list []*transport.Call) {
	for at := call.Previous(); at != nil && len(list) < 16; at = at.Previous() {
		list = append([]*transport.Call{at}, list...)
	}
	return list
}

func (s *story) timeline(b *strings.Builder) {
	fmt.Fprintf(b, "%s %s\n", s.method, s.url)
	if s.route != "" && s.route != s.method+" "+pathOf(s.url) {
		fmt.Fprintf(b, "route %s\n", s.route)
	}
	fmt.Fprintf(b, "call %s: %s\n", s.id, s.ending())
	cursor, waits := time.Duration(0), s.waits
	for i := range s.attempts {
		a := &s.attempts[i]
		if most, n := maxAttempts, len(s.attempts); n > most && i >= most/2 && i < n-most/2 {
			if skipped := n - most; i == most/2 {
				fmt.Fprintf(b, "%9s  %d more attempts\n", "", skipped)
			}
			continue
		}
		for len(waits) > 0 && waits[0].Before <= a.number {
			cursor = s.waited(b, &waits[0], cursor, false)
			waits = waits[1:]
		}
		cursor = a.line(b, s)
	}
	for i := range waits {
		cursor = s.waited(b, &waits[i], cursor, s.running && i == len(waits)-1)
	}
	s.bodyLine(b)
	if s.reason != "" {
		fmt.Fprintf(b, "%9s  no further attempt: %s\n", "", s.reason)
	}
}

// ending returns how the call ended.
func (s *story) ending() string {
	after, took := attemptsText(s.made), lasting(s.took)
	switch {
	case s.running:
		return "running for " + took + ", " + after
	case s.class == transport.ClassCanceled:
		return s.canceled() + " after " + after + " in " + took
	case s.status != 0:
		return strings.TrimSpace(strconv.Itoa(s.status)+" "+http.StatusText(s.status)) + " after " + after + " in " + took
	case s.made == 0 && s.err != "":
		return "not sent, in " + took + ": " + s.err
	case s.err != "":
		return s.err + " after " + after + " in " + took
	case s.class != "":
		return string(s.class) + " after " + after + " in " + took
	}
	return "ended after " + after + " in " + took
}

// canceled returns where the caller canceled the call, and why if more is known than that.
func (s *story) canceled() string {
	text := "canceled by the caller"
	if n := len(s.waits); n > 0 && (s.made == 0 || s.waits[n-1].Before > s.attempts[len(s.attempts)-1].number) {
		text += " in a wait"
	}
	if s.err != "" && !strings.HasSuffix(s.err, context.Canceled.Error()) {
		text += " (" + s.err + ")"
	}
	return text
}

// waited writes a wait and returns when it ended.
func (s *story) waited(b *strings.Builder, w *transport.Wait, from time.Duration, now bool) time.Duration {
	verb := "waited"
	if now {
		verb = "waiting"
	}
	if w.For > 0 || !now {
		verb += " " + lasting(w.For)
	}
	fmt.Fprintf(b, "%9s  %s for %s", lasting(from), verb, w.Cause)
	if w.Reason != "" {
		b.WriteString(": " + w.Reason)
	}
	b.WriteByte('\n')
	return from + w.For
}

// line writes an attempt and returns when it ended.
func (a *scene) line(b *strings.Builder, s *story) time.Duration {
	fmt.Fprintf(b, "%9s  #%d ", lasting(a.begun), a.number)
	if a.method != s.method || a.url != s.url {
		b.WriteString(a.method + " " + pathOf(a.url) + ": ")
	}
	if a.leg > 1 {
		b.WriteString("hedge: ")
	}
	switch {
	case a.class == transport.ClassHedgeLost:
		fmt.Fprintf(b, "lost, canceled in %s", lasting(a.took))
	case a.lost && a.status != 0:
		fmt.Fprintf(b, "%d in %s, lost", a.status, lasting(a.took))
	case a.err != "":
		fmt.Fprintf(b, "%s: %s, in %s", a.class, a.err, lasting(a.took))
	case a.status != 0:
		fmt.Fprintf(b, "%d in %s", a.status, lasting(a.took))
	case a.running:
		fmt.Fprintf(b, "running for %s", lasting(a.took))
	default:
		b.WriteString("without a result")
	}
	if a.phased {
		b.WriteString(" (" + a.phases.text() + ")")
	}
	b.WriteByte('\n')
	return a.begun + a.took
}

// text returns the phases that took time.
func (f *Phases) text() string {
	var list []string
	switch {
	case f.Resent == 1:
		list = append(list, "sent again by net/http")
	case f.Resent > 1:
		list = append(list, fmt.Sprintf("sent again %d times by net/http", f.Resent))
	}
	if f.Reused {
		list = append(list, "connection reused")
	}
	for _, p := range f.parts() {
		if p.took > 0 {
			list = append(list, p.name+" "+lasting(p.took))
		}
	}
	return strings.Join(list, ", ")
}

type part struct {
	name string
	took time.Duration
}

// parts returns the phases in their order.
func (f *Phases) parts() [7]part {
	return [...]part{
		{"blocked", f.Blocked},
		{"dns", f.DNS},
		{"connect", f.Connect},
		{"tls", f.TLS},
		{"send", f.Send},
		{"wait", f.Wait},
		{"head", f.Head},
	}
}

// bodyLine writes what was read of the response's body.
func (s *story) bodyLine(b *strings.Builder) {
	y := &s.body
	if !y.there {
		return
	}
	at := lasting(y.took)
	end := "closed early"
	switch {
	case !y.ended:
		at, end = "", "not read to its end, nor closed"
	case y.err != "":
		end = string(y.class) + ": " + y.err
	case y.complete:
		end = "complete"
	}
	fmt.Fprintf(b, "%9s  body: %d bytes, %s\n", at, y.read, end)
}
