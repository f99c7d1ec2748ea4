package transport

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// The runtime allocates by size classes (runtime/sizeclasses.go), and adds a word to a
// block of this size: one that is larger by a word would take 896 bytes.
func TestTheBlockFitsItsSizeClass(t *testing.T) {
	t.Parallel()
	if unsafe.Sizeof(uintptr(0)) == 8 {
		assert.LessOrEqual(t, unsafe.Sizeof(opened{}), uintptr(768-8))
	}
}
