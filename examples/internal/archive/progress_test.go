package archive_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/examples/internal/archive"
)

func TestLinesAreDrawnAgainInTheirPlace(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := archive.NewProgress(&out, true)
	teams := p.Line("teams", "saved", "kept")
	users := p.Line("users", "saved", "kept")
	teams.Expect(40)
	for range 8 {
		teams.Add("saved")
	}
	out.Reset()
	for range 4 {
		out.Reset()
		teams.Add("kept")
	}
	assert.Equal(t, "\x1b[2A"+
		"\r\x1b[2Kteams         ██████░░░░░░░░░░░░░░  12/40  8 saved  4 kept\n"+
		"\r\x1b[2Kusers         ░░░░░░░░░░░░░░░░░░░░  …\n", out.String())
	users.Expect(0)
	assert.True(t, strings.HasSuffix(out.String(), "users         ████████████████████  0/0\n"), out.String())
}

func TestWithoutATerminalLinesComeInTheirOrderAsTheyEnd(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := archive.NewProgress(&out, false)
	teams, users := p.Line("teams", "saved"), p.Line("users", "saved")
	teams.Expect(2)
	users.Expect(1)
	users.Add("saved")
	users.End(nil)
	assert.Empty(t, out.String())
	teams.Add("saved")
	teams.End(errors.New("no"))
	assert.Equal(t, "teams         ██████████░░░░░░░░░░  1/2  1 saved  stopped\n"+
		"users         ████████████████████  1/1  1 saved\n", out.String())
	p.Note("b %d", 2)
	p.Note("a")
	assert.Equal(t, []string{"a", "b 2"}, p.Notes())
	assert.Equal(t, 2, p.Count("saved"))
}

func TestAPoolBoundsWhatIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	pool := archive.NewPool(3)
	var now, most, done atomic.Int64
	work := func(context.Context, int) error {
		defer now.Add(-1)
		for n := now.Add(1); ; {
			seen := most.Load()
			if n <= seen || most.CompareAndSwap(seen, n) {
				break
			}
		}
		runtime.Gosched()
		done.Add(1)
		return nil
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { assert.NoError(t, archive.Each(t.Context(), pool, make([]int, 50), work)) })
	}
	wg.Wait()
	assert.LessOrEqual(t, most.Load(), int64(3))
	assert.Equal(t, int64(200), done.Load())
}

func TestTheFirstErrorStopsEach(t *testing.T) {
	t.Parallel()
	fault := errors.New("no")
	done := 0
	err := archive.Each(t.Context(), archive.NewPool(1), make([]int, 10), func(context.Context, int) error {
		if done++; done == 3 {
			return fault
		}
		return nil
	})
	require.ErrorIs(t, err, fault)
	assert.Equal(t, 3, done)
}
