package inspect

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// A record knows when a call began by a clock that nobody sets, so the time of day is noted when
// the call ends, or earlier if somebody looks at it.
func TestTheTimeOfDayOfACall(t *testing.T) {
	t.Parallel()
	began := time.Now()
	running := &trip{begun: began}
	(*[2]uint64)(unsafe.Pointer(&running.begun))[1] -= uint64(time.Hour) // since then the clock was set an hour back
	running.date(time.Now)
	assert.WithinDuration(t, began.Add(-time.Hour).Round(0), running.begun.Round(0), time.Minute)
	noted := running.begun
	running.date(time.Now)
	assert.Equal(t, noted, running.begun)

	in := New()
	seen := 0
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		in.running.first.story()
		assert.True(t, in.running.first.dated)
		in.running.first.dated = false
		seen++
		resp := &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}
		switch req.URL.Path {
		case "/error":
			return nil, errors.New("failing")
		case "/body":
			resp.Body = io.NopCloser(strings.NewReader("text"))
		}
		return resp, nil
	}), in.Calls(), in.Attempts())
	for _, path := range []string{"/error", "/body", "/none"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.example.com"+path, http.NoBody)
		require.NoError(t, err)
		if resp, err := rt.RoundTrip(req); err == nil {
			require.NoError(t, resp.Body.Close())
		}
	}
	for _, ended := range in.kept(0) {
		assert.True(t, ended.dated)
		seen++
	}
	assert.Equal(t, 6, seen)
}

// A call took as long as its record says, to the nanosecond, since both read the clock once.
func TestACallTookAsLongAsItsRecordSays(t *testing.T) {
	t.Parallel()
	in := New()
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		time.Sleep(time.Microsecond)
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: req}, nil
	}), in.Calls(), in.Attempts())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://a.example.com/", http.NoBody)
	require.NoError(t, err)
	resp, err := rt.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	call, kept := transport.CallOf(resp), in.kept(0)
	require.Len(t, kept, 1)
	assert.Equal(t, call.Elapsed(), kept[0].headed)
	assert.Equal(t, call.Attempts()[0].Elapsed, kept[0].first.took)
	assert.Zero(t, kept[0].first.begun)
	assert.Positive(t, kept[0].headed)
}
