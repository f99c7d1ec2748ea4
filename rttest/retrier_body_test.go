package rttest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/tripware/tripware/rttest"
)

// flawed sends a request differently if the flaw affects it.
func (r *retrier) flawed(req *http.Request) (resp *http.Response, err error, done bool) { //nolint:revive // as RoundTrip, and more
	plain := req.Body != nil && req.GetBody == nil
	switch {
	case r.flaw == "retry-body-error-of-known-length" && plain && req.ContentLength > 0,
		r.flaw == "retry-body-error-of-unknown-length" && plain && req.ContentLength < 0:
		resp, err = r.forgetful(req)
		return resp, err, true
	case r.flaw == "retry-early-response" && plain && req.ContentLength < 0:
		resp, err = r.holding(req)
		return resp, err, true
	}
	if s, ok := req.Context().Value(sharingKey{}).(*sharing); ok && req.URL != nil {
		same, others := s.begin(req.URL.Path)
		defer s.end(req.URL.Path)
		if r.flaw == "retry-fan-out" && same > 0 || r.flaw == "retry-fan-out-of-urls" && others > 0 {
			resp, err = r.base.RoundTrip(req)
			return resp, err, true
		}
		resp, err = r.loop(req)
		return resp, err, true
	}
	return nil, nil, false
}

// A keeping body stores what is read, but forgets an error.
type keeping struct {
	io.ReadCloser

	mu     sync.Mutex // a base may still read when it has returned
	kept   bytes.Buffer
	failed bool
}

func (k *keeping) Read(b []byte) (int, error) {
	n, err := k.ReadCloser.Read(b)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept.Write(b[:n])
	k.failed = k.failed || err != nil && !errors.Is(err, io.EOF)
	return n, err
}

// forgetful treats the stored part of a body as the whole body.
func (r *retrier) forgetful(req *http.Request) (*http.Response, error) {
	c := *req
	k := &keeping{ReadCloser: req.Body}
	c.Body = k
	resp, err := r.base.RoundTrip(&c)
	k.mu.Lock()
	failed, kept := k.failed, k.kept.String()
	k.mu.Unlock()
	if err == nil || !failed || req.Context().Err() != nil {
		return resp, err
	}
	again := *req
	again.Body = io.NopCloser(strings.NewReader(kept))
	return r.base.RoundTrip(&again)
}

// holding keeps the base's Close from the body, and drops a response before it
// knows whether it can send the body again.
func (r *retrier) holding(req *http.Request) (*http.Response, error) {
	defer req.Body.Close()
	c := *req
	c.Body = io.NopCloser(req.Body)
	resp, err := r.base.RoundTrip(&c)
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable {
		return resp, err
	}
	body, err := slurp(resp) // which closes it
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, err
}

type sharingKey struct{}

// A sharing is what a decorator may keep on a context: which paths are asked for.
type sharing struct {
	mu    sync.Mutex
	paths map[string]int
}

func claimSharing() rttest.Option {
	return rttest.WithSharedContext(func(ctx context.Context) (context.Context, func()) {
		return context.WithValue(ctx, sharingKey{}, &sharing{paths: map[string]int{}}), func() {}
	})
}

// begin returns how many calls to the path, and to others, are under way.
func (s *sharing) begin(path string) (same, others int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, n := range s.paths {
		if p == path {
			same = n
		} else {
			others += n
		}
	}
	s.paths[path]++
	return same, others
}

func (s *sharing) end(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paths[path]--
}
