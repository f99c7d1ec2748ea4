package hedge

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The windows are bounded, and the least recently used one is dropped first.
func TestTheLeastRecentlyUsedWindowIsDropped(t *testing.T) {
	t.Parallel()
	var all windows
	first := all.of(windowKey{route: "first"})
	for i := range 10 * maxWindows {
		all.of(windowKey{route: strconv.Itoa(i)}).add(time.Second)
		assert.Same(t, first, all.of(windowKey{route: "first"}))
	}
	assert.Len(t, all.all, maxWindows)
	assert.Equal(t, maxWindows, all.used.Len())
	assert.Empty(t, all.of(windowKey{route: "0"}).seen, "it was dropped")
}
