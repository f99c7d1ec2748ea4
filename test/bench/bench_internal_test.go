package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "measure thoroughly, and write docs/benchmarks.md, docs/benchmarks.svg and docs/limits.md")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Without -update it asks every question with a few calls: every contestant must
// get its 200, and every limit must find its measurement.
func TestReport(t *testing.T) {
	begin := time.Now()
	l := lab{thorough: *update, bubble: func(run func(ctx context.Context)) {
		synctest.Test(t, func(t *testing.T) { run(t.Context()) })
	}}
	found, err := ask(t.Context(), l, func(title string) { t.Log(time.Since(begin).Round(time.Second), title) })
	require.NoError(t, err)
	r := report{results: found, date: begin.UTC(), took: time.Since(begin), versions: versions(t)}
	for _, limit := range r.limits() {
		assert.False(t, math.IsNaN(limit.measured), "%s: %s is not measured", limit.subject, limit.measure)
	}
	pages := map[string]string{"benchmarks.md": r.usersPage(), "benchmarks.svg": overheads(found), "limits.md": r.limitsPage()}
	wellFormed(t, pages["benchmarks.svg"])
	for name, text := range pages {
		for _, bad := range []string{"NaN", "Inf", "%!"} {
			assert.NotContains(t, text, bad, name)
		}
		if *update {
			require.NoError(t, os.WriteFile(filepath.Join("..", "..", "docs", name), []byte(text), 0o644))
		}
	}
}

// versions asks the Go command for the versions in this module's go.mod.
func versions(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", "all").Output()
	require.NoError(t, err)
	found := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var module struct{ Path, Version string }
		err := decoder.Decode(&module)
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		found[module.Path] = module.Version
	}
}

// A contestant that does less than the others is not compared with them.
func TestEachContestantSendsItsHeaders(t *testing.T) {
	for _, c := range contestants() {
		t.Run(c.name, func(t *testing.T) {
			var last http.Header
			sender, err := c.full(tripper(func(req *http.Request) (*http.Response, error) {
				last = req.Header.Clone()
				return respond(req, http.StatusOK, http.Header{}, "{}"), nil
			}), noWaits())
			require.NoError(t, err)
			ids := map[string]bool{}
			for range 5 {
				require.NoError(t, sender.gets()(t.Context()))
				ids[last.Get(headerTransaction)] = true
				if c.traces {
					assert.NotEmpty(t, last.Get("Traceparent"))
					continue
				}
				assert.Equal(t, []string{signature, userAgent}, []string{last.Get(headerAuth), last.Get(headerAgent)})
			}
			assert.True(t, c.traces || len(ids) == 5, "%v", ids)
		})
	}
}

func TestEachRetrierRetries(t *testing.T) {
	for _, c := range contestants() {
		for _, first := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
			if c.retry == nil {
				continue
			}
			t.Run(c.name+" "+http.StatusText(first), func(t *testing.T) {
				base := newScript(first, first, http.StatusOK)
				sender, err := c.retry(base, policy{max: 3, always: true})
				require.NoError(t, err)
				for method, call := range map[string]func() (int, error){
					http.MethodGet: func() (int, error) { return sender.get(t.Context(), memoryURL) },
					http.MethodPost: func() (int, error) {
						return sender.send(t.Context(), http.MethodPost, memoryURL, body{bytes: []byte("{}")})
					},
				} {
					base.sent.Store(0)
					status, err := call()
					require.NoError(t, err)
					want := []int{3, http.StatusOK}
					if first == http.StatusTooManyRequests && c.no429 {
						want = []int{1, first}
					}
					assert.Equal(t, want, []int{int(base.sent.Load()), status}, method)
				}
			})
		}
	}
}

// A runner that takes twice as long as the reference has a ratio of two.
func TestARaceComparesNeighbours(t *testing.T) {
	sleeper := func(name string, each time.Duration) runner {
		return runner{name, func(_ context.Context, n int) error { time.Sleep(time.Duration(n) * each); return nil }}
	}
	synctest.Test(t, func(t *testing.T) {
		p := pace{clock: wall(), rounds: 9, calls: 10, within: time.Minute}
		found, err := race(t.Context(), p, sleeper("one", time.Millisecond), []runner{sleeper("two", 2*time.Millisecond), sleeper("half", time.Millisecond/2)})
		require.NoError(t, err)
		assert.Equal(t, exact(2), found.ratios["two"])
		assert.InDelta(t, 0.5, found.ratios["half"].mid, 1e-9)
		assert.Equal(t, exact(1e6), found.reference)
	})
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := pace{clock: wall(), rounds: 1000, calls: 1, within: time.Second}
		_, err := race(t.Context(), p, sleeper("one", time.Second), []runner{sleeper("two", time.Second)})
		require.NoError(t, err)
		assert.Equal(t, 22*time.Second, time.Since(begin), "a chunk and five rounds of two, each with one call before it")
	})
	broken := errors.New("broken")
	_, err := race(t.Context(), pace{clock: wall(), rounds: 1, calls: 1}, sleeper("one", 0), []runner{
		repeat("two", func(context.Context) error { return broken }),
	})
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "two")
}

func TestCountsAllocations(t *testing.T) {
	var kept [][]byte
	got, err := count(t.Context(), 200, repeat("three", func(context.Context) error {
		kept = [][]byte{make([]byte, 64), make([]byte, 128)}
		return nil
	}))
	require.NoError(t, err)
	require.Len(t, kept, 2)
	assert.Equal(t, cost{allocs: 3, bytes: 64 + 128 + 48}, got)
}

// Two clients that share nothing must not wait for each other: a layer with a lock
// for the whole process would show here.
func TestClientsDoNotShareALock(t *testing.T) {
	const calls = 20_000
	var sent atomic.Int64
	base := tripper(func(req *http.Request) (*http.Response, error) {
		sent.Add(1)
		return instant().RoundTrip(req)
	})
	one, err1 := limited(base, noWaits())
	two, err2 := limited(base, noWaits())
	require.NoError(t, errors.Join(err1, err2))
	waits, err := lockWaits(t.Context(), apart("two clients", 1, one, two), calls)
	require.NoError(t, err)
	assert.Zero(t, waits)
	assert.EqualValues(t, calls, sent.Load())
}

func TestLimitsAreJudged(t *testing.T) {
	r := report{results: results{titleSuccess: {
		{name: nameByHand, values: append(none(3), exactly(2, 9, 976)...)},
		{name: nameOurs, values: append(none(3), exactly(2.5, 4, 1344)...)},
	}}}
	text := r.limitsPage()
	assert.Contains(t, text, "| full chain, logging off | allocations beyond bare | at most 4 | 4 | yes |  |\n")
	assert.Contains(t, text, "| full chain, logging off | time × headers set by hand | at most 1.10 | 1.250 | **no** | the record")
	assert.Contains(t, text, "| full chain, logging off | bytes beyond bare | at most 1,216 | 1,344 | **no** | ")
	assert.Contains(t, text, "| typed get | throughput × by hand, memory | at least 0.85 | – | **no** | ", "what was not measured is not met")
	assert.True(t, atLeast(3, "", "", 3, "").met())
	assert.False(t, atLeast(3, "", "", 2.9, "").met())
}

func TestNumbersReadWell(t *testing.T) {
	for want, got := range map[string]string{
		"1,234,567": plain(1_234_567), "-1,000": plain(-1000), "0": plain(0), "2.5": plain(2.5), "123": plain(123.4),
		"+8": beyond(exact(8)), "-1.5": beyond(exact(-1.5)), "+0": beyond(exact(0)), "12 KiB": memory(exact(12_000)), "64 MiB": memory(exact(64 << 20)),
		"1.00 (0.90-1.10)": ratio(value{0.9, 1, 1.1}), "2.00": ratio(exact(2)), "5": decimals(5, 2), "0.860": decimals(0.86, 3),
		"2.50 (1.75-3.25)": ratio(spread([]float64{4, 1, 3, 2})), "0.50 (0.25-1.00)": ratio(value{1, 2, 4}.inverse()),
		"| a | b |\n|---|--:|\n| c\\|d | e f |\n": markdown("lr", []string{"a", "b"}, [][]string{{"c|d", "e\nf"}}),
	} {
		assert.Equal(t, want, got)
	}
	assert.True(t, math.IsNaN(spread(nil).mid))
}

func TestThePictureHoldsEveryName(t *testing.T) {
	picture := overheads(results{titleSuccess: {
		{name: nameOurs, values: append(none(3), exactly(1.5, 3, 100)...)}, {name: "a <b> & c", values: append(none(3), exactly(1, 0, 0)...)},
	}})
	wellFormed(t, picture)
	assert.Equal(t, 2, strings.Count(picture, ">tripware<"))
	assert.Contains(t, picture, "a &lt;b&gt; &amp; c")
}

func wellFormed(t *testing.T, picture string) {
	t.Helper()
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}
