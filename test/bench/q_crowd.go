package bench

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"time"
)

const (
	titleGoroutines = "Many goroutines, one client"

	colMemoryBare, colMemoryOurs, colMemoryShare       = "memory: bare", "memory: tripware", "memory: share"
	colLoopbackBare, colLoopbackOurs, colLoopbackShare = "loopback: bare", "loopback: tripware", "loopback: share"
)

// goroutines asks how throughput grows with the goroutines that share a client.
func goroutines() question {
	return question{
		title: titleGoroutines,
		text: "Calls per second of all goroutines together: of a bare `http.Client`, of one client with the full chain, its " +
			"budget and a limiter without a rate, and the share of the first that the second reaches. From memory, and over " +
			"loopback with at most 64 connections.",
		columns: []column{
			{colMemoryBare, number}, {colMemoryOurs, number}, {colMemoryShare, ratio},
			{colLoopbackBare, number}, {colLoopbackOurs, number}, {colLoopbackShare, ratio},
		},
		measure: measureGoroutines,
	}
}

func measureGoroutines(ctx context.Context, l lab) ([]row, error) {
	s := newSite(false, small())
	defer s.Close()
	base, err := s.plainBase()
	if err != nil {
		return nil, err
	}
	defer base.CloseIdleConnections()
	base.MaxConnsPerHost = workers
	near, errNear := limited(instant(), noWaits())
	far, errFar := limited(base, policy{max: 3, origin: s.URL})
	if err := firstOf(errNear, errFar); err != nil {
		return nil, err
	}
	url := s.URL + "/things"
	var rows []row
	for _, n := range l.sizes(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) {
		share := func(bare, own client, url string, p pace) ([]value, error) {
			calls := func(name string, c client) runner {
				return together(name, n, func(ctx context.Context) error { return ok(c.get(ctx, url)) })
			}
			p.calls = max(p.calls, 4*n)
			found, err := race(ctx, p, calls(nameBare, bare), []runner{calls(nameOurs, own)})
			relative := found.ratios[nameOurs].inverse()
			perSecond := 1e9 / found.reference.mid
			return []value{exact(perSecond), exact(perSecond * relative.mid), relative}, err
		}
		inMemory, errNear := share(above(instant()), near, memoryURL, l.crowd(4000, time.Second))
		remote, errFar := share(above(base), far, url, l.crowd(640, 2*time.Second))
		if err := firstOf(errNear, errFar); err != nil {
			return nil, err
		}
		rows = append(rows, row{name: plain(float64(n)), values: append(inMemory, remote...)})
	}
	return rows, nil
}

const (
	titleSide = "Side by side"

	colShared   = "2 goroutines, one client"
	colSeparate = "2 goroutines, a client each"
	colWaits    = "waits for a lock, one client"
	colWaitsTwo = "waits for a lock, a client each"
)

// sideBySide asks whether calls wait for each other inside the process.
func sideBySide() question {
	return question{
		title: titleSide,
		text: "Calls from memory by two goroutines: how many times as many they make per second as one alone, with one client " +
			"and with a client each. Then how often a call waited for a lock in its layers, per 1,000 calls: 64 goroutines " +
			"with one client, and two goroutines with a client each, which share nothing and never wait for each other.",
		columns: []column{{colShared, ratio}, {colSeparate, ratio}, {colWaits, number}, {colWaitsTwo, number}},
		measure: measureSideBySide,
	}
}

func measureSideBySide(ctx context.Context, l lab) ([]row, error) {
	var rows []row
	for _, c := range []contestant{
		{name: nameBare, full: func(base http.RoundTripper, _ policy) (client, error) { return above(base), nil }},
		{name: nameOurs, full: limited},
	} {
		one, errOne := c.full(instant(), noWaits())
		two, errTwo := c.full(instant(), noWaits())
		if err := firstOf(errOne, errTwo); err != nil {
			return nil, err
		}
		alone := repeat("alone", one.gets())
		shared, separate := together(colShared, 2, one.gets()), apart(colSeparate, 1, one, two)
		found, err := race(ctx, l.crowd(5000, 6*time.Second), alone, []runner{shared, separate})
		if err != nil {
			return nil, err
		}
		calls := l.pick(100_000, 1000)
		waits, errOne := lockWaits(ctx, together(colWaits, workers, one.gets()), calls)
		waitsTwo, errTwo := lockWaits(ctx, apart(colWaitsTwo, 1, one, two), calls)
		if err := firstOf(errOne, errTwo); err != nil {
			return nil, err
		}
		rows = append(rows, row{name: c.name, values: []value{
			found.ratios[colShared].inverse(), found.ratios[colSeparate].inverse(), exact(waits), exact(waitsTwo),
		}})
	}
	return rows, nil
}

// apart returns a runner that shares its calls between clients, each with its own goroutines.
func apart(name string, goroutines int, clients ...client) runner {
	return runner{name, func(ctx context.Context, n int) error {
		errs := make(chan error, len(clients))
		for _, c := range clients {
			own := together(name, goroutines, c.gets())
			go func() { errs <- own.run(ctx, n/len(clients)) }()
		}
		var all error
		for range clients {
			all = errors.Join(all, <-errs)
		}
		return all
	}}
}

// lockWaits returns how often, per 1,000 calls, a goroutine waited for a lock while
// a layer of Tripware was on its stack.
func lockWaits(ctx context.Context, r runner, calls int) (float64, error) {
	defer runtime.SetMutexProfileFraction(runtime.SetMutexProfileFraction(1))
	before := contentions()
	err := r.run(ctx, calls)
	return float64(contentions()-before) * 1000 / float64(calls), err
}

// contentions returns the contentions in the mutex profile for which a lock of
// package sync and a layer of Tripware are responsible.
func contentions() (n int64) {
	var records []runtime.BlockProfileRecord
	for size, complete := runtime.MutexProfile(nil); !complete; {
		records = make([]runtime.BlockProfileRecord, size+10)
		if size, complete = runtime.MutexProfile(records); complete {
			records = records[:size]
		}
	}
	for _, record := range records {
		if blames(record.Stack()) {
			n += record.Count
		}
	}
	return n
}

// blames reports whether a stack ends in package sync, below a layer of Tripware.
// Locks of the runtime itself are in the profile too.
func blames(stack []uintptr) bool {
	frames := runtime.CallersFrames(stack)
	frame, more := frames.Next()
	if !strings.HasPrefix(frame.Function, "sync.") && !strings.HasPrefix(frame.Function, "internal/sync.") {
		return false
	}
	for more {
		frame, more = frames.Next()
		if strings.HasPrefix(frame.Function, ourModule) && !strings.HasPrefix(frame.Function, ourModule+"/test/") {
			return true
		}
	}
	return false
}
