package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// The limited server.
const (
	rate    = 200.0
	burst   = 50.0
	answers = 5 * time.Millisecond // how long a response takes
)

// clientHeader names the process that sends a request.
const clientHeader = "X-Process"

// A limited server has a token bucket, and counts.
type limited struct {
	mu        sync.Mutex
	at        time.Time
	tokens    float64
	began     time.Time // first request
	seconds   []int     // requests in each second since
	sent      int
	refused   int
	throttle  time.Duration // for how long everything is refused
	throttled time.Time     // since when
	noticed   time.Time     // when the first response of the throttle was sent
	first     string        // who got it
	intoIt    int           // requests of others that arrived after it
	inFlight  int           // and before it
}

// counts is what the server tells at the end.
type counts struct {
	Sent, Refused  int
	Seconds        []int
	First          string
	Into, InFlight int
}

// serve listens, prints its address, and serves until its input ends.
func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l := &limited{tokens: burst}
	server := &http.Server{Handler: l.mux(), ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if _, err = fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, in)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
	case err = <-ended:
		return err
	}
	err = server.Close()
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (l *limited) mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /thing", l.thing)
	mux.HandleFunc("POST /throttle", func(_ http.ResponseWriter, r *http.Request) {
		d, err := time.ParseDuration(r.FormValue("for"))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.throttle, l.throttled = d, time.Now()
	})
	mux.HandleFunc("GET /counts", func(w http.ResponseWriter, _ *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		_ = json.NewEncoder(w).Encode(counts{l.sent, l.refused, l.seconds, l.first, l.intoIt, l.inFlight})
	})
	return mux
}

func (l *limited) thing(w http.ResponseWriter, r *http.Request) {
	who := r.Header.Get(clientHeader)
	arrived := time.Now()
	status, hint := l.admit(who, arrived)
	wait(context.WithoutCancel(r.Context()), answers)
	if hint > 0 {
		w.Header().Set("Retry-After", fmt.Sprintf("%.0f", hint.Seconds()))
	}
	if status == http.StatusServiceUnavailable { // the throttle
		status = http.StatusTooManyRequests
		l.notice(who)
	}
	w.WriteHeader(status)
}

// admit takes a token. A request that runs into the throttle has the status 503.
func (l *limited) admit(who string, now time.Time) (status int, hint time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began.IsZero() {
		l.began, l.at = now, now
	}
	l.tokens = min(burst, l.tokens+now.Sub(l.at).Seconds()*rate)
	l.at = now
	l.sent++
	second := int(now.Sub(l.began) / time.Second)
	for len(l.seconds) <= second {
		l.seconds = append(l.seconds, 0)
	}
	l.seconds[second]++
	if left := l.throttle - now.Sub(l.throttled); left > 0 {
		l.refused++
		switch {
		case l.noticed.IsZero():
			l.inFlight++
		case who != l.first:
			l.intoIt++
		}
		return http.StatusServiceUnavailable, l.throttle
	}
	if l.tokens < 1 {
		l.refused++
		return http.StatusTooManyRequests, time.Second
	}
	l.tokens--
	return http.StatusOK, 0
}

// notice records the first response that tells of the throttle.
func (l *limited) notice(who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.noticed.IsZero() {
		l.noticed, l.first = time.Now(), who
		l.inFlight-- // the one that it answers
	}
}
