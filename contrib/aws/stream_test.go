package aws_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// zeros is a file that holds only zeros, and counts how often it is read.
type zeros struct{ reads atomic.Int64 }

func (z *zeros) ReadAt(p []byte, _ int64) (int, error) {
	z.reads.Add(1)
	clear(p)
	return len(p), nil
}

// R2: a body belongs to the caller again when the operation has ended, although net/http may
// still be sending it.
func TestABodyIsNotReadAfterItsOperation(t *testing.T) {
	t.Parallel()
	ended, drained := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(drained)
		control := http.NewResponseController(w)
		assert.NoError(t, control.EnableFullDuplex())
		_, err := io.CopyN(io.Discard, r.Body, 1<<20)
		assert.NoError(t, err)
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		assert.NoError(t, control.Flush())
		<-ended
		_, err = io.Copy(io.Discard, r.Body)
		assert.Error(t, err, "the rest of the body never comes")
	}))
	defer server.Close()

	const size = 64 << 20 // more than fits into the buffers of a connection
	file := &zeros{}
	_, err := operation{name: "PutObject", method: http.MethodPut, url: server.URL, body: io.NewSectionReader(file, 0, size)}.
		run(t.Context(), configure(t, chain(t)))
	require.NoError(t, err)
	reads := file.reads.Load()
	close(ended)
	<-drained
	assert.Positive(t, reads)
	assert.Equal(t, reads, file.reads.Load())
}
