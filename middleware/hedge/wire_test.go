package hedge_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// payload is what a winner sends: 512 KiB, so that most of it is on its way when the losers are
// canceled.
var payload = bytes.Repeat([]byte("0123456789abcdef"), 32<<10)

// A network is a server on loopback and a client of it, over HTTP/1.1 or HTTP/2.
type network struct {
	url         string
	base        *http.Transport
	connections atomic.Int64 // opened
}

func wire(t *testing.T, two bool, handler http.HandlerFunc) *network {
	t.Helper()
	n := &network{}
	srv := httptest.NewUnstartedServer(handler)
	srv.EnableHTTP2 = two
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.connections.Add(1)
		}
	}
	if two {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	base, ok := srv.Client().Transport.(*http.Transport)
	require.True(t, ok)
	n.base = base.Clone()
	n.base.MaxIdleConnsPerHost = 256
	if two {
		n.base.TLSClientConfig = &tls.Config{RootCAs: base.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}
		n.base.ForceAttemptHTTP2 = true
	}
	n.url = srv.URL
	t.Cleanup(func() {
		n.base.CloseIdleConnections()
		srv.Close() // waits for the handlers of the losers, whose requests were canceled
	})
	return n
}

func protocols(t *testing.T, f func(t *testing.T, two bool)) {
	t.Helper()
	for name, two := range map[string]bool{"HTTP 1.1": false, "HTTP 2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, two)
		})
	}
}

// H1: 512 KiB of the winner arrive whole, whichever leg wins, also if the loser responds just
// after it, and whether the loser has begun to send its own body.
func TestTheWinnersBodyArrivesWhole(t *testing.T) {
	t.Parallel()
	const never = "a loser that never responds"
	protocols(t, func(t *testing.T, two bool) {
		for name, loses := range map[string]func(r *http.Request, won <-chan struct{}){
			never: func(r *http.Request, _ <-chan struct{}) { <-r.Context().Done() },
			"a loser that responds just after": func(r *http.Request, won <-chan struct{}) {
				select {
				case <-won:
				case <-r.Context().Done():
				}
			},
		} {
			for _, winner := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s, leg %d wins", name, winner), func(t *testing.T) {
					t.Parallel()
					var legs atomic.Int64
					both, won := make(chan struct{}), make(chan struct{})
					n := wire(t, two, func(w http.ResponseWriter, r *http.Request) {
						if legs.Add(1) == 2 {
							close(both)
						}
						if r.Header.Get("Leg") != strconv.Itoa(winner) {
							loses(r, won)
							_, _ = w.Write(payload)
							return
						}
						<-both // both are on their way
						w.Header().Set("Content-Length", strconv.Itoa(len(payload)))
						_, _ = w.Write(payload[:1000])
						http.NewResponseController(w).Flush() //nolint:errcheck // the client notices
						close(won)
						time.Sleep(20 * time.Millisecond) // real time: the loser is canceled in the meantime
						_, _ = w.Write(payload[1000:])
					})
					rt := transport.Chain(n.base, retry.New(), hedge.New(hedge.WithDelay(5*ms)), tagged)
					req := get(t, t.Context())
					req.URL.Scheme, req.URL.Host = "http", n.url[len("http://"):]
					if two {
						req.URL.Scheme, req.URL.Host = "https", n.url[len("https://"):]
					}
					resp, err := rt.RoundTrip(req)
					require.NoError(t, err)
					assert.Equal(t, map[bool]int{false: 1, true: 2}[two], resp.ProtoMajor)
					all, err := io.ReadAll(resp.Body)
					require.NoError(t, err)
					require.NoError(t, resp.Body.Close())
					assert.True(t, bytes.Equal(payload, all), "%d of %d bytes", len(all), len(payload))
					call := transport.CallOf(resp)
					assert.Equal(t, 2, call.AttemptCount())
					if name == never { // otherwise, the server does not know which response arrives first
						assert.Equal(t, winner, winnerOf(call))
					}
				})
			}
		}
	})
}

// winnerOf returns the number of the leg that has won.
func winnerOf(call *transport.Call) int {
	for _, a := range call.Attempts() {
		if !a.Lost {
			return a.Leg
		}
	}
	return 0
}

// tagged tells the server which leg a request is, which may overtake another.
func tagged(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent := layer.Copy(req, 1)
		sent.Header.Set("Leg", strconv.Itoa(record.LegOf(req.Context())))
		resp, err := next.RoundTrip(sent)
		return layer.Restore(resp, req), err
	})
}

// H1, C8: 10,000 hedged calls leave no goroutine and no connection that is not idle; goleak
// looks for the goroutines. Run it with the race detector.
func TestTenThousandHedgedCalls(t *testing.T) {
	t.Parallel()
	calls := 5000 // for each protocol
	if testing.Short() {
		calls = 500
	}
	protocols(t, func(t *testing.T, two bool) {
		var seen, hedged atomic.Int64
		n := wire(t, two, func(w http.ResponseWriter, r *http.Request) {
			if k := seen.Add(1); k%3 == 0 {
				select {
				case <-r.Context().Done():
					return
				case <-time.After(3 * ms):
				}
			}
			_, _ = io.WriteString(w, r.URL.Path)
		})
		rt := transport.Chain(n.base, retry.New(), hedge.New(hedge.WithDelay(ms), hedge.WithoutBudget()))
		client := &http.Client{Transport: rt}
		var wg sync.WaitGroup
		work := make(chan int)
		for range 32 {
			wg.Go(func() {
				for i := range work {
					path := "/" + strconv.Itoa(i)
					resp, err := client.Get(n.url + path)
					if !assert.NoError(t, err) {
						continue
					}
					text, err := io.ReadAll(resp.Body)
					assert.NoError(t, err)
					assert.NoError(t, resp.Body.Close())
					assert.Equal(t, path, string(text))
					if transport.CallOf(resp).AttemptCount() > 1 {
						hedged.Add(1)
					}
				}
			})
		}
		for i := range calls {
			work <- i
		}
		close(work)
		wg.Wait()
		t.Logf("%d calls, %d requests, %d hedged, %d connections", calls, seen.Load(), hedged.Load(), n.connections.Load())
		assert.Greater(t, hedged.Load(), int64(calls/10))
		assert.Greater(t, seen.Load(), int64(calls))
	})
}

// H1: a response that was dropped because it failed leaves its connection for reuse.
func TestTheConnectionOfAFailureIsReused(t *testing.T) {
	t.Parallel()
	var legs atomic.Int64
	n := wire(t, false, func(w http.ResponseWriter, r *http.Request) {
		if legs.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write(payload[:10_000])
			return
		}
		for begun := legs.Load(); legs.Load() == begun; {
			time.Sleep(ms) // real time: until the second leg is there
		}
		time.Sleep(5 * ms) // until it has responded
		_, _ = io.WriteString(w, "hello")
	})
	rt := transport.Chain(n.base, hedge.New(hedge.WithDelay(ms), hedge.WithoutBudget()))
	for range 20 {
		resp, err := (&http.Client{Transport: rt}).Get(n.url)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusOK, resp.StatusCode)
	}
	assert.LessOrEqual(t, n.connections.Load(), int64(6), "two are enough, unless the machine is slow")
}
