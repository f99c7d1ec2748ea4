package inspect

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// callJSON is a call as the page gets it. Times are in milliseconds since the call began.
type callJSON struct {
	Serial   uint64        `json:"serial"`
	ID       string        `json:"id"`
	Route    string        `json:"route"` // or the method and the host
	Method   string        `json:"method"`
	URL      string        `json:"url"`
	Begun    time.Time     `json:"begun"`
	Took     float64       `json:"took_ms"`
	Status   int           `json:"status,omitzero"`
	Outcome  string        `json:"outcome,omitzero"`
	Class    string        `json:"class,omitzero"`
	Error    string        `json:"error,omitzero"`
	Reason   string        `json:"reason,omitzero"`
	Made     int           `json:"made"`
	Attempts []attemptJSON `json:"attempts"`
	Waits    []waitJSON    `json:"waits"`
	Body     *bodyJSON     `json:"body,omitzero"`
}

type attemptJSON struct {
	Number int        `json:"number"`
	Begun  float64    `json:"begun_ms"`
	Took   float64    `json:"took_ms"`
	Status int        `json:"status,omitzero"`
	Class  string     `json:"class,omitzero"`
	Error  string     `json:"error,omitzero"`
	Leg    int        `json:"leg,omitzero"`  // which attempt of a hedge it is
	Lost   bool       `json:"lost,omitzero"` // another one had responded before
	Reused bool       `json:"reused,omitzero"`
	Phases []partJSON `json:"phases,omitzero"`
}

type partJSON struct {
	Name string  `json:"name"`
	Took float64 `json:"took_ms"`
}

type waitJSON struct {
	Before int     `json:"before"`
	For    float64 `json:"for_ms"`
	Cause  string  `json:"cause"`
	Reason string  `json:"reason"`
}

type bodyJSON struct {
	Read     int64   `json:"read"`
	Took     float64 `json:"took_ms"`
	Complete bool    `json:"complete"`
	Ended    bool    `json:"ended"`
	Error    string  `json:"error,omitzero"`
}

func (t *trip) json() callJSON { return t.story().json() }

func (s *story) json() callJSON {
	c := callJSON{
		Serial: s.serial, ID: s.id, Route: cmp.Or(s.route, s.method+" "+host(s.url)), Method: s.method, URL: s.url,
		Begun: s.begun, Took: millis(s.took), Status: s.status, Outcome: s.outcome, Class: string(s.class), Error: s.err, Reason: s.reason,
		Made: s.made, Attempts: make([]attemptJSON, len(s.attempts)), Waits: make([]waitJSON, len(s.waits)),
	}
	for i := range s.attempts {
		a := &s.attempts[i]
		c.Attempts[i] = attemptJSON{
			Number: a.number, Begun: millis(a.begun), Took: millis(a.took), Status: a.status,
			Class: string(a.class), Error: a.err, Leg: a.leg, Lost: a.lost, Reused: a.phases.Reused,
		}
		if a.phased {
			for _, p := range a.phases.parts() {
				c.Attempts[i].Phases = append(c.Attempts[i].Phases, partJSON{p.name, millis(p.took)})
			}
		}
	}
	for i, w := range s.waits {
		c.Waits[i] = waitJSON{Before: w.Before, For: millis(w.For), Cause: w.Cause, Reason: w.Reason}
	}
	if y := &s.body; y.there {
		c.Body = &bodyJSON{Read: y.read, Took: millis(y.took), Complete: y.complete, Ended: y.ended, Error: y.err}
	}
	return c
}

// millis returns d in milliseconds, rounded to the microsecond.
func millis(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }

// host returns the host of a URL that is shown.
func host(target string) string {
	_, rest, _ := strings.Cut(target, "://")
	name, _, _ := strings.Cut(rest, "/")
	name, _, _ = strings.Cut(name, "?")
	return name
}

// kept returns the trips of all rings with a higher number, each once, the oldest first. The
// Inspector is locked.
func (i *Inspector) kept(after uint64) (trips []*trip) {
	for _, r := range i.rings() {
		r.all(func(t *trip) {
			if t.serial.Load() > after {
				trips = append(trips, t)
			}
		})
	}
	slices.SortFunc(trips, func(a, b *trip) int { return cmp.Compare(a.serial.Load(), b.serial.Load()) })
	return slices.Compact(trips)
}
