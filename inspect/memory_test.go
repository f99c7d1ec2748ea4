package inspect_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/transport"
)

// T3: whatever calls bring, what is kept of them stays below the limit.
func TestMemoryIsBounded(t *testing.T) { //nolint:paralleltest // it measures the heap
	if measure.Racing {
		t.Skip("the race detector adds memory to the heap; this is measured in the run without it")
	}
	large := strings.Repeat("x", 1<<20)
	for name, row := range map[string]struct {
		opts  []inspect.Option
		base  roundTripper
		close bool
		share int // round trips that share a record, of which few are kept
	}{
		"defaults":       {nil, huge(large), true, 1},
		"shared records": {[]inspect.Option{inspect.WithKept(0, 50, 0)}, oneOf(30, huge(large)), true, 30}, // one is kept of each
		"all bodies": {
			[]inspect.Option{inspect.WithBodies(inspect.MaxBody), inspect.WithPhases(), inspect.WithKept(1000, 1000, 1000), inspect.WithSlow(1)},
			huge(large), true, 1,
		},
		"bodies that nobody closes": {[]inspect.Option{inspect.WithBodies(inspect.MaxBody)}, huge(large), false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			in := inspect.New(row.opts...)
			c := client(t, in, row.base)
			before := live()
			var shared context.Context
			for n := range 600 {
				if n%row.share == 0 {
					shared, _ = transport.Begin(t.Context()) //nolint:fatcontext // it is another one
				}
				req := request(t, http.MethodPost, "https://api.example.com/"+large[:100<<10]+"?q="+large[:100<<10], bytes.NewReader([]byte(large[:100<<10])))
				if row.share > 1 {
					req = req.WithContext(shared)
				}
				req.Header.Set("Accept", large[:100<<10])
				resp, err := c.Do(req)
				require.NoError(t, err)
				_, err = io.CopyN(io.Discard, resp.Body, 200<<10)
				require.NoError(t, err)
				if row.close {
					require.NoError(t, resp.Body.Close())
				}
			}
			grown := live() - before
			t.Logf("%d KiB", grown>>10)
			assert.Less(t, grown, int64(2<<20+512<<10)/int64(min(row.share, 4)))
			state, _ := snapshot(t, in)
			assert.LessOrEqual(t, state.Memory, 2<<20)
			assert.Positive(t, state.Memory)
			runtime.KeepAlive(c)
		})
	}
}

// oneOf returns a base of whose responses one in so many fails.
func oneOf(n int, base roundTripper) roundTripper {
	count := 0
	return func(req *http.Request) (*http.Response, error) {
		resp, err := base(req)
		if count%n != 0 {
			resp.StatusCode = http.StatusOK
		}
		count++
		return resp, err
	}
}

// The oldest calls make room for new ones.
func TestOldCallsMakeRoom(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithMemory(32 << 10))
	c := client(t, in, roundTripper(memory))
	for range 100 {
		send(t, c, request(t, http.MethodGet, "https://api.example.com/", nil))
	}
	state, calls := snapshot(t, in)
	assert.LessOrEqual(t, state.Memory, 32<<10)
	assert.Greater(t, len(calls.Calls), 10)
	assert.Less(t, len(calls.Calls), 40)
	assert.Equal(t, uint64(100), calls.Calls[len(calls.Calls)-1].Serial)
}

// huge is a base whose responses have a large header, which fail now and then.
func huge(large string) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
		return &http.Response{
			StatusCode: http.StatusTeapot, ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: -1,
			Header: http.Header{"Content-Type": {"text/plain; x=" + large[:50<<10]}, "Location": {large[:50<<10]}, "Server": {large[:50<<10]}},
			Body:   io.NopCloser(strings.NewReader(strings.Clone(large))),
		}, nil
	}
}

func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// What is counted is what is kept: when everything is pushed out, nothing is left.
func TestMemoryIsGivenBack(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithBodies(inspect.MaxBody), inspect.WithKept(2, 1, 1), inspect.WithMemory(300<<10))
	text := strings.Repeat("y", 200<<10)
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		s := step{status: 200}
		if req.URL.Path != "/small" {
			s.status, s.body = 500, io.NopCloser(strings.NewReader(text))
		}
		return s.run(req)
	})
	c := client(t, in, base)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				resp, err := c.Do(request(t, http.MethodPost, "https://api.example.com/big", strings.NewReader(text)))
				if assert.NoError(t, err) {
					_, _ = io.Copy(io.Discard, resp.Body)
					assert.NoError(t, resp.Body.Close())
				}
			}
		})
	}
	group.Wait()
	state, _ := snapshot(t, in)
	assert.LessOrEqual(t, state.Memory, 300<<10)
	for range 4 {
		send(t, c, request(t, http.MethodGet, "https://api.example.com/small", nil))
	}
	small, calls := snapshot(t, in)
	failed := 0
	for _, call := range calls.Calls {
		if call.Outcome == "failure" {
			failed++
		}
	}
	t.Logf("%d bytes, %d calls, of which %d failed", small.Memory, len(calls.Calls), failed)
	assert.Less(t, small.Memory, (failed*2*inspect.MaxBody)+16<<10)
}

// C7: calls, the page and its details at the same time.
func TestThePageWhileCallsRun(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithPhases(), inspect.WithBodies(1<<10), inspect.WithKept(20, 5, 5), inspect.WithSlow(1))
	c := client(t, in, roundTripper(memory))
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for range 30 {
				req := request(t, http.MethodPost, "https://api.example.com/a?sig=s", strings.NewReader("{}"))
				req.Header.Set("Authorization", "Bearer s3cr3t")
				resp, err := c.Do(req)
				if assert.NoError(t, err) {
					_, _ = io.ReadAll(resp.Body)
					assert.NoError(t, resp.Body.Close())
				}
			}
		})
	}
	for range 4 {
		group.Go(func() {
			for range 30 {
				_, calls := snapshot(t, in)
				for _, call := range calls.Calls {
					assert.Equal(t, 1, call.Made)
				}
				ask(t, in, "call?id=40")
				ask(t, in, "call?running=1&id=40")
				assert.NoError(t, in.WriteHAR(io.Discard, nil))
			}
		})
	}
	group.Wait()
	state, _ := snapshot(t, in)
	assert.Zero(t, state.Count)
}

// C3: a base that panics leaves no call that runs for ever.
func TestAPanicLeavesNoRunningCall(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	c := client(t, in, roundTripper(func(*http.Request) (*http.Response, error) { panic("base") }))
	assert.PanicsWithValue(t, "base", func() {
		resp, err := c.Do(request(t, http.MethodGet, "https://api.example.com/", nil))
		if err == nil {
			_ = resp.Body.Close()
		}
	})
	state, _ := snapshot(t, in)
	assert.Zero(t, state.Count)
	assert.Zero(t, state.Memory)
}
