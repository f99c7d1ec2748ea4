package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// A row is a run of the fleet.
type row struct {
	name  string
	group string
	kind  string
	push  bool
	calls [processes]int
	every time.Duration // between two calls of a goroutine
	after time.Duration // when the fault comes
	fault func(ctx context.Context, l *lab, base *url.URL) error
	lost  time.Duration // how much longer the fault makes the ideal time
	bound bounds
}

// bounds are what a row should keep to; 0 is no bound.
type bounds struct {
	sent   float64 // requests for each success
	wall   float64 // time, as a multiple of the ideal one
	spread float64 // slowest process beside the fastest
	trips  float64 // round trips to the store for each request
	peak   float64 // requests in a second beside the rate, after the first second
	held   time.Duration
	into   int // requests of other processes that ran into a throttle after the first response told of it; -1 for no bound
}

const outage = 3 * time.Second

func even(calls int) (each [processes]int) {
	for i := range each {
		each[i] = calls / processes
	}
	return each
}

// uneven gives 1,600 calls to one process, and 40 to each other.
func uneven() [processes]int {
	each := even(40 * processes)
	each[0] = 1600
	return each
}

// The groups of rows.
const (
	groupKnown   = "The rate is known"
	groupUnknown = "The rate is unknown"
	groupStore   = "The store is away for 3 s"
	groupPause   = "The server refuses everything for 3 s"
	groupOthers  = "Without a store"
)

func allRows() []row {
	f1 := bounds{sent: 1.01, wall: 1.05, spread: 1.3, trips: 0.15, held: 100 * time.Millisecond, into: -1}
	f2 := bounds{sent: 1.03, wall: 1.10, peak: 1.2, held: 100 * time.Millisecond, into: -1}
	none := bounds{into: -1}
	greedy, half := f1, bounds{sent: 1.01, trips: 0.25, held: 100 * time.Millisecond, into: -1}
	greedy.spread, greedy.trips = 0, 0.25
	long, longer := bounds{sent: 1.05, wall: 1.25, into: -1}, bounds{sent: 1.02, wall: 1.10, into: -1}
	away := func(name string, fault func(ctx context.Context, l *lab, base *url.URL) error) row {
		return row{
			name: name, group: groupStore, kind: shared, push: true, calls: even(2000), after: 3 * time.Second, fault: fault, bound: f2,
		}
	}
	throttled := func(name, kind string, push bool, into int) row {
		return row{
			name: name, group: groupPause, kind: kind, push: push, calls: even(1200), after: 2 * time.Second, fault: throttle, lost: outage,
			bound: bounds{into: into},
		}
	}
	return []row{
		{name: "2,000 calls, evenly", group: groupKnown, kind: shared, push: true, calls: even(2000), bound: f1},
		{name: "1,880 calls, 1,600 of them in one process", group: groupKnown, kind: shared, push: true, calls: uneven(), bound: greedy},
		{
			name: "half of the rate", group: groupKnown, kind: shared, push: true, calls: even(1000), every: 640 * time.Millisecond,
			bound: half,
		},
		{name: "2,000 calls, evenly, learned", group: groupUnknown, kind: sharedAny, push: true, calls: even(2000), bound: long},
		{name: "6,000 calls, evenly, learned", group: groupUnknown, kind: sharedAny, push: true, calls: even(6000), bound: longer},
		away("killed, back empty", killed),
		away("frozen", frozen),
		away("restarted empty", restarted),
		away("half of the fleet cut off", cutOff),
		away("slow by 80 ms", slow),
		throttled("throttled, with the push", shared, true, 2),
		throttled("throttled, without the push", shared, false, -1),
		throttled("throttled, rate/8 in each process", divided, false, -1),
		{name: "retries alone", group: groupOthers, kind: alone, calls: even(2000), bound: none},
		{name: "a learning limiter in each process", group: groupOthers, kind: learning, calls: even(2000), bound: none},
		{name: "rate/8 in each process", group: groupOthers, kind: divided, calls: even(2000), bound: none},
		{name: "rate/8, 1,600 of 1,880 calls in one process", group: groupOthers, kind: divided, calls: uneven(), bound: none},
	}
}

// shortRows are a few rows that take seconds, with bounds for a machine that is busy.
func shortRows() []row {
	wide := bounds{sent: 1.3, into: -1}
	return []row{
		{name: "known", group: groupKnown, kind: shared, push: true, calls: even(600), bound: wide},
		{name: "learned", group: groupUnknown, kind: sharedAny, push: true, calls: even(600), bound: wide},
		{
			name: "killed for a second", group: groupStore, kind: shared, push: true, calls: even(600), after: time.Second, bound: wide,
			fault: func(ctx context.Context, l *lab, _ *url.URL) error { return l.kill(ctx, time.Second) },
		},
		{
			name: "frozen for a second", group: groupStore, kind: shared, push: true, calls: even(600), after: time.Second, bound: wide,
			fault: func(ctx context.Context, l *lab, _ *url.URL) error { return l.freeze(ctx, time.Second) },
		},
	}
}

func killed(ctx context.Context, l *lab, _ *url.URL) error { return l.kill(ctx, outage) }

func (l *lab) kill(ctx context.Context, d time.Duration) error {
	if err := l.redis.end(); err != nil {
		return err
	}
	wait(ctx, d)
	return l.redis.restart()
}

func frozen(ctx context.Context, l *lab, _ *url.URL) error { return l.freeze(ctx, outage) }

func (l *lab) freeze(ctx context.Context, d time.Duration) error {
	if err := l.redis.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	wait(ctx, d)
	return l.redis.signal(syscall.SIGCONT)
}

func restarted(_ context.Context, l *lab, _ *url.URL) error { return l.redis.restart() }

// cutOff drops what half of the fleet sends to the store, and keeps its connections.
func cutOff(ctx context.Context, l *lab, _ *url.URL) error {
	return l.toxic(ctx, 1, `{"name":"cut","type":"timeout","stream":"upstream","attributes":{"timeout":0}}`)
}

func slow(ctx context.Context, l *lab, _ *url.URL) error {
	return l.toxic(ctx, len(l.proxies), `{"name":"slow","type":"latency","stream":"downstream","attributes":{"latency":80}}`)
}

// toxic adds a toxic to the first n proxies for the time of the outage.
func (l *lab) toxic(ctx context.Context, n int, toxic string) error {
	for _, p := range l.proxies[:n] {
		if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			return err
		}
	}
	wait(ctx, outage)
	for _, p := range l.proxies[:n] {
		p.Toxics.ResetToxics(context.WithoutCancel(ctx))
	}
	return nil
}

// throttle lets the server refuse everything.
func throttle(ctx context.Context, _ *lab, base *url.URL) error {
	to := base.JoinPath("throttle")
	to.RawQuery = url.Values{"for": {outage.String()}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("throttle: %s", resp.Status)
	}
	return nil
}
