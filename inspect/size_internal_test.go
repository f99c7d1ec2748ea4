package inspect

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// The runtime allocates by size classes (runtime/sizeclasses.go), and adds a word to a block of
// more than 512 bytes: a trip that is larger by a word would take 896 bytes.
func TestATripFitsItsSizeClass(t *testing.T) {
	t.Parallel()
	if unsafe.Sizeof(uintptr(0)) == 8 {
		assert.LessOrEqual(t, unsafe.Sizeof(trip{}), uintptr(768-8))
		assert.LessOrEqual(t, unsafe.Sizeof(phasedTrip{}), uintptr(896-8))
	}
}
