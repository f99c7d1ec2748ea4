package measure_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/internal/measure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHeapOfCountsWhatAFunctionAllocates(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	const size = 32 << 20
	var kept []byte
	heap := measure.HeapOf(func() { kept = make([]byte, size) })
	assert.Len(t, kept, size)
	assert.GreaterOrEqual(t, heap.Total, int64(size))
	assert.Less(t, measure.HeapOf(func() {}).Total, int64(size))
}
