package bench_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/test/bench"
)

// hedgedhttp keeps its goroutines for ten seconds.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cristalhq/hedgedhttp.runInPool.func1"))
}

type arrival func(req *http.Request) (*http.Response, error)

func (a arrival) RoundTrip(req *http.Request) (*http.Response, error) { return a(req) }

// A contestant that sends no headers, or does not retry, has nothing to be compared by.
func TestEachContestantSendsItsHeadersAndGetsItsAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range bench.Contestants() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			var last http.Header
			base := arrival(func(req *http.Request) (*http.Response, error) {
				last = req.Header.Clone()
				return reply(req, http.StatusOK), nil
			})
			client, err := c.Full(base, bench.Policy{Max: 3})
			require.NoError(t, err)
			ids := map[string]bool{}
			for range 5 {
				status, err := client.Get(t.Context(), "https://api.example.com/things")
				require.NoError(t, err)
				assert.Equal(t, http.StatusOK, status)
				ids[last.Get("X-Transaction-Id")] = true
				if c.Observes {
					assert.NotEmpty(t, last.Get("Traceparent"))
					continue
				}
				assert.True(t, strings.HasPrefix(last.Get("Authorization"), "GenieKey "))
				assert.Equal(t, "bench/1.0", last.Get("User-Agent"))
			}
			assert.True(t, c.Observes || len(ids) == 5, "%v", ids)
		})
	}
}

func TestEachRetrierRetriesWhatItSaysItDoes(t *testing.T) {
	t.Parallel()
	for _, c := range bench.Contestants() {
		for _, first := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
			if c.Retry == nil || c.Hedges {
				continue
			}
			t.Run(c.Name+" "+http.StatusText(first), func(t *testing.T) {
				t.Parallel()
				sent := 0
				base := arrival(func(req *http.Request) (*http.Response, error) {
					if sent++; sent < 3 {
						return reply(req, first), nil
					}
					return reply(req, http.StatusOK), nil
				})
				client, err := c.Retry(base, bench.Policy{Max: 3, Endless: true})
				require.NoError(t, err)
				status, err := client.Get(t.Context(), "https://api.example.com/things")
				require.NoError(t, err)
				if first == http.StatusTooManyRequests && c.Deaf {
					assert.Equal(t, []int{1, first}, []int{sent, status})
					return
				}
				assert.Equal(t, []int{3, http.StatusOK}, []int{sent, status})
			})
		}
	}
}

func reply(req *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), ContentLength: 2, Request: req,
	}
}

// A runner that sleeps twice as long as the reference has a ratio of two; what
// fails ends the race.
func TestARaceComparesWithItsNeighbours(t *testing.T) {
	t.Parallel()
	bubble(t)(func(ctx context.Context) {
		ratios, took, err := bench.Race(ctx, bench.Wall(), bench.Pace{Rounds: 9, Chunk: 10, Within: time.Minute}, sleeper("one", time.Millisecond), []bench.Runner{
			sleeper("two", 2*time.Millisecond), sleeper("half", time.Millisecond/2),
		})
		require.NoError(t, err)
		assert.Equal(t, bench.Ratio{Low: 2, Median: 2, High: 2}, ratios["two"])
		assert.InDelta(t, 0.5, ratios["half"].Median, 1e-9)
		assert.Equal(t, time.Millisecond, took)
	})
	bubble(t)(func(ctx context.Context) {
		begun := time.Now()
		_, _, err := bench.Race(ctx, bench.Wall(), bench.Pace{Rounds: 1000, Chunk: 1, Within: time.Second}, sleeper("one", time.Second),
			[]bench.Runner{sleeper("two", time.Second)})
		require.NoError(t, err)
		assert.Equal(t, 22*time.Second, time.Since(begun), "a chunk and five rounds of two more, each with one call before it")
	})
	broken := errors.New("broken")
	_, _, err := bench.Race(t.Context(), bench.Wall(), bench.Pace{Rounds: 1, Chunk: 1}, sleeper("one", 0), []bench.Runner{
		{Name: "two", Run: func(context.Context, int) error { return broken }},
	})
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "two")
}

func sleeper(name string, each time.Duration) bench.Runner {
	return bench.Runner{Name: name, Run: func(_ context.Context, n int) error {
		time.Sleep(time.Duration(n) * each)
		return nil
	}}
}

// The counter counts what testing.AllocsPerRun counts, so that no test may run beside it.
func TestCountsAllocations(t *testing.T) {
	var kept [][]byte
	cost, err := bench.Count(t.Context(), 200, bench.Runner{Name: "three", Run: func(_ context.Context, n int) error {
		for range n {
			kept = [][]byte{make([]byte, 64), make([]byte, 128)}
		}
		return nil
	}})
	require.NoError(t, err)
	require.Len(t, kept, 2)
	assert.Equal(t, bench.Cost{Allocs: 3, Bytes: 64 + 128 + 48}, cost)
}

func TestThePageSaysWhatIsNotMet(t *testing.T) {
	t.Parallel()
	report := bench.Report{
		Date: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Machine: bench.Machine{Processor: "some processor", Cores: 2, Go: "go1.26", OS: "linux/amd64"},
		Versions: map[string]string{"github.com/PuerkitoBio/rehttp": "v1.4.0"},
		Results: bench.Results{
			Success: bench.Success{
				Bare: bench.Cost{Allocs: 16, Bytes: 1400}, Took: 1500,
				Rows: []bench.SuccessRow{
					{Name: "headers set by hand", Full: &bench.Figure{Ratio: bench.Ratio{Low: 1.7, Median: 1.75, High: 1.8}, Cost: bench.Cost{Allocs: 9, Bytes: 976}}},
					{Name: "tripware", Full: &bench.Figure{Ratio: bench.Ratio{Low: 1.8, Median: 1.9, High: 2}, Cost: bench.Cost{Allocs: 7, Bytes: 1744}}},
				},
			},
			Uploads: []bench.UploadRow{{Name: "resty v2", WhyNot: errors.New("status 400")}},
		},
	}
	var out strings.Builder
	require.NoError(t, report.Write(&out))
	text := out.String()
	assert.Contains(t, text, "| full chain, logging off | allocations beyond bare | +8 | +7 | by hand +9; – | met |\n")
	assert.Contains(t, text, "| full chain, logging off | bytes beyond bare | +1,400 | +1,744 | by hand +976; – | **not met** |\n")
	assert.Contains(t, text, "- full chain, logging off: time × headers set by hand: 1.09 where the limit is below 1.")
	assert.Contains(t, text, "where the limit is +1,400. 576 B are the block", "the reason follows")
	assert.Contains(t, text, "| 503, 503, 200 | allocations per retry | 7 | – | – | **not met** |\n", "what was not measured is not met")
	assert.Contains(t, text, "| tripware | – | – | – | 1.90 (1.80-2.00) | +7 | +1,744 |\n")
	assert.Contains(t, text, "resty v2 has no figure with GetBody: status 400.")
	assert.Contains(t, text, "| rehttp | v1.4.0 |")
	assert.Contains(t, text, "Written on 2026-11-22 with go1.26 on linux/amd64: some processor, 2 cores.")
	assert.NotContains(t, text, "<no value>")
}

func TestPicturesAreWellFormedAndHoldEveryName(t *testing.T) {
	t.Parallel()
	success := bench.Success{}
	for _, name := range []string{"tripware", "a <b> & c"} {
		success.Rows = append(success.Rows, bench.SuccessRow{Name: name, Full: &bench.Figure{Ratio: bench.Ratio{Median: 1.5}, Cost: bench.Cost{Allocs: 3}}})
	}
	picture := success.Overheads()
	wellFormed(t, "overheads", picture)
	assert.Equal(t, 2, strings.Count(picture, ">tripware<"))
	assert.Contains(t, picture, "a &lt;b&gt; &amp; c")
	plots := bench.GrowthPlots([]bench.Curve{
		{Title: "linear", Unit: "call", Points: []bench.Point{{Size: 0, Took: 1000}, {Size: 12, Took: 2000}}},
		{Title: "wide", Unit: "call", Points: []bench.Point{{Size: 1, Took: 1000}, {Size: 100_000, Took: 2000}}},
		{Title: "empty", Unit: "call"},
	})
	wellFormed(t, "growth", plots)
	assert.Contains(t, plots, ">100k<")
	assert.Equal(t, 2, strings.Count(plots, "<polyline"))
}

func wellFormed(t *testing.T, name, picture string) {
	t.Helper()
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, name)
	}
	for _, bad := range []string{"NaN", "Inf", "%!"} {
		assert.NotContains(t, picture, bad, name)
	}
}

// The heap of an upload that is kept grows by its size at least.
func TestUploadsAreReadAgain(t *testing.T) {
	var grown []uint64
	for _, row := range bench.MeasureUploads(t.Context(), bench.Glance()) {
		if row.Name == "heimdall v7" {
			require.NoError(t, row.WhyNot)
			grown = append(grown, *row.Again)
		}
		if row.Name == "tripware" {
			require.NoError(t, errors.Join(row.WhyNot, row.WhyNever))
			assert.Less(t, *row.Again, uint64(math.Pow(2, 18)))
		}
	}
	require.Len(t, grown, 1)
	assert.Greater(t, grown[0], uint64(1<<20))
}
