package faultsim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

const mostCalls = 10_000_000 // of one run

// Clients are the clients of a run, which [Sim.Clients] makes.
type Clients struct {
	sim     *Sim
	n       int
	wrap    func(http.RoundTripper) http.RoundTripper
	callers int
	overlap int
	every   time.Duration
	request func(ctx context.Context, c *http.Client, n int) error
}

// Callers sets how many callers each client has. They share what wrap returned, such as a
// retry budget. The default is 1.
func (c *Clients) Callers(n int) *Clients {
	c.sim.t.Helper()
	if n < 1 {
		c.sim.t.Fatalf("faultsim: %d callers: at least 1 is needed", n)
	}
	c.callers = n
	return c
}

// Every sets how much time there is between the beginnings of two calls of a caller. The
// default is one second. Callers begin at different times, which depend on the seed.
func (c *Clients) Every(interval time.Duration) *Clients {
	c.sim.t.Helper()
	if interval <= 0 {
		c.sim.t.Fatalf("faultsim: a call every %v: the interval must be positive", interval)
	}
	c.every = interval
	return c
}

// Overlap sets how many calls of a caller may run at the same time. The default is 64: a caller
// begins a call at every interval, whether or not earlier ones have ended, as a server does that
// makes a call for each request that it gets. With 1 a caller waits for the end of each call. A
// call that would exceed the number is skipped: see [Result.Skipped].
func (c *Clients) Overlap(n int) *Clients {
	c.sim.t.Helper()
	if n < 1 {
		c.sim.t.Fatalf("faultsim: overlap of %d calls: at least 1 is needed", n)
	}
	c.overlap = n
	return c
}

// Get sets the URLs that a caller gets, in turn. A call gets one URL and reads the response to
// its end; it has failed if that returns an error, or if the status is 400 or above. The
// default is http://api.example.com/.
func (c *Clients) Get(urls ...string) *Clients {
	c.sim.t.Helper()
	if len(urls) == 0 {
		c.sim.t.Fatal("faultsim: no URL to get")
	}
	for _, u := range urls {
		if _, err := http.NewRequestWithContext(c.sim.t.Context(), http.MethodGet, u, http.NoBody); err != nil {
			c.sim.t.Fatalf("faultsim: %v", err)
		}
	}
	return c.Do(func(ctx context.Context, client *http.Client, n int) error {
		return get(ctx, client, urls[n%len(urls)])
	})
}

// Do sets what a call is, in place of [Clients.Get]: the function is called for the n-th call
// of a caller, counted from 0, with the client of the caller. The call has failed if it
// returns an error. All requests must be made with ctx, and have ended when it returns.
func (c *Clients) Do(call func(ctx context.Context, client *http.Client, n int) error) *Clients {
	c.sim.t.Helper()
	if call == nil {
		c.sim.t.Fatal("faultsim: the function given to Do is nil: leave Do out to get a URL")
	}
	c.request = call
	return c
}

func get(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// Run makes calls for the simulated time d, and returns when the last of them has ended. The
// script begins anew, at midnight UTC, since code that counts by the clock would otherwise tell
// two runs apart. Five minutes after d the contexts of calls that still run end. A run may
// take up to 24 hours and 10,000,000 calls.
func (c *Clients) Run(d time.Duration) *Result {
	c.sim.t.Helper()
	if d <= 0 || d > longest {
		c.sim.t.Fatalf("faultsim: a run of %v: it must be above zero and at most %v", d, short(longest))
	}
	if calls := float64(c.n) * float64(c.callers) * (float64(d)/float64(c.every) + 1); calls > mostCalls {
		c.sim.t.Fatalf("faultsim: a run of %.0f calls: at most %d are possible", calls, mostCalls)
	}
	time.Sleep(time.Until(midnight(time.Now()))) //nolint:forbidigo // virtual time
	w := newWorld(c.sim, d, c.n*c.callers*(c.overlap+1))
	c.sim.world.Store(w)
	r := &runner{Clients: c, world: w, work: make(chan func())}
	return r.run()
}

// midnight returns the next beginning of a day, which may be now.
func midnight(now time.Time) time.Time {
	const day = 24 * time.Hour
	return now.Add(day - 1).Truncate(day)
}
