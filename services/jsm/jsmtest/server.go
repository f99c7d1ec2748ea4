package jsmtest

import (
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// TB is the part of testing.TB that [New] uses. *testing.T and *testing.B implement it.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// A Server is a simulated JSM Operations on a loopback socket. Create one with [New] or
// [Start]. It is safe for concurrent use.
type Server struct {
	URL     string // the base URL, for jsm.WithBaseURL; it does not end with a slash
	Site    string // host and port, for jsm.Site; a site's address is that of the server
	CloudID string // for jsm.CloudID
	Email   string // with Token, the credential for auth.Basic, which has all rights
	Token   string

	EventsURL string // the base URL of the events of integrations, for events.WithBaseURL
	Key       string // the key of an integration, for events.New

	cfg    *config
	engine *sim.Engine
	rows   map[string]*route // by pattern
	world  *world
}

// New starts a server for one test and closes it when the test ends. If an option is
// invalid or the server cannot listen, the test fails.
func New(t TB, opts ...Option) *Server {
	t.Helper()
	s, err := Start(opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(s.Close)
	return s
}

// Start starts a server on a free port of 127.0.0.1. The caller must close it. The
// error names every invalid option, or says why the server cannot listen.
func Start(opts ...Option) (*Server, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	rows, patterns := map[string]*route{}, []sim.Route{}
	for _, row := range allRoutes() {
		rows[row.pattern] = &row
		patterns = append(patterns, sim.Route{Pattern: row.pattern, Domain: row.domain})
	}
	e, origin, err := sim.Listen(&cfg.Settings, patterns)
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL: origin, Site: strings.TrimPrefix(origin, "http://"),
		CloudID: cloudID, Email: DefaultEmail, Token: DefaultToken, EventsURL: origin + eventsPrefix, Key: DefaultKey,
		cfg: cfg, engine: e, rows: rows, world: newWorld(cfg, e.Base, origin),
	}
	e.Start(simulated{s})
	return s, nil
}

// Close stops the server. It closes the listener and all connections, releases stalled
// requests, and returns when all goroutines of the server have ended. The methods that
// return what the server stored still work. Closing it again does nothing.
func (s *Server) Close() { s.engine.Close() }

// Settle processes all pending asynchronous writes, as if enough requests had
// arrived or enough time had passed.
func (s *Server) Settle() { s.engine.Settle() }

// Requests returns copies of the last requests in the order in which they arrived. They
// include requests with invalid credentials, with an unknown path and with injected
// faults. [WithRequestLog] sets how many the server records.
func (s *Server) Requests() []Request { return s.engine.Requests() }

// Received returns the number of requests that arrived since the server started,
// recorded or not.
func (s *Server) Received() int { return s.engine.Received() }

// Inject injects a fault into the requests that f selects, from the next request on.
// If several faults select a request, the one that was injected first happens.
//
// If f is invalid, for example because its Route is unknown or because it is Slow
// without Latency, every request gets a 500 response until the fault is stopped, so
// that the test does not pass without the fault. The response says what is wrong, and
// [Injected.Err] returns it.
func (s *Server) Inject(f Fault) *Injected { return s.engine.Inject(f) }

// Storm injects faults into all requests with probability p until it is stopped. Each
// time it draws one of faults with equal probability; the fields of a fault that select
// requests, and Skip, Times and Chance, do not count. Without faults there are six: a
// 429, a 500 and a 503 response, the last with an HTML body; a reset before the request
// is applied, and one after; and a truncated response.
//
// The draws are determined by the seed of the server: see [WithSeed]. A p of 0 never
// injects a fault, and a p outside of 0 to 1 is invalid, as described for
// [Server.Inject].
func (s *Server) Storm(p float64, faults ...Fault) *Injected { return s.engine.Storm(p, faults...) }

// Throttle makes the server send 429 responses to the next n requests of a domain, with
// the headers of the platform: Retry-After of 1 second, X-RateLimit-Limit,
// X-RateLimit-Remaining, X-RateLimit-Reset and RateLimit-Reason; see [BareThrottling] for
// others. n must be positive. Throttle injects a [Fault]; an invalid one is treated as
// described for [Server.Inject].
func (s *Server) Throttle(domain Domain, n int) *Injected { return s.engine.Throttle(domain, n) }
