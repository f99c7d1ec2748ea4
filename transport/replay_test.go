package transport_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

func post(t *testing.T, body io.Reader, length int64) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.example.com/", body)
	require.NoError(t, err)
	if length != 0 {
		req.ContentLength = length
	}
	return req
}

type reader struct{ io.Reader } // hides what else the reader can do

type closer struct {
	io.ReadSeeker
	closed int
}

func (c *closer) Close() error { c.closed++; return nil }

// R10: the same bytes and length on every attempt, whatever the body can do.
func TestEveryAttemptSendsTheSameBytes(t *testing.T) {
	t.Parallel()
	const text = "the same bytes"
	path := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(path, []byte("skipped "+text), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	_, err = file.Seek(int64(len("skipped ")), io.SeekStart)
	require.NoError(t, err)
	for name, req := range map[string]*http.Request{
		"GetBody":                       post(t, strings.NewReader(text), 0),
		"a file, from where it stands":  post(t, file, int64(len(text))),
		"a reader of known length":      post(t, reader{strings.NewReader(text)}, int64(len(text))),
		"a reader of unknown length":    post(t, reader{strings.NewReader(text)}, -1),
		"a length that is not declared": post(t, reader{strings.NewReader(text)}, 0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			length := req.ContentLength
			replay, err := transport.NewReplay(req, 1<<20)
			require.NoError(t, err)
			defer replay.Finish()
			assert.True(t, replay.Replayable())
			next, err := replay.First(req)
			for range 3 {
				require.NoError(t, err)
				got, readErr := io.ReadAll(next.Body)
				require.NoError(t, readErr)
				require.NoError(t, next.Body.Close())
				assert.Equal(t, text, string(got))
				assert.Equal(t, length, next.ContentLength)
				next, err = replay.Next(req)
			}
		})
	}
}

// R10: http.NoBody stays no body.
func TestNoBodyStaysNoBody(t *testing.T) {
	t.Parallel()
	for _, body := range []io.Reader{nil, http.NoBody} {
		req := post(t, body, 0)
		replay, err := transport.NewReplay(req, 0)
		require.NoError(t, err)
		assert.True(t, replay.Replayable())
		first, err := replay.First(req)
		require.NoError(t, err)
		assert.Same(t, req, first)
		next, err := replay.Next(req)
		require.NoError(t, err)
		assert.Equal(t, req.Body, next.Body)
	}
}

// R10: what an attempt left unread is sent after what is kept.
func TestAnAttemptThatReadHalfLeavesTheRestToTheNext(t *testing.T) {
	t.Parallel()
	req := post(t, reader{strings.NewReader("first half, second half")}, -1)
	replay, err := transport.NewReplay(req, 1<<10)
	require.NoError(t, err)
	first, err := replay.First(req)
	require.NoError(t, err)
	_, err = io.ReadFull(first.Body, make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, first.Body.Close())
	_, err = first.Body.Read(make([]byte, 1))
	require.Error(t, err, "a closed body is not read")
	next, err := replay.Next(req)
	require.NoError(t, err)
	all, err := io.ReadAll(next.Body)
	require.NoError(t, err)
	assert.Equal(t, "first half, second half", string(all))
}

// R10: above the ceiling a body is sent once, as it is.
func TestABodyAboveTheCeilingIsSentOnce(t *testing.T) {
	t.Parallel()
	known := post(t, reader{strings.NewReader("12345")}, 5)
	replay, err := transport.NewReplay(known, 4)
	require.NoError(t, err)
	assert.False(t, replay.Replayable())
	first, err := replay.First(known)
	require.NoError(t, err)
	assert.Same(t, known, first)
	_, err = replay.Next(known)
	require.ErrorIs(t, err, transport.ErrNotReplayable)

	unknown := post(t, reader{strings.NewReader("12345")}, -1)
	replay, err = transport.NewReplay(unknown, 4)
	require.NoError(t, err)
	first, err = replay.First(unknown)
	require.NoError(t, err)
	all, err := io.ReadAll(first.Body)
	require.NoError(t, err)
	assert.Equal(t, "12345", string(all))
	require.NoError(t, first.Body.Close())
	_, err = replay.Next(unknown)
	require.ErrorIs(t, err, transport.ErrNotReplayable)
}

// R10: a body that cannot be read ends the call before anything is sent.
func TestABodyThatCannotBeReadIsClosed(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	body := &closeCounter{Reader: io.MultiReader(strings.NewReader("1"), errReader{broken})}
	_, err := transport.NewReplay(post(t, body, 3), 10)
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 1, body.closed)
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// R10: a seeker is rewound only after the attempt let go of it, and closed once, at the end.
func TestASeekerIsNotRewoundUnderAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := &closer{ReadSeeker: bytes.NewReader([]byte("text"))}
		req := post(t, body, 4)
		replay, err := transport.NewReplay(req, 0)
		require.NoError(t, err)
		first, err := replay.First(req)
		require.NoError(t, err)
		begun := time.Now()
		_, err = replay.Next(req)
		require.ErrorIs(t, err, transport.ErrNotReplayable)
		assert.Equal(t, 100*time.Millisecond, time.Since(begun))

		time.AfterFunc(50*time.Millisecond, func() { assert.NoError(t, first.Body.Close()) })
		next, err := replay.Next(req)
		require.NoError(t, err)
		replay.Finish()
		assert.Zero(t, body.closed, "the last attempt still has it")
		require.NoError(t, next.Body.Close())
		require.NoError(t, next.Body.Close())
		assert.Equal(t, 1, body.closed)
		replay.Finish()
		assert.Equal(t, 1, body.closed)
	})
}

// C2: a blocked read does not keep the body from being closed at the end.
func TestAFinishedBodyIsClosedUnderABlockedRead(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	defer func() { assert.NoError(t, w.Close()) }()
	req := post(t, r, -1)
	replay, err := transport.NewReplay(req, 10)
	require.NoError(t, err)
	first, err := replay.First(req)
	require.NoError(t, err)
	read := make(chan error)
	go func() {
		_, err := first.Body.Read(make([]byte, 1))
		read <- err
	}()
	replay.Finish()
	require.NoError(t, first.Body.Close())
	require.Error(t, <-read)
}

type stalled struct{ shut chan struct{} }

func (s *stalled) Read([]byte) (int, error) { <-s.shut; return 0, io.ErrClosedPipe }
func (s *stalled) Close() error             { close(s.shut); return nil }

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

// R5: bounded in bytes and in time, whichever comes first.
func TestADrainIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fast := &endless{}
		transport.Drain(fast, transport.DrainBytes, transport.DrainTime)
		assert.EqualValues(t, transport.DrainBytes, fast.read)
		assert.Equal(t, 1, fast.closed)

		begun := time.Now()
		slow := &endless{pause: 30 * time.Millisecond}
		transport.Drain(slow, transport.DrainBytes, transport.DrainTime)
		assert.Equal(t, 1, slow.closed)
		assert.Less(t, time.Since(begun), 150*time.Millisecond)

		begun = time.Now()
		transport.Drain(&stalled{shut: make(chan struct{})}, transport.DrainBytes, transport.DrainTime)
		assert.Equal(t, transport.DrainTime, time.Since(begun))

		at := &endless{}
		transport.Drain(at, 0, transport.DrainTime)
		assert.Zero(t, at.read)
		assert.Equal(t, 1, at.closed)
		transport.Drain(nil, 1, 1)
	})
}

// R5: each body of a call has bounds of its own, also after one that was stalled.
func TestADrainerBoundsEachBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d transport.Drainer
		for range 2 {
			for range 3 {
				fast := &endless{pause: time.Millisecond}
				d.Drain(fast, transport.DrainBytes, transport.DrainTime)
				assert.EqualValues(t, transport.DrainBytes, fast.read)
				assert.Equal(t, 1, fast.closed)
			}
			time.Sleep(time.Second) // the timer of a body before is no matter now
			begun := time.Now()
			d.Drain(&stalled{shut: make(chan struct{})}, transport.DrainBytes, transport.DrainTime)
			assert.Equal(t, transport.DrainTime, time.Since(begun))
		}
	})
}

// R5: a body that panics is closed, and the next is bounded as ever.
func TestADrainerOutlivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d transport.Drainer
		d.Drain(&endless{pause: time.Millisecond}, 1, time.Second)
		broken := &panics{}
		assert.Panics(t, func() { d.Drain(broken, 1, time.Second) })
		assert.Equal(t, 1, broken.closed)
		begun := time.Now()
		d.Drain(&stalled{shut: make(chan struct{})}, 1, time.Second)
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

type panics struct{ endless }

func (p *panics) Read([]byte) (int, error) { panic("a body") }
