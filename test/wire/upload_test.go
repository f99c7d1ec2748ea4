package wire_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
)

// zeros is a body of size bytes that takes no memory, and cannot seek.
type zeros struct{ left int }

func (s *zeros) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), s.left)
	clear(p[:n])
	s.left -= n
	return n, nil
}

func (*zeros) Close() error { return nil }

// newUpload is a PUT of size zeros: with GetBody, or from a file, which can seek.
func newUpload(tb testing.TB, s *faults.Server, size int, fromFile bool) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPut, s.URL, http.NoBody)
	require.NoError(tb, err)
	req.Header.Set(faults.HeaderCall, "upload")
	req.ContentLength, req.GetBody = int64(size), nil
	if !fromFile {
		req.GetBody = func() (io.ReadCloser, error) { return &zeros{left: size}, nil }
		req.Body = &zeros{left: size}
		return req
	}
	file, err := os.Create(filepath.Join(tb.TempDir(), "upload"))
	require.NoError(tb, err)
	require.NoError(tb, file.Truncate(int64(size)))
	req.Body = file
	return req
}

// R10, R11: an upload with a retry keeps no copy of its body. Not parallel: it
// counts what the process allocates, which bounds what its heap can have grown by.
func TestAnUploadWithARetryKeepsNoCopy(t *testing.T) {
	for _, r := range []struct {
		name     string
		size     int
		fromFile bool
	}{
		{"64 MiB with GetBody", 64 << 20, false},
		{"64 MiB from a file", 64 << 20, true},
		{"100 MiB with GetBody", 100 << 20, false},
	} {
		for _, protocol := range []string{http1, http2} {
			two := []faults.Step{{Status: http.StatusServiceUnavailable}, {}}
			bare := allocatedBy(t, newServer(t, protocol, two...), []retry.Option{retry.Off()}, r.size, r.fromFile)
			retried := allocatedBy(t, newServer(t, protocol, two...), nil, r.size, r.fromFile)
			t.Logf("%s over %s: two uploads by hand allocate %d KiB, one with a retry %d KiB; in use were at most %d and %d KiB more", r.name, protocol,
				bare.Total>>10, retried.Total>>10, bare.Live>>10, retried.Live>>10)
			most := int64(4 << 20)
			if protocol == http2 && measure.Racing { // the race detector empties pools at random: net/http's frames are 40 MiB, give or take
				most = int64(r.size) / 2
			}
			assert.Less(t, retried.Total-bare.Total, most, "%s over %s: a copy would be the whole size", r.name, protocol)
		}
	}
}

// allocatedBy sends one upload until it is answered 200: by hand without
// retries, else by the chain. Either way it arrives twice.
func allocatedBy(t *testing.T, s *faults.Server, policy []retry.Option, size int, fromFile bool) measure.Heap {
	t.Helper()
	defer s.Close() // the next row has a process of its own, so to speak
	client := newClient(t, s, policy)
	defer client.CloseIdleConnections()
	send := func(req *http.Request) bool {
		resp, err := client.Do(req)
		require.NoError(t, err)
		assert.Equal(t, "done", readAll(t, resp))
		return resp.StatusCode == http.StatusOK
	}
	send(newRequest(t.Context(), t, s, http.MethodGet)) // the connection is there, before anything is counted
	first, second := newUpload(t, s, size, fromFile), newUpload(t, s, size, fromFile)
	used := measure.HeapOf(func() {
		if !send(first) {
			send(second)
		}
	})
	layer.CloseBody(second.Body) // if it was not sent
	arrivals := s.Arrivals("upload")
	require.Len(t, arrivals, 2)
	for _, a := range arrivals {
		assert.Equal(t, int64(size), a.Length)
		assert.Equal(t, arrivals[0].Sum, a.Sum)
	}
	return used
}
