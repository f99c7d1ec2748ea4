package bench

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/tripware/tripware/transport/network"
)

// workers is how many goroutines call at once where calls are concurrent.
const workers = 64

// A site is a server on loopback that counts the connections it accepts.
type site struct {
	*httptest.Server

	opened  atomic.Int64
	meeting atomic.Pointer[barrier] // where requests wait for each other, or nil
}

// A barrier lets nothing pass before all have come.
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

// warm lets each worker make a call. The server responds to none before all have
// come, so that there is one connection for each worker afterwards.
func (s *site) warm(ctx context.Context, r runner) error {
	b := &barrier{open: make(chan struct{})}
	b.missing.Store(workers)
	s.meeting.Store(b)
	defer s.meeting.Store(nil)
	return r.run(ctx, workers)
}

// newSite starts a server that speaks HTTP/1.1, or HTTP/2 over TLS.
func newSite(http2 bool, handler http.Handler) *site {
	s := &site{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s.meeting.Load().wait(req.Context())
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

// plainBase returns a transport of net/http that keeps more connections than there
// are workers, so that layers are compared and not pools.
func (s *site) plainBase() (*http.Transport, error) {
	own, good := s.Client().Transport.(*http.Transport)
	if !good {
		return nil, errors.New("bench: the test server's client has another transport")
	}
	base := own.Clone()
	base.MaxIdleConns, base.MaxIdleConnsPerHost = 0, 2*workers
	return base, nil
}

// ourBase returns the base that Tripware makes, with no setting but the certificate.
func (s *site) ourBase() (*http.Transport, error) {
	var opts []network.Option
	if s.TLS != nil {
		own, err := s.plainBase()
		if err != nil {
			return nil, err
		}
		opts = append(opts, network.WithRootCAs(own.TLSClientConfig.RootCAs))
	}
	return network.New(opts...)
}

// freshDefault returns a transport with the defaults of net/http, but not the one
// that the whole process shares.
func freshDefault() (*http.Transport, error) {
	shared, good := http.DefaultTransport.(*http.Transport)
	if !good {
		return nil, errors.New("bench: the default transport was replaced")
	}
	return shared.Clone(), nil
}

// small responds with a little JSON.
func small() http.Handler {
	body := []byte(document(256))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{"application/json"}
		_, _ = w.Write(body)
	})
}

// apiSite responds to typed calls over a socket.
func apiSite() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		maps.Copy(w.Header(), opsgenieHeader())
		status, text := apiStatus(req)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
}
