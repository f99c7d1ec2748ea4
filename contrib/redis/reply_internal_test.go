package redis

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
)

func TestRepliesAreRead(t *testing.T) {
	t.Parallel()
	got, err := parse([]any{"lease", "1000", "500000", "life", int64(2), int64(3), int64(4), "why", int64(5), "6.5", int64(7), int64(0), int64(8)})
	require.NoError(t, err)
	assert.Equal(t, reply{clock: 1000.5, life: "life", moved: 2, lease: ratelimit.Lease{
		Again: 3 * time.Microsecond, Paused: 4 * time.Microsecond, Why: "why", Epoch: 5, Rate: 6.5, Members: 7, Turns: []time.Duration{0, 8 * time.Microsecond},
	}}, got)
	got, err = parse([]any{"void", "1000", "0"})
	require.NoError(t, err)
	assert.Equal(t, reply{void: true, clock: 1000}, got)
	for _, wrong := range [][]any{
		nil, {"void"}, {"void", "1000", "0", "more"}, {"void", "x", "0"}, {"other", "1000", "0"}, {nil, "1000", "0"}, {"void", nil, "0"},
		{"lease", "1000", "0", "life", int64(2), int64(3), int64(4), "why", int64(5), "NaN", int64(7)},
		{"lease", "1000", "0", "life", int64(2), int64(3), int64(4), "why", int64(5), "6", int64(7), "x"},
	} {
		_, err = parse(wrong)
		assert.ErrorIs(t, err, errReply, "%v", wrong)
	}
}

// F4: whatever is published, nothing panics, and no pause is negative or endless.
func FuzzPause(f *testing.F) {
	for _, seed := range []string{"", "1\n2000000\nwhy\nkey", "1\n2\n3", "-1\n2\n\n", "1\n9223372036854775807\nwhy\nkey", "1\n-5\nwhy\nkey\nmore"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		key, pause, ok := unpause(message)
		if !ok {
			require.Zero(t, pause)
			return
		}
		require.Positive(t, pause.Paused)
		require.Less(t, pause.Paused, time.Duration(math.MaxInt64))
		require.True(t, strings.HasSuffix(message, key))
	})
}

// F4: the clock of the server is known from the best round trip, less precisely with time; it
// is told from one that was set.
func TestTheClockOfTheServerIsKnown(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	s, jump := state{}.seen(0, 100*ms, 1000.05)
	assert.Zero(t, jump)
	assert.InDelta(t, 999.95, s.low, 1e-9)
	assert.InDelta(t, 1000.05, s.high, 1e-9)
	s, jump = s.seen(200*ms, 202*ms, 1000.2005) // a better one
	assert.Zero(t, jump)
	assert.InDelta(t, 999.9985, s.low, 1e-9)
	s, jump = s.seen(300*ms, 400*ms, 1000.35) // a worse one
	assert.Zero(t, jump)
	assert.InDelta(t, 999.9983, s.low, 1e-4)
	assert.InDelta(t, 1000.5-0.002, s.void(500*ms), 1e-3, "earlier rather than later")

	forward, jump := s.seen(500*ms, 510*ms, 1010.5)
	assert.InDelta(t, 10, jump, 0.02)
	assert.InDelta(t, 1010, forward.low, 0.02)
	back, jump := s.seen(500*ms, 510*ms, 990.5)
	assert.Zero(t, jump)
	assert.InDelta(t, 990, back.high, 0.02)
	drifted, jump := s.seen(1000*time.Second, 1000*time.Second+ms, 2000.5) // half a second in a thousand
	assert.Zero(t, jump)
	assert.InDelta(t, 1000.5, drifted.low, 0.01)
	assert.Zero(t, state{}.void(time.Hour), "the first script only says the time")
}
