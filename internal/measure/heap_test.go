package measure_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/internal/measure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHeapOfCountsWhatAFunctionAllocates(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	const size = 32 << 20
	var kept []byte
	heap := measure.HeapOf(func() {
		kept = make([]byte, size)
		runtime.GC()
	})
	assert.GreaterOrEqual(t, heap.Total, int64(size))
	assert.Greater(t, heap.Live, int64(size/2), "garbage of before may have gone meanwhile")
	runtime.KeepAlive(kept)
	nothing := measure.HeapOf(func() {})
	assert.Less(t, nothing.Total, int64(size))
	assert.Less(t, nothing.Live, int64(size/2))
}
