package rttest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

func stallFaults() []fault {
	return []fault{
		{check: "body-not-read-ahead", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			if req.Body == nil || req.ContentLength == 0 {
				return base.RoundTrip(req)
			}
			c := *req
			r := bufio.NewReader(req.Body)
			_, _ = r.Peek(1)
			c.Body = struct {
				io.Reader
				io.Closer
			}{r, req.Body}
			return base.RoundTrip(&c)
		})},
		{check: "body-stalled-cancelled", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			if req.ContentLength < 1<<20 {
				return base.RoundTrip(req)
			}
			return base.RoundTrip(req.WithContext(context.WithoutCancel(req.Context()))) // a large upload goes on
		})},
		{check: "early-response-comes-through", wrap: doing(uploadFirst)},
		{check: "unwrap-cycle-ends", wrap: func(base http.RoundTripper) http.RoundTripper {
			return &seeking{passing{base}}
		}},
	}
}

// An ending body reports when it has been read to its end.
type ending struct {
	io.ReadCloser

	once sync.Once
	end  chan struct{}
}

func (e *ending) Read(b []byte) (int, error) {
	n, err := e.ReadCloser.Read(b)
	if errors.Is(err, io.EOF) {
		e.once.Do(func() { close(e.end) })
	}
	return n, err
}

// uploadFirst returns a response over HTTP/2 only after the upload has ended.
func uploadFirst(req *http.Request, base http.RoundTripper) (*http.Response, error) {
	if req.Body == nil || req.ContentLength == 0 {
		return base.RoundTrip(req)
	}
	c := *req
	body := &ending{ReadCloser: req.Body, end: make(chan struct{})}
	c.Body = body
	resp, err := base.RoundTrip(&c)
	if err == nil && resp != nil && resp.ProtoMajor == 2 {
		select {
		case <-body.end:
		case <-req.Context().Done():
		}
	}
	return resp, err
}

// seeking looks for a layer below that can close idle connections.
type seeking struct{ passing }

func (s *seeking) CloseIdleConnections() {
	for rt := s.base; rt != nil; {
		if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
			return
		}
		below, ok := rt.(interface{ Unwrap() http.RoundTripper })
		if !ok {
			return
		}
		rt = below.Unwrap()
	}
}
