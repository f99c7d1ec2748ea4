package bench

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"

	"github.com/tripware/tripware/transport/network"
)

// workers is how many goroutines call at once where calls are concurrent.
const workers = 64

// A site is a server on loopback that counts the connections it gets.
type site struct {
	*httptest.Server

	opened atomic.Int64
	gate   atomic.Pointer[barrier] // what requests wait at, or nil
}

// A barrier lets nobody pass before all have come.
type barrier struct {
	missing atomic.Int64
	open    chan struct{}
}

func (b *barrier) wait(ctx context.Context) {
	if b == nil {
		return
	}
	if b.missing.Add(-1) == 0 {
		close(b.open)
	}
	select {
	case <-b.open:
	case <-ctx.Done():
	}
}

// warm has each worker make a call, all of which are answered when the last has
// come: then there is a connection for each, and none is still being dialled.
func (s *site) warm(ctx context.Context, r Runner) error {
	b := &barrier{open: make(chan struct{})}
	b.missing.Store(workers)
	s.gate.Store(b)
	defer s.gate.Store(nil)
	return r.Run(ctx, workers)
}

// newSite starts a server: HTTP/1.1, or HTTP/2 over TLS.
func newSite(http2 bool, handler http.Handler) *site {
	s := &site{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s.gate.Load().wait(req.Context())
		handler.ServeHTTP(w, req)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.opened.Add(1)
		}
	}
	if http2 {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	return s
}

// ownBase returns a transport that keeps a connection for each worker, so that
// layers are compared and not pools.
func (s *site) ownBase() (*http.Transport, error) {
	own, good := s.Client().Transport.(*http.Transport)
	if !good {
		return nil, errors.New("bench: the test server's client has another transport")
	}
	base := own.Clone()
	base.MaxIdleConns, base.MaxIdleConnsPerHost = 0, workers
	return base, nil
}

// ourBase returns the base that ours makes, with no setting but the certificate.
func (s *site) ourBase() (*http.Transport, error) {
	var opts []network.Option
	if s.TLS != nil {
		own, err := s.ownBase()
		if err != nil {
			return nil, err
		}
		opts = append(opts, network.WithRootCAs(own.TLSClientConfig.RootCAs))
	}
	return network.New(opts...)
}

// freshDefault returns a transport as net/http has it by default, but not the
// one that the process shares, whose connections would be those of others.
func freshDefault() (*http.Transport, error) {
	shared, good := http.DefaultTransport.(*http.Transport)
	if !good {
		return nil, errors.New("bench: the default transport was replaced")
	}
	return shared.Clone(), nil
}

// crowd has n calls made by a number of goroutines and returns the first error.
func crowd(ctx context.Context, goroutines, n int, call func(ctx context.Context) error) error {
	var left atomic.Int64
	left.Store(int64(n))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for left.Add(-1) >= 0 && ctx.Err() == nil {
				if err := call(ctx); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// crowded returns a runner whose calls are made by workers at once.
func crowded(name, url string, c Client) Runner {
	return Runner{Name: name, Run: func(ctx context.Context, n int) error {
		return crowd(ctx, workers, n, func(ctx context.Context) error { return ok(c.Get(ctx, url)) })
	}}
}

// small answers with a little JSON.
func small() http.Handler {
	body := []byte(document(256))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{"application/json"}
		_, _ = w.Write(body)
	})
}
