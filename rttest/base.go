package rttest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A base is the round tripper below the decorator. It treats requests as
// [http.Transport] does: it refuses a request whose context has ended or that has no
// URL or Header, it reads the body, and it always closes the body once.
type base struct {
	scene  *scene
	script func(a *attempt) (*http.Response, error)
	unread bool // the script reads the body itself

	mu       sync.Mutex
	attempts []*attempt
	idle     int
}

// An attempt is one request that arrived at the base.
type attempt struct {
	number   int // from 1
	req      *http.Request
	header   http.Header // as it arrived
	text     string      // the body
	length   int64
	begun    time.Time
	answered time.Time
}

// most is the number of attempts of a check that get a response. A decorator that
// makes more retries forever, and the further attempts wait until the check fails.
const most = 1 << 12

func (s *scene) base(script func(a *attempt) (*http.Response, error)) *base {
	return &base{scene: s, script: script}
}

func (b *base) RoundTrip(req *http.Request) (*http.Response, error) {
	a := b.arrive(req)
	if a.number > most {
		closeBody(req.Body)
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	if req.URL == nil || req.Header == nil {
		closeBody(req.Body)
		return nil, errors.New("rttest: nil Request.URL or Request.Header")
	}
	if err := ended(req.Context()); err != nil {
		closeBody(req.Body)
		return nil, err
	}
	if req.Body != nil && !b.unread {
		sent, err := io.ReadAll(req.Body)
		closeBody(req.Body)
		if err != nil {
			return nil, err
		}
		b.mu.Lock()
		a.text = string(sent)
		b.mu.Unlock()
	}
	resp, err := b.script(a)
	b.mu.Lock()
	defer b.mu.Unlock()
	a.answered = time.Now()
	return resp, err
}

func (b *base) arrive(req *http.Request) *attempt {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := &attempt{number: len(b.attempts) + 1, req: req, header: req.Header.Clone(), length: req.ContentLength, begun: time.Now()}
	b.attempts = append(b.attempts, a)
	return a
}

// CloseIdleConnections counts the calls.
func (b *base) CloseIdleConnections() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.idle++
}

func (b *base) idleCloses() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.idle
}

// seen returns copies of the attempts so far. One may still be running.
func (b *base) seen() (attempts []*attempt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.attempts {
		now := *a
		attempts = append(attempts, &now)
	}
	return attempts
}

// asked returns the number of attempts that arrived.
func (b *base) asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.attempts)
}

// gaps returns the waits between attempts.
func (b *base) gaps() (waits []time.Duration) {
	seen := b.seen()
	for i := 1; i < len(seen); i++ {
		waits = append(waits, seen[i].begun.Sub(seen[i-1].answered))
	}
	return waits
}

func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close()
	}
}

// ended returns the error that [http.Transport] returns for a context that has ended.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// respond returns a response with text as its body.
func respond(a *attempt, status int, body string, header ...string) *http.Response {
	return respondWith(a, status, text(body), header...)
}

func respondWith(a *attempt, status int, body *payload, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"text/plain"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	if body.length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(body.length, 10))
	}
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: body, ContentLength: body.length, Request: a.req,
	}
}

// always responds to every attempt with status. The body contains the attempt's number.
func always(status int, header ...string) func(*attempt) (*http.Response, error) {
	return func(a *attempt) (*http.Response, error) {
		return respond(a, status, "attempt "+strconv.Itoa(a.number), header...), nil
	}
}

// then responds to the first attempts with the statuses given, and to the rest with 200.
func then(statuses ...int) func(*attempt) (*http.Response, error) {
	return func(a *attempt) (*http.Response, error) {
		status := http.StatusOK
		if a.number <= len(statuses) {
			status = statuses[a.number-1]
		}
		return respond(a, status, "attempt "+strconv.Itoa(a.number)), nil
	}
}

// contains returns the part of a request that contains a text, or "".
func contains(req *http.Request, secret string) string {
	if req == nil {
		return ""
	}
	for name, values := range req.Header {
		for _, value := range values {
			if strings.Contains(value, secret) {
				return "header " + name
			}
		}
	}
	if req.URL != nil && strings.Contains(req.URL.String(), secret) {
		return "the URL"
	}
	return ""
}
