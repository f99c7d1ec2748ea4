package layer_test

import (
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/layer"
)

type endless struct {
	read   int64
	pause  time.Duration
	closed int
}

func (e *endless) Read(p []byte) (int, error) {
	time.Sleep(e.pause)
	e.read += int64(len(p))
	return len(p), nil
}
func (e *endless) Close() error { e.closed++; return nil }

// R5: bounded in bytes and in time, whichever comes first, whether Close may block or not.
func TestADrainIsBounded(t *testing.T) {
	t.Parallel()
	for name, drain := range map[string]func(io.ReadCloser, int64, time.Duration){
		"Drain": layer.Drain, "DrainAside": layer.DrainAside, "a Drainer": new(layer.Drainer).Drain,
	} {
		synctest.Test(t, func(t *testing.T) {
			fast := &endless{}
			drain(fast, layer.DrainBytes, layer.DrainTime)
			assert.EqualValues(t, layer.DrainBytes, fast.read, name)
			assert.Equal(t, 1, fast.closed, name)

			begun := time.Now()
			slow := &endless{pause: 30 * time.Millisecond}
			drain(slow, layer.DrainBytes, layer.DrainTime)
			assert.Less(t, time.Since(begun), 150*time.Millisecond, name)
			time.Sleep(time.Second)
			synctest.Wait()
			assert.Equal(t, 1, slow.closed, name)

			begun = time.Now()
			drain(newStalled(), layer.DrainBytes, layer.DrainTime)
			assert.Equal(t, layer.DrainTime, time.Since(begun), name)

			at := &endless{}
			drain(at, 0, layer.DrainTime)
			assert.Zero(t, at.read, name)
			assert.Equal(t, 1, at.closed, name)
			drain(nil, 1, 1)
		})
	}
}

// R5: each body of a call has bounds of its own, also after one that was stalled.
func TestADrainerBoundsEachBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d layer.Drainer
		for range 2 {
			for range 3 {
				fast := &endless{pause: time.Millisecond}
				d.Drain(fast, layer.DrainBytes, layer.DrainTime)
				assert.EqualValues(t, layer.DrainBytes, fast.read)
				assert.Equal(t, 1, fast.closed)
			}
			time.Sleep(time.Second) // the timer of an earlier body does not matter now
			begun := time.Now()
			d.Drain(newStalled(), layer.DrainBytes, layer.DrainTime)
			assert.Equal(t, layer.DrainTime, time.Since(begun))
		}
	})
}

// R5: bodies that join between two ticks of the one timer are closed up to a tick
// early, and never late. A time below the default has a timer of its own.
func TestADrainerIsNeverLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d layer.Drainer
		var wg sync.WaitGroup
		stalled := func(within, least, most time.Duration) {
			wg.Go(func() {
				begun := time.Now()
				d.Drain(newStalled(), layer.DrainBytes, within)
				assert.GreaterOrEqual(t, time.Since(begun), least, within)
				assert.LessOrEqual(t, time.Since(begun), most, within)
			})
		}
		for range 50 {
			stalled(layer.DrainTime, 90*time.Millisecond, layer.DrainTime)
			stalled(time.Second, 990*time.Millisecond, time.Second)
			stalled(7*time.Millisecond, 7*time.Millisecond, 7*time.Millisecond)
			time.Sleep(3 * time.Millisecond)
		}
		wg.Wait()
	})
}

// R5: a tick that closes a body which ends by itself at that moment closes no other:
// the next body may have the memory of that one.
func TestADrainerForgetsWhatItClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d layer.Drainer
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				for range 10 {
					d.Drain(&endless{pause: layer.DrainTime}, 1, layer.DrainTime)
					slow := &endless{pause: time.Millisecond}
					d.Drain(slow, 24<<10, layer.DrainTime)
					assert.EqualValues(t, 24<<10, slow.read)
					assert.Equal(t, 1, slow.closed)
				}
			})
		}
		wg.Wait()
	})
}

// R5: a Close that blocks costs the time of a drain and not the call.
func TestACloseThatBlocksIsLeftBehind(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		limit        int64
		within, want time.Duration
	}{{layer.DrainBytes, layer.DrainTime, layer.DrainTime}, {layer.DrainBytes, time.Second, time.Second}, {0, 0, layer.DrainTime}} {
		synctest.Test(t, func(t *testing.T) {
			body := &stuck{Reader: strings.NewReader("x"), free: make(chan struct{})}
			begun := time.Now()
			layer.DrainAside(body, row.limit, row.within)
			assert.Equal(t, row.want, time.Since(begun))
			close(body.free)
		})
	}
}

type stuck struct {
	io.Reader
	free chan struct{}
}

func (s *stuck) Close() error { <-s.free; return nil }

// R5, C3: a body that panics is closed, the panic reaches the caller, and the next
// body is bounded as ever.
func TestADrainerOutlivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d layer.Drainer
		d.Drain(&endless{pause: time.Millisecond}, 1, time.Second)
		for _, drain := range []func(io.ReadCloser, int64, time.Duration){d.Drain, layer.DrainAside} {
			broken := &panics{}
			assert.PanicsWithValue(t, "a body", func() { drain(broken, 1, time.Second) })
			assert.Equal(t, 1, broken.closed)
		}
		time.Sleep(time.Second) // the timer is still
		begun := time.Now()
		d.Drain(newStalled(), 1, time.Second)
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

type panics struct{ endless }

func (p *panics) Read([]byte) (int, error) { panic("a body") }

// R18: a prefix is bounded in bytes and in time, and the reader gets it all the same.
func TestAPrefixIsPutBack(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100<<10)
	for _, text := range []string{"", "short", long} {
		body := &closer{Reader: strings.NewReader(text)}
		prefix, same := layer.Peek(body, 8, time.Second)
		assert.Equal(t, text[:min(8, len(text))], string(prefix))
		all, err := io.ReadAll(same)
		require.NoError(t, err)
		assert.Equal(t, text, string(all))
		assert.Zero(t, body.closed)
		require.NoError(t, same.Close())
		assert.Equal(t, 1, body.closed)
	}
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		go func() {
			_, _ = io.WriteString(pw, "early ")
			time.Sleep(time.Minute)
			_, _ = io.WriteString(pw, "late")
			_ = pw.CloseWithError(io.ErrUnexpectedEOF)
		}()
		begun := time.Now()
		prefix, same := layer.Peek(pr, 4096, 100*time.Millisecond)
		assert.Equal(t, 100*time.Millisecond, time.Since(begun))
		assert.Equal(t, "early ", string(prefix))
		all, err := io.ReadAll(same)
		assert.Equal(t, io.ErrUnexpectedEOF, err, "the body's own error")
		assert.Equal(t, "early late", string(all))
		require.NoError(t, same.Close())
	})
}
