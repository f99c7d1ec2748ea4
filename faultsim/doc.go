// Package faultsim replays outages in a test: many clients call a server whose faults a
// script describes, in virtual time. Ten minutes with 200 clients take a second or two.
//
// For most uses call [Test] with a script, say how fast the server responds, and run clients
// through the chain of your program. The result has the figures that tune retries, limits and
// breakers: how many requests each call costs the server, how soon calls succeed after the
// outage, and how long they take.
//
//	func TestOutage(t *testing.T) {
//		faultsim.Test(t, "2m ok; 5m 503 p=.8 retry-after=1s; 30s reset; ok", func(t *testing.T, s *faultsim.Sim) {
//			s.Latency(faultsim.Exp(20*time.Millisecond, 10*time.Millisecond)).Bucket(400, 100)
//			r := s.Clients(4, retry.New()).Callers(50).Every(time.Second).Run(10 * time.Minute)
//			t.Logf("%v\n%v", r, r.Timeline())
//			if first, _ := r.Recovery(); r.Amplification() > 1.3 || first > time.Second {
//				t.Error("too many requests, or too late")
//			}
//		})
//	}
//
// # Scripts
//
// A script is a list of phases, which semicolons or line ends separate. Each has a duration,
// such as 30s or 1m30s, and what happens to requests meanwhile. The last phase may have no
// duration, and then does not end; otherwise the server has no faults after it. What follows a
// # is a comment. The faults are:
//
//	ok         no fault: status 200 and a short text, or what the handler responds
//	503        a response with this status, from 200 to 599
//	slow=2s    as ok, but later by that time
//	cut        as ok, but the body breaks off after half of it; cut=100 after 100 bytes
//	reset      the connection breaks instead of a response
//	refused    nothing listens on the port
//	dns        the name of the host does not exist
//	timeout    no response, until the client gives up
//
// Options follow a fault. With p=.8 it happens to 80 % of the requests; without p, to all that
// the faults before it left. Faults for other requests follow after commas, and what remains is
// ok: "5m 503 p=.5, reset p=.1" leaves 40 % without a fault. An option of which the name is
// retry-after, or begins with ratelimit or x-, is a header of the response; a duration for a
// name that ends in -after or -reset is sent in seconds.
//
//	2m ok
//	5m 503 p=.8 retry-after=1s, timeout p=.05  # the database was restarted
//	30s reset
//	2m 429 x-ratelimit-remaining=0 x-ratelimit-reset=30s
//	ok
//
// # Clients and callers
//
// A client is a program with a chain: a retry budget, a limiter or a breaker that the chain has
// is shared by the callers of the client, and not with other clients, unless you make it outside of
// the function that you give to [Sim.Clients]. 200 callers of one client and 200 clients of one
// caller send the same calls, but the second have 200 budgets.
//
// A caller begins a call at every interval, also while earlier ones are running, as a server
// does whose own requests do not stop because of an outage. [Clients.Overlap] bounds that.
//
// # The same seed
//
// Two runs with the same seed and chain have the same figures in each second, the same
// percentiles and the same faults. For that each caller draws its start, and each call its waits,
// from a source of its own; the layers of this module use it by themselves. In a layer of
// yours use [Sim.Rand] in place of other sources. What happens at the same time happens in any
// order, so requests are sent and responses return at times that no other running call has, up to a
// millisecond late: 16 µs for 200 callers. A tie of anything else, such as two timers of a layer
// of yours, can tell two runs apart.
//
// # Virtual time
//
// The simulation runs in a bubble of [testing/synctest]. Make contexts, timers, limiters and
// bodies inside it. A goroutine that waits for a mutex whose holder sleeps stops the clock, and
// so does a socket: after 30 seconds of real time Test fails and says so. A chain or base
// that ignores its context fails the test, too, once.
//
// The package imports testing, and is meant for tests.
package faultsim
