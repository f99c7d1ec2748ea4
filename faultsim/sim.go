package faultsim

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Sim is a simulation: servers whose faults a script describes, and clients that call
// them in virtual time. [Test] makes one. Its methods set up what the runs that follow have
// in common; each [Clients.Run] begins at the start of the script, with full buckets. A
// method that is given an invalid setting ends the test. The methods must be called by the
// goroutine of the function that was given to Test, and not during a run.
type Sim struct {
	t       *testing.T
	monitor *monitor
	seed    uint64
	wired   bool
	key     func(*http.Request) string
	others  *Server // serves every host that is not in hosts
	hosts   map[string]*Server
	sources uint64 // how many Rand has returned
	world   atomic.Pointer[world]
	network *network // nil until it is needed
}

func newSim(t *testing.T, m *monitor, script Script) *Sim {
	t.Helper()
	s := &Sim{t: t, monitor: m, seed: 1, key: hostOf, hosts: map[string]*Server{}}
	s.others = &Server{sim: s, script: script, latency: Uniform(0, 0)}
	s.world.Store(newWorld(s, 0, 1))
	return s
}

// Seed sets what all randomness of the simulation is derived from. The default is 1. Runs
// with the same seed have the same faults, latencies and waits, and so the same figures.
func (s *Sim) Seed(seed uint64) *Sim {
	s.seed = seed
	return s
}

// Latency sets how long the server takes to respond, as [Server.Latency] does.
func (s *Sim) Latency(l Latency) *Sim {
	s.t.Helper()
	s.others.Latency(l)
	return s
}

// Bucket limits the rate of the server, as [Server.Bucket] does.
func (s *Sim) Bucket(perSecond float64, burst int, headers ...string) *Sim {
	s.t.Helper()
	s.others.Bucket(perSecond, burst, headers...)
	return s
}

// Handler sets what the server responds when it has no fault, as [Server.Handler] does.
func (s *Sim) Handler(h http.Handler) *Sim {
	s.t.Helper()
	s.others.Handler(h)
	return s
}

// Host returns a server of its own for one host, such as "api.example.com" or
// "api.example.com:8080", whose script differs. Hosts without one share a server, with the
// script that was given to [Test]. An invalid script ends the test.
func (s *Sim) Host(name, script string) *Server {
	s.t.Helper()
	parsed, err := Parse(script)
	if err != nil {
		s.t.Fatalf("%v (the script of %s)", err, name)
	}
	server := &Server{sim: s, script: parsed, latency: Uniform(0, 0)}
	s.hosts[strings.ToLower(name)] = server
	return server
}

// Wire sends requests through a real [http.Transport] and a real [http.Server], which are
// connected in memory, with HTTP/1.1. Each client has a transport with connections of its
// own. By default a function takes the place of both, which is several times as fast.
//
// With Wire a reset is one of the connection, which http.Transport may answer by sending the
// request again, and refused and dns concern new connections, as in reality: dns does not
// affect a request for which a connection is open. While the server refuses connections, a
// request on an open connection breaks it.
func (s *Sim) Wire() *Sim {
	s.wired = true
	return s
}

// Key sets by what requests are counted: see [Result.Seconds]. The default is the host. key
// gets the request as a server does, and must not read its body.
func (s *Sim) Key(key func(*http.Request) string) *Sim {
	s.t.Helper()
	if key == nil {
		s.t.Fatal("faultsim: key is nil: leave Key out to count by host")
	}
	s.key = key
	return s
}

// Rand returns a new source of randomness, which is derived from the seed and from how many
// were returned before. It is safe for concurrent use. A call draws the waits of this module's
// layers from a source that belongs to it, so most simulations do not need this; use it for
// what is random in the chain besides, and as in retry.WithRandom(s.Rand()).
func (s *Sim) Rand() rand.Source {
	s.sources++
	return newSource(s.seed, streamRand, s.sources)
}

// Base returns a round tripper that leads to the servers, for code that makes the calls
// itself. Each request to it must have ended when the function that was given to [Test]
// returns. The script begins with Test, and again with each run.
func (s *Sim) Base() http.RoundTripper { return s.base(math.MaxUint32) }

// base returns the base of a client.
func (s *Sim) base(client uint64) http.RoundTripper {
	stray := &caller{client: client, number: math.MaxUint32}
	if !s.wired {
		return &base{sim: s, stray: stray}
	}
	if s.network == nil {
		s.network = listen(s)
	}
	return s.network.transport(stray)
}

// close ends the connections.
func (s *Sim) close() {
	if s.network != nil {
		s.network.close()
	}
}

// Clients returns n clients, each of which sends its requests through what wrap returns for
// its base. A client is a program: by default it has one caller, which makes a call every
// second. wrap is called n times at the beginning of each run; a layer or a limiter that is
// made outside of wrap is shared by the clients. A middleware can be given directly, as in
// Clients(200, retry.New()). A nil wrap means the base alone.
func (s *Sim) Clients(n int, wrap func(base http.RoundTripper) http.RoundTripper) *Clients {
	s.t.Helper()
	if wrap == nil {
		wrap = func(base http.RoundTripper) http.RoundTripper { return base }
	}
	if n < 1 {
		s.t.Fatalf("faultsim: %d clients: at least 1 is needed", n)
	}
	c := &Clients{sim: s, n: n, wrap: wrap, callers: 1, overlap: 64, every: time.Second}
	return c.Get("http://api.example.com/")
}

// A Server is what one or several hosts have in common: their script, latency and limit.
// [Sim.Host] makes one.
type Server struct {
	sim     *Sim
	script  Script
	latency Latency
	handler http.Handler

	perSecond float64 // of the bucket; 0: there is none
	burst     int
	headers   []pair // of its responses
	told      bool   // headers were given

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

// Latency sets how long the server takes to respond to a request. The default is no time. A
// fault takes as long as a success, but for refused and dns, which fail at once.
func (s *Server) Latency(l Latency) *Server {
	s.sim.t.Helper()
	if l == nil {
		s.sim.t.Fatal("faultsim: latency is nil: leave Latency out for none")
	}
	s.latency = l
	return s
}

// Bucket limits the rate of the server by a token bucket, which a request must pass before it
// can meet a fault of the server. Other requests get status 429 with the headers given, each
// in the form of a script, as in "retry-after=2s". Without headers the response has a
// Retry-After with the seconds until there is a token; an empty string stands for no header.
// The default is no limit.
func (s *Server) Bucket(perSecond float64, burst int, headers ...string) *Server {
	s.sim.t.Helper()
	if !(perSecond > 0) || math.IsInf(perSecond, 1) || burst < 1 {
		s.sim.t.Fatalf("faultsim: bucket of %g a second, burst %d: both must be positive; leave Bucket out for no limit", perSecond, burst)
	}
	s.perSecond, s.burst, s.headers, s.told = perSecond, burst, nil, len(headers) > 0
	if text := strings.TrimSpace(strings.Join(headers, " ")); text != "" {
		parsed, err := Parse("429 " + text)
		if err != nil || len(parsed.phases) != 1 || len(parsed.phases[0].faults) != 1 || !parsed.phases[0].faults[0].open {
			s.sim.t.Fatalf("faultsim: headers of the bucket, %q: they must be as in a script, such as retry-after=2s", text)
		}
		s.headers = parsed.phases[0].faults[0].headers
	}
	s.reset()
	return s
}

// Handler sets what the server responds when it has no fault. The default is status 200 with
// a short text. Unless [Sim.Wire] is used, h is called by the goroutine of the attempt.
func (s *Server) Handler(h http.Handler) *Server {
	s.handler = h
	return s
}

// reset fills the bucket.
func (s *Server) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.last = float64(s.burst), time.Now()
}

// take takes a token, or returns the time until there is one.
func (s *Server) take() (missing time.Duration, ok bool) {
	if s.perSecond == 0 {
		return 0, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.tokens = min(float64(s.burst), s.tokens+now.Sub(s.last).Seconds()*s.perSecond)
	s.last = now
	if s.tokens >= 1 {
		s.tokens--
		return 0, true
	}
	return time.Duration((1 - s.tokens) / s.perSecond * float64(time.Second)), false
}

// throttle returns the fault of a request that the bucket rejects.
func (s *Server) throttle(missing time.Duration) *fault {
	headers := s.headers
	if !s.told {
		headers = []pair{{"retry-after", strconv.FormatInt(int64(math.Ceil(missing.Seconds())), 10)}}
	}
	return &fault{kind: kindStatus, status: http.StatusTooManyRequests, headers: headers}
}
