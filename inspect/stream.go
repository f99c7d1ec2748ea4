package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	beat       = 500 * time.Millisecond // how often the page is told what has changed
	calm       = 15 * time.Second       // after which an event is sent although nothing has changed
	patience   = 10 * time.Second       // how long a client may take to read an event
	maxStreams = 16
	maxRows    = 200 // running calls that an event lists, and keys of a limiter
)

// serveEvents serves the stream of server-sent events: "live" has the state of the program,
// and "calls" the calls that have ended since the last event of that name. Its id lets a
// client that connects again go on from there; if calls in between are not kept any more, or
// the process is another one, the event has all calls, and says so.
func (i *Inspector) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	if !i.admit() {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "inspect: too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer i.dismiss()
	s := &stream{in: i, w: w, control: http.NewResponseController(w)}
	defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }() // the connection may serve another request
	s.after, s.known = i.lastOf(r.Header.Get("Last-Event-ID"))
	if s.send("retry: 1000\n\n") != nil || s.tell() != nil {
		return
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-i.closed:
			return
		case <-tick.C:
			if s.tell() != nil {
				return
			}
		}
	}
}

func (i *Inspector) admit() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.streams == maxStreams {
		return false
	}
	i.streams++
	return true
}

func (i *Inspector) dismiss() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.streams--
}

// lastOf returns the number in the id of an event of this Inspector.
func (i *Inspector) lastOf(id string) (serial uint64, known bool) {
	instance, number, _ := strings.Cut(id, "-")
	serial, err := strconv.ParseUint(number, 10, 64)
	if err != nil || instance != i.instance {
		return 0, false
	}
	return serial, true
}

// A stream is one client that reads events.
type stream struct {
	in      *Inspector
	w       http.ResponseWriter
	control *http.ResponseController
	after   uint64 // the number of the last call that it has
	known   bool   // it has the calls up to that number
	last    []byte // the last live event, without its ages
	told    time.Time
}

// tell sends what has changed.
func (s *stream) tell() error {
	calls, after, whole := s.in.endedAfter(s.after, s.known)
	if len(calls) > 0 || whole {
		data, err := json.Marshal(struct {
			All   bool       `json:"all"`
			Calls []callJSON `json:"calls"`
		}{whole, calls})
		if err != nil {
			return fmt.Errorf("inspect: write calls: %w", err)
		}
		if err := s.send(fmt.Sprintf("event: calls\nid: %s-%d\ndata: %s\n\n", s.in.instance, after, data)); err != nil {
			return err
		}
	}
	s.after, s.known = after, true
	live := s.in.live()
	data, err := json.Marshal(live)
	if err != nil {
		return fmt.Errorf("inspect: write state: %w", err)
	}
	if len(live.Running) == 0 && bytes.Equal(data, s.last) && time.Since(s.told) < calm {
		return nil
	}
	s.last, s.told = data, time.Now()
	return s.send("event: live\ndata: " + string(data) + "\n\n")
}

// send writes events. A client that does not read them is left. The deadline ends with the
// writing: with HTTP/2 one that passes ends the stream although nothing is being written.
func (s *stream) send(text string) error {
	err := s.deadline(time.Now().Add(patience))
	if err == nil {
		_, err = s.w.Write([]byte(text))
	}
	if err == nil {
		err = s.control.Flush()
	}
	if err == nil {
		err = s.deadline(time.Time{})
	}
	if err != nil {
		return fmt.Errorf("inspect: write events: %w", err)
	}
	return nil
}

// deadline sets that of writing, where there can be one.
func (s *stream) deadline(at time.Time) error {
	if err := s.control.SetWriteDeadline(at); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// endedAfter returns the kept calls with a higher number, the oldest first, and the highest
// number. If known is false, or calls in between are not kept any more, it returns all.
func (i *Inspector) endedAfter(after uint64, known bool) (calls []callJSON, last uint64, whole bool) {
	i.mu.Lock()
	last = i.ended
	oldest := last + 1
	i.recent.all(func(t *trip) { oldest = min(oldest, t.serial.Load()) })
	whole = !known || after > last || after+1 < oldest
	if whole {
		after = 0
	}
	trips := i.kept(after)
	i.mu.Unlock()
	calls = make([]callJSON, len(trips)) // for the page a list, also when there are none
	for k, t := range trips {
		calls[k] = t.json()
	}
	return calls, last, whole
}

// liveJSON is the state of the program.
type liveJSON struct {
	Running  []runningJSON `json:"running"`
	Count    int           `json:"count"` // of all running calls
	Limiters []keyJSON     `json:"limiters"`
	Budgets  []budgetJSON  `json:"budgets"`
	Keys     []statusJSON  `json:"keys"`
	Begun    uint64        `json:"begun"` // calls so far
	Memory   int           `json:"memory"`
	Most     int           `json:"most"`
}

type runningJSON struct {
	callJSON

	For     string  `json:"for"` // what it waits for
	Why     string  `json:"why,omitzero"`
	Since   float64 `json:"since_ms"`
	Planned float64 `json:"planned_ms,omitzero"`
}

func (i *Inspector) live() liveJSON {
	i.mu.Lock()
	l := liveJSON{Count: i.running.count + i.reading.count, Begun: i.begun, Memory: i.used, Most: i.memory}
	trips := make([]*trip, 0, min(l.Count, maxRows))
	for _, from := range [...]*list{&i.running, &i.reading} {
		for t := from.first; t != nil && len(trips) < maxRows; t = t.next {
			trips = append(trips, t)
		}
	}
	i.mu.Unlock()
	l.Running = make([]runningJSON, 0, len(trips))
	for _, t := range trips {
		s := t.story()
		l.Running = append(l.Running, runningJSON{
			callJSON: s.json(), For: s.wait.what, Why: s.wait.why, Since: millis(s.wait.since), Planned: millis(s.wait.within),
		})
	}
	i.addKeys(&l)
	return l
}
