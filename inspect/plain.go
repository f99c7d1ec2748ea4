package inspect

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxEnded is how many of the calls that have ended the text lists.
const maxEnded = 50

// wantsText reports whether the client asks for the page as text: it does not accept HTML, as
// curl, or the query has the parameter text.
func wantsText(r *http.Request) bool {
	return r.URL.Query().Has("text") || !strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Accept"), ",")), "text/html")
}

// serveText serves what the page shows as text, with one line for each thing.
func (i *Inspector) serveText(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	var b strings.Builder
	live := i.live()
	line(&b, "running: %d, begun so far: %d, memory: %d of %d KiB", live.Count, live.Begun, live.Memory>>10, live.Most>>10)
	for k := range live.Running {
		live.Running[k].line(&b)
	}
	for k := range live.Limiters {
		live.Limiters[k].line(&b)
	}
	for _, budget := range live.Budgets {
		line(&b, "budget %s: %v retries left", budget.Name, budget.Left)
	}
	for k := range live.Keys {
		live.Keys[k].line(&b)
	}
	i.mu.Lock()
	trips := i.kept(0)
	i.mu.Unlock()
	shown := trips[max(0, len(trips)-maxEnded):]
	line(&b, "kept: %d, the last %d:", len(trips), len(shown))
	for _, t := range slices.Backward(shown) {
		c := t.json()
		c.line(&b)
	}
	line(&b, "more below this address: call?id=N (call?running=1&id=N if it runs), calls.har, events")
	_, _ = io.WriteString(w, b.String()) // the client has gone
}

// line writes a line without control characters, whatever the values hold.
func line(b *strings.Builder, format string, values ...any) {
	b.WriteString(oneLine(fmt.Sprintf(format, values...)))
	b.WriteByte('\n')
}

func (r *runningJSON) line(b *strings.Builder) {
	age, waits := r.Took, r.For
	if r.For == "body" {
		age += r.Since
	}
	if r.Why != "" {
		waits += ": " + r.Why
	}
	waits += " for " + lastingMillis(r.Since)
	if r.Planned > 0 {
		waits += " of " + lastingMillis(r.Planned)
	}
	line(b, "running %d: %s, waits for %s, %s: %s %s [call %s]",
		r.Serial, lastingMillis(age), waits, attemptsText(r.Made), r.Method, r.URL, r.ID)
}

func (k *keyJSON) line(b *strings.Builder) {
	pace := "no limit"
	switch {
	case k.Paused > 0:
		pace = "paused for " + lastingMillis(k.Paused)
	case k.Rate != nil && *k.Rate == 0:
		pace = "less than 0.01 a second"
	case k.Rate != nil:
		pace = strconv.FormatFloat(*k.Rate, 'f', -1, 64) + " a second"
	}
	line(b, "limiter %s, %s: %s, %d in the queue, %d sent without a response yet%s", k.Limiter, k.Key, pace, k.Waiting, k.Running, k.Fleet)
}

// String returns what follows the other figures of a limiter.
func (f *fleetJSON) String() string {
	switch {
	case f == nil:
		return ""
	case f.Down > 0:
		return fmt.Sprintf(", store down for %s, members: %d", lastingMillis(f.Down), f.Members)
	}
	return fmt.Sprintf(", members: %d, turns held: %d, asks: %d", f.Members, f.Held, f.Asks)
}

func (s *statusJSON) line(b *strings.Builder) {
	text := s.State
	if s.Since > 0 {
		text += " for " + lastingMillis(s.Since)
	}
	if s.Until > 0 {
		text += ", for another " + lastingMillis(s.Until)
	}
	if s.Detail != "" {
		text += ", " + s.Detail
	}
	line(b, "%s, %s: %s", s.Layer, s.Key, strings.TrimPrefix(text, ", "))
}

func (c *callJSON) line(b *strings.Builder) {
	ending := c.Outcome
	if c.Status != 0 {
		ending += " " + strconv.Itoa(c.Status)
	}
	switch {
	case c.Error != "": // it says why there was no further attempt
		ending += ", " + c.Error
	case c.Reason != "":
		ending += ", no further attempt: " + c.Reason
	}
	line(b, "ended %d: %s, %s, %s in %s: %s %s [call %s]", c.Serial, c.Begun.Format(time.TimeOnly), ending,
		attemptsText(c.Made)+c.hedged(), lastingMillis(c.Took), c.Method, c.URL, c.ID)
}

// hedged says whether a hedge made further attempts, and whether one of them won.
func (c *callJSON) hedged() (text string) {
	for i := range c.Attempts {
		switch a := &c.Attempts[i]; {
		case a.Leg > 1 && !a.Lost:
			return ", a hedge won"
		case a.Leg > 1:
			text = ", hedged"
		}
	}
	return text
}

func attemptsText(made int) string {
	switch made {
	case 0:
		return "no attempt"
	case 1:
		return "1 attempt"
	}
	return strconv.Itoa(made) + " attempts"
}

func lastingMillis(ms float64) string { return lasting(time.Duration(ms * float64(time.Millisecond))) }
