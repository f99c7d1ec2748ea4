package rttest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A scene is one run of a check. It sends requests, with a time limit, and records
// failures.
type scene struct {
	*config

	check  *check
	put    func(http.RoundTripper) http.RoundTripper
	ctx    context.Context // parent of every request's context; ends with the scene
	cancel context.CancelFunc
	label  string // a pprof label of the goroutines that this scene's calls start
	played atomic.Bool

	mu       sync.Mutex
	faults   []string
	skipped  string
	cleanups []func()
}

// examine runs one check. It returns when the check has ended or runs out of time.
func examine(t *testing.T, k *check, wrap func(http.RoundTripper) http.RoundTripper, cfg *config) Finding {
	t.Helper()
	found := Finding{Check: k.Check}
	if found.Detail = cfg.skips[k.Name]; found.Detail != "" {
		found.Outcome = Skipped
		return found
	}
	if found.Detail = cfg.unclaimed(k); found.Detail != "" {
		found.Outcome = NotClaimed
		return found
	}
	begun := time.Now()
	s := &scene{config: cfg, check: k, put: wrap}
	s.label = fmt.Sprintf("%s %x", k.Name, rand.Uint64()) // random, since an address may be reused
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if k.real {
			s.play()
			return
		}
		s.bubble(t)
	}()
	late := time.NewTimer(cfg.patience)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		s.failf("the check did not end within %v: the decorator waits for a lock or loops forever", cfg.patience)
	}
	found.Took = time.Since(begun)
	found.Outcome, found.Detail = s.verdict()
	return found
}

func (s *scene) verdict() (Outcome, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.faults) > 0:
		return Failed, strings.Join(s.faults, "\n")
	case s.skipped != "":
		return Skipped, s.skipped
	}
	return Passed, ""
}

// bubble runs the check in virtual time. A goroutine that the decorator leaves blocked
// makes the bubble panic. That counts only if it stopped the check, since another
// check looks for goroutines left behind.
func (s *scene) bubble(t *testing.T) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil && !s.played.Load() {
			s.failf("the decorator blocks forever: %v", p)
		}
	}()
	synctest.Test(t, func(*testing.T) { s.play() })
}

func (s *scene) play() {
	s.ctx, s.cancel = context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { // a separate goroutine, so that fatalf can end it
		defer close(over)
		defer func() {
			if p := recover(); p != nil {
				s.failf("panic: %v", p)
			}
		}()
		s.check.run(s)
	}()
	<-over
	s.played.Store(true)
	s.cancel()
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}

// later registers f to be called when the check has ended.
func (s *scene) later(f func()) { s.cleanups = append(s.cleanups, f) }

// failf records a failure. It masks secrets.
func (s *scene) failf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, secret := range s.allSecrets() {
		text = strings.ReplaceAll(text, secret, "***")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) < 8 { // more would not explain more
		s.faults = append(s.faults, text)
	}
}

// fatalf records a failure and ends the check. Only the check's own goroutine may call it.
func (s *scene) fatalf(format string, args ...any) {
	s.failf(format, args...)
	runtime.Goexit()
}

func (s *scene) skipf(format string, args ...any) {
	s.mu.Lock()
	s.skipped = fmt.Sprintf(format, args...)
	s.mu.Unlock()
	runtime.Goexit()
}

// wrap returns the decorator with base below it.
func (s *scene) wrap(base http.RoundTripper) http.RoundTripper {
	rt := s.put(base)
	if rt == nil {
		s.fatalf("the wrap function returned nil")
	}
	return rt
}

// longest returns how long a call may take: all the waits that it claims, and a minute.
func (s *scene) longest() time.Duration {
	if s.check.real {
		return s.patience / 2
	}
	if s.retry == nil {
		return 10 * time.Minute
	}
	return time.Duration(s.retry.Max+1)*(s.retry.MaxWait+2*time.Second) + time.Minute
}

// A result is the outcome of one call.
type result struct {
	resp     *http.Response
	err      error
	panicked any
	took     time.Duration
	ended    time.Time
}

// start makes a call in a goroutine with the scene's label, which the goroutines that
// it starts inherit.
func (s *scene) start(rt http.RoundTripper, req *http.Request) <-chan result {
	answered := make(chan result, 1)
	go func() {
		pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("rttest", s.label)))
		begun := time.Now()
		var r result
		defer func() {
			r.panicked = recover()
			r.ended = time.Now()
			r.took = r.ended.Sub(begun)
			answered <- r
		}()
		r.resp, r.err = rt.RoundTrip(req)
	}()
	return answered
}

// await waits for a call to return, and fails if it takes longer than allowed.
func (s *scene) await(answered <-chan result) result {
	late := time.NewTimer(s.longest())
	defer late.Stop()
	select {
	case r := <-answered:
		return r
	case <-late.C:
		s.cancel()
		s.fatalf("RoundTrip did not return within %v", s.longest())
		return result{}
	}
}

// try makes a call that may panic or break the contract.
func (s *scene) try(rt http.RoundTripper, req *http.Request) result { return s.await(s.start(rt, req)) }

// send makes a call that must return either a response or an error.
func (s *scene) send(rt http.RoundTripper, req *http.Request) result { return s.judge(s.try(rt, req)) }

func (s *scene) judge(r result) result {
	switch {
	case r.panicked != nil:
		s.fatalf("RoundTrip panicked: %v", r.panicked)
	case r.resp == nil && r.err == nil:
		s.fatalf("RoundTrip returned neither a response nor an error")
	case r.resp != nil && r.err != nil:
		s.fatalf("RoundTrip returned a response (%d) and an error: %v", r.resp.StatusCode, r.err)
	case r.resp != nil && r.resp.Body == nil:
		s.fatalf("the response has a nil Body")
	}
	return r
}

// answer makes a call that must return a response.
func (s *scene) answer(rt http.RoundTripper, req *http.Request) *http.Response {
	r := s.send(rt, req)
	if r.err != nil {
		s.fatalf("RoundTrip returned an error: %v", r.err)
	}
	return r.resp
}

// finish reads the response to its end and closes it.
func (s *scene) finish(r result) string {
	if r.resp == nil {
		return ""
	}
	defer r.resp.Body.Close()
	text, err := io.ReadAll(r.resp.Body)
	if err != nil {
		s.failf("reading the response's body: %v", err)
	}
	return string(text)
}

// request returns a request to the check's origin. The body may be nil.
func (s *scene) request(method, path string, body io.ReadCloser) *http.Request {
	return s.requestWith(s.ctx, method, s.origin()+path, body)
}

func (s *scene) requestWith(ctx context.Context, method, target string, body io.ReadCloser) *http.Request {
	req, err := http.NewRequestWithContext(ctx, method, target, http.NoBody)
	if err != nil {
		s.fatalf("rttest: %v", err)
	}
	req.Body = nil
	if b, ok := body.(*payload); ok {
		req.Body, req.ContentLength = b, b.length
	} else if body != nil {
		req.Body, req.ContentLength = body, -1
	}
	return req
}

// settle waits for background work of a call to end, until done returns true.
func (s *scene) settle(done func() bool) {
	for tries := 0; tries < 40 && !done(); tries++ {
		time.Sleep(50 * time.Millisecond) //nolint:forbidigo // virtual time, or bounded polling
	}
}

// goroutines counts the goroutines that the scene's calls started and that still run.
func (s *scene) goroutines() (count int, stacks string) {
	var all, found strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		s.fatalf("rttest: read goroutines: %v", err)
	}
	_, records, _ := strings.Cut(all.String(), "\n") // below the total
	for record := range strings.SplitSeq(records, "\n\n") {
		if !strings.Contains(record, strconv.Quote(s.label)) {
			continue
		}
		n, _, _ := strings.Cut(strings.TrimSpace(record), " ")
		many, err := strconv.Atoi(n)
		if err != nil {
			s.fatalf("rttest: read goroutines: %v", err)
		}
		count += many
		found.WriteString(record)
		found.WriteByte('\n')
	}
	return count, found.String()
}
