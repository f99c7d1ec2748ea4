package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The server is a token bucket, and tells requests in flight from those that ran into the
// throttle after it was told of.
func TestTheServerCounts(t *testing.T) {
	t.Parallel()
	l := &limited{tokens: burst}
	now := time.Now()
	accepted := func(n int) (got int) {
		for range n {
			if status, _ := l.admit("1", now); status == http.StatusOK {
				got++
			}
		}
		return got
	}
	assert.Equal(t, 50, accepted(60))
	now = now.Add(100 * time.Millisecond)
	assert.Equal(t, 20, accepted(30))
	now = now.Add(1500 * time.Millisecond)
	assert.Equal(t, 50, accepted(60))
	assert.Equal(t, []int{90, 60}, l.seconds)
	assert.Equal(t, 30, l.refused)

	l.throttle, l.throttled = 3*time.Second, now
	for _, who := range []string{"1", "2"} {
		status, hint := l.admit(who, now)
		assert.Equal(t, http.StatusServiceUnavailable, status)
		assert.Equal(t, 3*time.Second, hint)
	}
	l.notice("1")
	l.notice("2")
	for _, who := range []string{"1", "2", "3"} {
		l.admit(who, now)
	}
	assert.Equal(t, "1", l.first)
	assert.Equal(t, 1, l.inFlight)
	assert.Equal(t, 2, l.intoIt)
	now = now.Add(3 * time.Second)
	assert.Equal(t, 1, accepted(1))
}

func TestFiguresAreComparedWithTheirBounds(t *testing.T) {
	t.Parallel()
	good := result{
		row: row{name: "two", group: "group", kind: shared, calls: even(80), bound: bounds{
			sent: 1.1, wall: 200, spread: 2, trips: 0.5, peak: 1, held: 100 * time.Millisecond, into: 0,
		}},
		counts: counts{Sent: 80, Seconds: []int{300, 200}},
	}
	for i := range processes {
		good.reports = append(good.reports, report{Done: 10, Took: time.Duration(10+i) * time.Second, Trips: 5, Held: 90 * time.Millisecond})
	}
	require.NoError(t, good.broken(true))
	assert.Contains(t, tables([]result{good}, "7.0", time.Minute), "| two | 1.000 (≤ 1.1) | 113.333 (≤ 200)")
	for i, change := range map[int]func(r *result){
		0: func(r *result) { r.counts.Sent = 90 },
		1: func(r *result) { r.row.bound.wall = 1 },
		2: func(r *result) { r.reports[0].Took = time.Second },
		3: func(r *result) { r.reports[0].Trips = 100 },
		4: func(r *result) { r.counts.Seconds[1] = 201 },
		5: func(r *result) { r.reports[0].Held = time.Second },
		6: func(r *result) { r.row.lost, r.counts.Into = time.Second, 1 },
		7: func(r *result) { r.reports[0].Failed, r.reports[0].Failure = 1, "why" },
	} {
		bad := good
		bad.reports, bad.counts.Seconds = append([]report(nil), good.reports...), []int{300, 200}
		change(&bad)
		figures := bad.figures()
		for j, f := range figures {
			assert.Equal(t, j != i, f.met, "%s after a change of %s", headings[j], headings[i])
		}
		require.Error(t, bad.broken(true))
		assert.Equal(t, i == 7, bad.broken(false) != nil)
		assert.Contains(t, tables([]result{bad}, "7.0", time.Minute), "NOT MET")
		assert.Contains(t, bad.line(), "NOT MET")
	}
}

func TestTheTableIsReplaced(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(page, []byte("before\n\n"+tableBegins+"old\n"+tableEnds+"\nafter\n"), 0o600))
	for range 2 {
		require.NoError(t, replaceIn(page, "new\n"))
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		assert.Equal(t, "before\n\n"+tableBegins+"\nnew\n\n"+tableEnds+"\nafter\n", string(text))
	}
	require.NoError(t, os.WriteFile(page, []byte("no lines"), 0o600))
	assert.ErrorContains(t, replaceIn(page, "new"), "has no lines for the table")
	assert.Equal(t, "7.0.15", version("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"))
	assert.Equal(t, 1, strings.Count(tableBegins, "\n"))
}
