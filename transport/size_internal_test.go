package transport

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// The runtime allocates by size classes (runtime/sizeclasses.go), and adds a word to a
// block of more than 512 bytes: one of opened that is larger by a word would take 896 bytes.
func TestTheBlocksFitTheirSizeClasses(t *testing.T) {
	t.Parallel()
	if unsafe.Sizeof(uintptr(0)) == 8 {
		assert.LessOrEqual(t, unsafe.Sizeof(opened{}), uintptr(768-8))
		assert.LessOrEqual(t, unsafe.Sizeof(begunCall{}), uintptr(384)) // below 512 bytes no word is added
		assert.LessOrEqual(t, unsafe.Sizeof(observed{}), uintptr(112))
	}
}
