package tuning_test

import (
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

const page = "../../docs/tuning.md"

var update = flag.Bool("update", false, "write the tables into "+page)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client returns a client of a server in memory, with waits that are the same in each run.
func client(t *testing.T, seed uint64, server transport.RoundTripperFunc, opts ...tripware.Option) *http.Client {
	t.Helper()
	opts = append(opts, tripware.WithBase(server), tripware.WithRetry(retry.WithRandom(rand.NewPCG(seed, 0))))
	c, err := tripware.New(opts...)
	require.NoError(t, err)
	return c
}

// call returns the record of a call, and whether it succeeded.
func call(t *testing.T, c *http.Client) (*transport.Call, bool) {
	t.Helper()
	resp, err := c.Get("https://api.example.com/things/1")
	if err != nil {
		return transport.CallOfError(err), false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return transport.CallOf(resp), err == nil && resp.StatusCode == http.StatusOK
}

func respond(req *http.Request, status int, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: http.NoBody, Request: req}
}

func unavailable(req *http.Request) (*http.Response, error) { return respond(req, 503), nil }

func busy(req *http.Request) (*http.Response, error) {
	return respond(req, 429, "Retry-After", "5"), nil
}

func silent(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// R3, R6, R13: how long a call takes at most until it fails, with the settings of the page.
func TestHowLongACallTakesToFail(t *testing.T) {
	t.Parallel()
	const calls = 300
	settings := []struct {
		name   string
		option tripware.Option
	}{
		{"`webRequest()`", webRequest()}, {"the defaults", nil}, {"`worker()`", worker()},
		{"`batchJob()`", batchJob()}, {"`healthCheck()`", healthCheck()},
	}
	servers := []transport.RoundTripperFunc{unavailable, busy, silent}
	var table strings.Builder
	table.WriteString("| settings | 503 at once | 429, `Retry-After: 5` | no response at all |\n|---|---|---|---|\n")
	for _, s := range settings {
		fmt.Fprintf(&table, "| %s |", s.name)
		for i, server := range servers {
			if s.option == nil && i == len(servers)-1 {
				table.WriteString(" never ends |") // there is nothing that would end it
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				attempts, longest, total := 0, time.Duration(0), time.Duration(0)
				for seed := range uint64(calls) {
					begun := time.Now()
					record, ok := call(t, client(t, seed, server, s.option))
					assert.False(t, ok)
					attempts, longest = max(attempts, record.AttemptCount()), max(longest, time.Since(begun))
					total += time.Since(begun)
				}
				explained(t, client(t, 0, server, s.option), attempts, longest)
				if longest == 0 {
					fmt.Fprintf(&table, " %d, at once |", attempts)
					return
				}
				fmt.Fprintf(&table, " %d in %s, at most %s |", attempts, short(total/calls), short(longest))
			})
		}
		table.WriteString("\n")
	}
	onThePage(t, "fail", table.String())
}

// explained compares calls, which the server asks to wait for up to 5 s, with the worst case that
// faultsim computes of their settings.
func explained(t *testing.T, c *http.Client, attempts int, longest time.Duration) {
	t.Helper()
	e := faultsim.Explain(c.Transport, faultsim.WithHint(5*time.Second))
	assert.LessOrEqual(t, attempts, e.Attempts)
	assert.LessOrEqual(t, longest, e.Time)
}

// R3, R14: which share of calls outlasts an interruption, and what that costs the server.
func TestRetriesThatOutlastAnInterruption(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		opts []retry.Option
	}{
		{"0", []retry.Option{retry.WithMaxRetries(0)}},
		{"1", []retry.Option{retry.WithMaxRetries(1)}},
		{"2", []retry.Option{retry.WithMaxRetries(2)}},
		{"3", []retry.Option{retry.WithMaxRetries(3)}},
		{"5, the default", nil},
		{"5, `steady()`", []retry.Option{steady()}},
		{"5, no budget", []retry.Option{retry.WithoutBudget()}},
		{"8, no budget", []retry.Option{retry.WithMaxRetries(8), retry.WithoutBudget()}},
	}
	var table strings.Builder
	table.WriteString("| retries, budget | 10 % fail for 60 s | all fail for 1 s | 5 s | 15 s | 60 s |\n|---|--:|--:|--:|--:|--:|\n")
	for _, row := range rows {
		fmt.Fprintf(&table, "| %s |", row.name)
		for _, failing := range []outage{{time.Minute, 0.1}, {time.Second, 1}, {5 * time.Second, 1}, {15 * time.Second, 1}, {time.Minute, 1}} {
			succeeded, load := failing.outlast(t, row.opts)
			fmt.Fprintf(&table, " %.0f %%, %.1f |", math.Floor(100*succeeded), load)
		}
		table.WriteString("\n")
	}
	onThePage(t, "outlast", table.String())
}

// In an outage a share of the requests is refused with 503 for some time.
type outage struct {
	lasts time.Duration
	share float64
}

// outlast makes 20 calls a second during the outage, and returns the share of them that
// succeeded in the end, and the requests that the server got in that time, for each call.
func (o outage) outlast(t *testing.T, opts []retry.Option) (succeeded, load float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		requests, good, calls := 0, 0, 0
		chance, end := rand.New(rand.NewPCG(2, 0)), time.Now().Add(o.lasts)
		c := client(t, 1, func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if !time.Now().Before(end) {
				return respond(req, http.StatusOK), nil
			}
			requests++
			if chance.Float64() < o.share {
				return respond(req, http.StatusServiceUnavailable), nil
			}
			return respond(req, http.StatusOK), nil
		}, tripware.WithRetry(opts...))
		var running sync.WaitGroup
		for ; time.Now().Before(end); time.Sleep(time.Second / 20) {
			calls++
			running.Go(func() {
				_, ok := call(t, c)
				mu.Lock()
				defer mu.Unlock()
				if ok {
					good++
				}
			})
		}
		running.Wait()
		succeeded, load = float64(good)/float64(calls), float64(requests)/float64(calls)
	})
	return succeeded, load
}

// L1, R14: a client for each call shares no limiter, no budget and no connections.
func TestOneClientOrAClientForEachCall(t *testing.T) {
	t.Parallel()
	limited := func() tripware.Option {
		return tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithRate(50, 50)))
	}
	available := func(req *http.Request) (*http.Response, error) { return respond(req, http.StatusOK), nil }
	_, paced := sent(t, available, limited, false)
	_, unpaced := sent(t, available, limited, true)
	withBudget, _ := sent(t, unavailable, func() tripware.Option { return nil }, false)
	withBudgets, _ := sent(t, unavailable, func() tripware.Option { return nil }, true)
	onThePage(t, "clients", fmt.Sprintf(`| 200 calls, 1 ms apart | one client | a client for each call |
|---|--:|--:|
| limited to 50 a second after a burst of 50: all sent after | %s | %s |
| everything fails: requests, with 5 retries and the default budget | %d | %d |
| connections opened, one call after the other | %d | %d |
`, short(paced), short(unpaced), withBudget, withBudgets, connections(t, 200, false), connections(t, 200, true)))
}

// sent makes 200 calls, 1 ms apart, with one client or with a client for each, and returns
// how many requests the server got, and when it got the last.
func sent(t *testing.T, server transport.RoundTripperFunc, opt func() tripware.Option, each bool) (requests int64, last time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var got, latest atomic.Int64
		begun := time.Now()
		count := func(req *http.Request) (*http.Response, error) {
			got.Add(1)
			latest.Store(int64(time.Since(begun)))
			return server(req)
		}
		one := client(t, 0, count, opt())
		var running sync.WaitGroup
		for i := range uint64(200) {
			c := one
			if each {
				c = client(t, i, count, opt())
			}
			running.Go(func() { call(t, c) })
			time.Sleep(time.Millisecond)
		}
		running.Wait()
		requests, last = got.Load(), time.Duration(latest.Load())
	})
	return requests, last
}

// connections makes calls to a server on loopback, and returns how many connections it got.
func connections(t *testing.T, calls int, each bool) int64 {
	t.Helper()
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	one, err := tripware.New()
	require.NoError(t, err)
	defer one.CloseIdleConnections()
	for range calls {
		c := one
		if each {
			c, err = tripware.New()
			require.NoError(t, err)
		}
		resp, err := c.Get(server.URL)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if each {
			c.CloseIdleConnections()
		}
	}
	return opened.Load()
}

// The clients of the page can be built.
func TestSettingsAreValid(t *testing.T) {
	t.Parallel()
	keys := map[string]redact.Secret{"a": redact.NewSecret("1"), "b": redact.NewSecret("2")}
	clients, err := perAccount("https://api.example.com", keys)
	require.NoError(t, err)
	assert.Len(t, clients, 2)
	_, _, err = readAndWrite("https://api.example.com", keys["a"])
	require.NoError(t, err)
}

// short prints a duration with two digits.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f min", d.Minutes())
}

// onThePage checks that the page has a table, or writes it there.
func onThePage(t *testing.T, name, table string) {
	t.Helper()
	t.Log("\n" + table)
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	begin := "<!-- " + name + ": go test ./examples/tuning -update -->\n"
	place := regexp.MustCompile("(?s)" + regexp.QuoteMeta(begin) + ".*?\n\n")
	require.Regexp(t, place, string(text))
	if *update {
		text = place.ReplaceAllLiteral(text, []byte(begin+table+"\n"))
		require.NoError(t, os.WriteFile(page, text, 0o600))
	}
	assert.Contains(t, string(text), begin+table+"\n")
}
