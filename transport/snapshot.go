package transport

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tripware/tripware/transport/redact"
)

const (
	maxListed = 16  // attempts and waits that a printed record lists: the first and the last ones
	maxHop    = 4   // the same for an earlier hop
	maxShown  = 400 // bytes of a text in a printed record
)

// A snapshot is the state of a record at one time, as far as it is printed.
type snapshot struct {
	id       string
	method   string
	url      *url.URL
	route    Route
	start    time.Time
	elapsed  time.Duration
	sealed   bool
	count    int       // number of all attempts
	attempts []Attempt // those to be listed
	waits    []Wait    // those to be listed
	waitings int       // number of all waits
	trips    int       // number of round trips, if there were several; otherwise 0
	waited   time.Duration
	last     Attempt // that did not lose; zero if there is none
	pending  bool    // no attempt followed the last wait
	reason   Reason
	class    ErrorClass // of the error that the call ended with
	rate     RateLimit
}

// snapshot returns a snapshot with at most the given number of attempts and of waits.
func (c *Call) snapshot(most int) *snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	method, u := c.aimedAt()
	s := &snapshot{
		id: c.identity(), method: method, url: u, start: c.start(), elapsed: c.elapsed(),
		sealed: c.sealed, count: c.count(), waited: c.waited(), rate: c.limit(),
	}
	s.attempts = make([]Attempt, 0, min(s.count, most))
	i := 0
	for n := range c.numbers() {
		if listed(i, s.count, most) {
			s.attempts = append(s.attempts, c.attempted(n))
		}
		i++
	}
	if n := c.decisive(); n > 0 {
		s.last = c.attempted(n)
	}
	r := c.rarities()
	if r == nil {
		r = &rare{}
	}
	s.reason, s.class, s.waitings, s.trips = r.reason, r.class, len(r.waits), r.joined
	s.waits = make([]Wait, 0, min(s.waitings, most))
	for i := range r.waits {
		if listed(i, s.waitings, most) {
			s.waits = append(s.waits, r.waits[i].Wait)
		}
	}
	s.pending = s.waitings > 0 && r.waits[s.waitings-1].Before > c.highest()
	s.route, _ = factOf[Route](c)
	return s
}

// listed reports whether the entry at index i of count entries is listed, if most are.
func listed(i, count, most int) bool { return count <= most || i < most/2 || i >= count-most/2 }

// target returns the method and the URL as text for a printed record.
func (s *snapshot) target() (method, shown string) {
	return show(s.method), showURL(s.url)
}

// show returns text for a printed record: on one line, with secrets masked. A long text is
// cut first, so that the rest is not read.
func show(text string) string {
	if len(text) > maxShown {
		return oneLine(redact.Prefix(cut(text))) + "…"
	}
	return oneLine(redact.Text(text))
}

func cut(text string) string {
	text = text[:min(len(text), maxShown)]
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRuneInString(text); r == utf8.RuneError && size == 1 {
			text = text[:len(text)-1]
		}
	}
	return text
}

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// showURL returns u for a printed record. It cuts long parts first.
func showURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	parts := [...]string{u.Opaque, u.Host, u.Path, u.RawPath, u.RawQuery, u.Fragment, u.RawFragment}
	for _, part := range parts {
		if len(part) > maxShown {
			shown := &url.URL{Scheme: cut(u.Scheme), Opaque: cut(u.Opaque), Host: cut(u.Host), Path: cut(u.Path), RawQuery: cut(u.RawQuery)}
			return show(redact.URL(shown) + "…")
		}
	}
	return show(redact.URL(u))
}

// showError recovers from a panic in the error's method, since printing a record must not
// end the program.
func showError(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "an error whose Error method panicked"
		}
	}()
	return show(err.Error())
}

// brief rounds d to three digits.
func brief(d time.Duration) time.Duration {
	step := time.Duration(1)
	for d/step >= 1000 {
		step *= 10
	}
	return d.Round(step)
}
