package layer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/layer"
)

func put(t *testing.T, body io.Reader, length int64) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.example.com/", body)
	require.NoError(t, err)
	if length != 0 {
		req.ContentLength = length
	}
	return req
}

func replay(t *testing.T, req *http.Request, ceiling int64) *layer.Replay {
	t.Helper()
	r, err := layer.NewReplay(req, ceiling)
	require.NoError(t, err)
	return &r
}

func attempt(t *testing.T, r *layer.Replay, req *http.Request) *http.Request {
	t.Helper()
	next, err := r.Attempt(req.Context(), req, true)
	require.NoError(t, err)
	return next
}

type reader struct{ io.Reader } // hides what else the reader can do

type closer struct {
	io.Reader
	closed int
}

func (c *closer) Close() error { c.closed++; return nil }

type seekCloser struct {
	io.ReadSeeker
	closed int
}

func (c *seekCloser) Close() error { c.closed++; return nil }

// A pipe that was not written to yet: only its Close ends a Read.
type stalled struct {
	shut   chan struct{}
	closed int
}

func newStalled() *stalled { return &stalled{shut: make(chan struct{})} }

func (s *stalled) Read([]byte) (int, error) { <-s.shut; return 0, io.ErrClosedPipe }
func (s *stalled) Close() error             { s.closed++; close(s.shut); return nil }

// A deaf body goes on reading after its Close, until it is let go.
type deaf struct {
	free   chan struct{}
	closed chan struct{}
}

func newDeaf() *deaf { return &deaf{make(chan struct{}), make(chan struct{})} }

func (d *deaf) Read([]byte) (int, error) { <-d.free; return 0, io.EOF }
func (d *deaf) Close() error             { close(d.closed); return nil }

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
	custom := put(t, reader{strings.NewReader(text)}, int64(len(text)))
	custom.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(iotest.OneByteReader(strings.NewReader(text))), nil }
	for name, req := range map[string]*http.Request{
		"GetBody of net/http":           put(t, strings.NewReader(text), 0),
		"GetBody of the caller":         custom,
		"a file, from where it stands":  put(t, file, int64(len(text))),
		"a reader of known length":      put(t, reader{strings.NewReader(text)}, int64(len(text))),
		"a reader of unknown length":    put(t, reader{strings.NewReader(text)}, -1),
		"a length that is not declared": put(t, reader{strings.NewReader(text)}, 0),
		"a byte at a time":              put(t, iotest.OneByteReader(strings.NewReader(text)), -1),
		"data with the end":             put(t, iotest.DataErrReader(strings.NewReader(text)), int64(len(text))),
		"a seeker that cannot":          put(t, &pretender{Reader: strings.NewReader(text)}, -1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			length := req.ContentLength
			r := replay(t, req, 1<<20)
			defer r.Finish()
			assert.True(t, r.Replayable())
			for n := range 3 {
				if n > 0 {
					require.NoError(t, r.Prepare(req.Context()))
				}
				next := attempt(t, r, req)
				got, err := io.ReadAll(next.Body)
				require.NoError(t, err)
				require.NoError(t, next.Body.Close())
				assert.Equal(t, text, string(got))
				assert.Equal(t, length, next.ContentLength)
				require.NotNil(t, next.GetBody, "net/http can send it again by itself")
				again, err := next.GetBody()
				require.NoError(t, err)
				got, err = io.ReadAll(again)
				require.NoError(t, err)
				require.NoError(t, again.Close())
				assert.Equal(t, text, string(got))
				require.NoError(t, r.Fault())
			}
		})
	}
}

type pretender struct{ io.Reader }

func (p *pretender) Seek(int64, int) (int64, error) { return 0, errors.New("a pipe cannot seek") }

// R10: what cannot or need not be replayed goes down untouched.
func TestWhatIsNotReplayedGoesDownAsItCame(t *testing.T) {
	t.Parallel()
	for name, req := range map[string]*http.Request{
		"no body":               put(t, nil, 0),
		"http.NoBody":           put(t, http.NoBody, 0),
		"in memory":             put(t, strings.NewReader("12345"), 0),
		"longer than the limit": put(t, reader{strings.NewReader("12345")}, 5),
	} {
		r := replay(t, req, 4)
		assert.Same(t, req, attempt(t, r, req), name)
		r.Finish()
	}
	req := put(t, reader{strings.NewReader("1")}, -1)
	r := layer.AsItCame(req)
	assert.False(t, r.Replayable())
	assert.Same(t, req, attempt(t, &r, req))
	require.ErrorIs(t, r.Prepare(t.Context()), layer.ErrNotReplayable)

	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, 1)
	next, err := r.Attempt(ctx, put(t, http.NoBody, 0), true)
	require.ErrorIs(t, err, layer.ErrNotReplayable)
	assert.Nil(t, next)
	none := replay(t, put(t, http.NoBody, 0), 0)
	next, err = none.Attempt(ctx, put(t, http.NoBody, 0), true)
	require.NoError(t, err)
	assert.Equal(t, ctx, next.Context())
	assert.Equal(t, http.NoBody, next.Body)
}

// R10: nothing is read before an attempt asks for it, whatever the length.
func TestNothingIsReadAhead(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{10, -1} {
		read := 0
		body := iotest.OneByteReader(readFunc(func(p []byte) (int, error) { read++; return len(p), nil }))
		req := put(t, body, length)
		r := replay(t, req, 1<<20)
		next := attempt(t, r, req)
		assert.Zero(t, read)
		_, err := io.ReadFull(next.Body, make([]byte, 3))
		require.NoError(t, err)
		assert.LessOrEqual(t, read, 4)
		r.Finish()
		require.NoError(t, next.Body.Close())
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// R10: what an attempt left unread is sent after what is kept.
func TestAnAttemptThatReadHalfLeavesTheRestToTheNext(t *testing.T) {
	t.Parallel()
	req := put(t, reader{strings.NewReader("first half, second half")}, -1)
	r := replay(t, req, 1<<10)
	first := attempt(t, r, req)
	_, err := io.ReadFull(first.Body, make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, r.Prepare(t.Context()), "the attempt may still have it: it is taken away")
	_, err = first.Body.Read(make([]byte, 1))
	require.Error(t, err)
	next := attempt(t, r, req)
	all, err := io.ReadAll(next.Body)
	require.NoError(t, err)
	assert.Equal(t, "first half, second half", string(all))
	r.Finish()
	require.NoError(t, next.Body.Close())
	require.NoError(t, first.Body.Close())
}

// R10: above the ceiling a body is sent once.
func TestABodyAboveTheCeilingIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"a byte": 5, "many windows": 300 << 10} {
		text := strings.Repeat("x", size)
		body := &closer{Reader: strings.NewReader(text)}
		unknown := put(t, reader{body}, -1)
		unknown.Body = body
		r := replay(t, unknown, 4)
		assert.True(t, r.Replayable())
		first := attempt(t, r, unknown)
		all, err := io.ReadAll(first.Body)
		require.NoError(t, err)
		assert.Equal(t, text, string(all), name)
		assert.False(t, r.Replayable())
		require.NoError(t, first.Body.Close())
		require.ErrorIs(t, r.Prepare(t.Context()), layer.ErrNotReplayable)
		assert.Zero(t, body.closed)
		r.Finish()
		assert.Equal(t, 1, body.closed)
	}
}

// R8, R10: an error of the body is final and never becomes its end; so is another
// length than the request announces.
func TestAFaultOfTheBodyIsFinal(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk: I/O error")
	failing := func() io.Reader { // it says EOF after its error, as many readers do
		n := 0
		return readFunc(func(p []byte) (int, error) {
			switch n++; n {
			case 1:
				return copy(p, "first half,"), nil
			case 2:
				return 0, broken
			}
			return 0, io.EOF
		})
	}
	given := func(body io.Reader, length int64) *http.Request { // by a GetBody of the caller's
		req := put(t, reader{body}, length)
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(reader{strings.NewReader("other")}), nil }
		return req
	}
	for _, row := range []struct {
		name string
		req  *http.Request
		want string
		is   error
	}{
		{"an error", put(t, failing(), -1), "after 11 bytes: disk", broken},
		{"an error of a body of known length", put(t, failing(), 22), "after 11 bytes: disk", broken},
		{"an error of a body from GetBody", given(failing(), -1), "after 11 bytes: disk", broken},
		{"an error of a seeker", put(t, &struct {
			io.Reader
			io.Seeker
		}{failing(), strings.NewReader("")}, -1), "after 11 bytes: disk", broken},
		{"too short", put(t, reader{strings.NewReader("abc")}, 10), "it ends before the 10 bytes", nil},
		{"too long", put(t, reader{strings.NewReader("abcdef")}, 3), "it is longer than the 3 bytes", nil},
		{"a short seeker", put(t, &seekCloser{ReadSeeker: strings.NewReader("abc")}, 10), "it ends before the 10 bytes", nil},
		{"a long seeker", put(t, &seekCloser{ReadSeeker: strings.NewReader("abcdef")}, 3), "it is longer than the 3 bytes", nil},
		{"short, from GetBody", given(strings.NewReader("abc"), 10), "it ends before the 10 bytes", nil},
		{"long, from GetBody", given(strings.NewReader("abcdef"), 3), "it is longer than the 3 bytes", nil},
		{"a Read that lies", put(t, readFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), -1), "for a buffer of", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := replay(t, row.req, 1<<20)
			defer r.Finish()
			next := attempt(t, r, row.req)
			_, err := io.ReadAll(next.Body)
			require.ErrorContains(t, err, row.want)
			fault, ok := errors.AsType[*layer.BodyError](r.Fault())
			require.True(t, ok)
			assert.False(t, fault.Retryable())
			assert.True(t, row.is == nil || errors.Is(fault, row.is))
			require.NoError(t, next.Body.Close())
			require.ErrorIs(t, r.Prepare(row.req.Context()), fault)
			if next.GetBody != nil && r.Kept() {
				_, err = next.GetBody()
				require.ErrorIs(t, err, fault, "net/http cannot send it again either")
			}
		})
	}
	for _, length := range []int64{2, 4} { // told before anything is sent
		for _, body := range []io.Reader{strings.NewReader("abc"), bytes.NewReader([]byte("abc")), bytes.NewBufferString("abc")} {
			_, err := layer.NewReplay(put(t, body, length), 0)
			_, ok := errors.AsType[*layer.BodyError](err)
			assert.True(t, ok, "%T %v", body, err)
		}
	}
}

// R10: a Read ends with the attempt's context, and when its body is closed, even
// if the caller's body goes on reading; and the next attempt goes on with it.
func TestABlockedReadIsLetGo(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{10, -1} {
		synctest.Test(t, func(t *testing.T) {
			body := newDeaf()
			req := put(t, nil, 0)
			req.Body, req.ContentLength = body, length
			r := replay(t, req, 1<<10)

			rang := errors.New("the clock rang")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(rang) })
			first, err := r.Attempt(ctx, req, true)
			require.NoError(t, err)
			_, err = first.Body.Read(make([]byte, 1))
			require.ErrorIs(t, err, rang)
			require.NoError(t, r.Fault(), "that is no fault of the body")

			require.NoError(t, r.Prepare(t.Context()))
			second := attempt(t, r, req)
			done := make(chan error, 1)
			go func() {
				_, err := second.Body.Read(make([]byte, 1))
				done <- err
			}()
			synctest.Wait()
			require.NoError(t, second.Body.Close())
			require.Error(t, <-done)

			require.NoError(t, r.Prepare(t.Context()))
			third := attempt(t, r, req)
			r.Finish()
			require.NoError(t, third.Body.Close())
			<-body.closed // under the Read that still runs
			close(body.free)
		})
	}
}

// R10: an attempt that waits for the body gets it, also when an earlier one that
// waited for it was let go.
func TestTheNextAttemptIsWoken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		req := put(t, pr, -1)
		r := replay(t, req, 1<<10)
		got := make(chan string, 2)
		read := func(body io.Reader) {
			text, _ := io.ReadAll(body)
			got <- string(text)
		}
		first := attempt(t, r, req)
		go read(first.Body)
		synctest.Wait()
		require.NoError(t, r.Prepare(t.Context()))
		second := attempt(t, r, req)
		go read(second.Body)
		synctest.Wait()
		_, err := io.WriteString(pw, "whole")
		require.NoError(t, err)
		require.NoError(t, pw.Close())
		assert.Equal(t, []string{"", "whole"}, []string{<-got, <-got})
		r.Finish()
		require.NoError(t, second.Body.Close())
	})
}

// R10: a seeker is rewound only after the attempt closed it, and closed once, at the end.
func TestASeekerIsNotRewoundUnderAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := &seekCloser{ReadSeeker: bytes.NewReader([]byte("text"))}
		req := put(t, body, 4)
		r := replay(t, req, 0)
		first := attempt(t, r, req)
		assert.True(t, r.Held(&http.Response{ProtoMajor: 2}))
		assert.False(t, r.Held(&http.Response{ProtoMajor: 1}), "net/http's HTTP/1 never waits for it")
		begun := time.Now()
		require.ErrorIs(t, r.Prepare(t.Context()), layer.ErrNotReplayable)
		assert.Equal(t, 100*time.Millisecond, time.Since(begun))
		again, err := first.GetBody()
		require.NoError(t, err, "net/http is done with a body when it asks for another")
		first.Body = again

		time.AfterFunc(50*time.Millisecond, func() { assert.NoError(t, first.Body.Close()) })
		require.NoError(t, r.Prepare(t.Context()))
		next := attempt(t, r, req)
		r.Finish()
		assert.Zero(t, body.closed, "the last attempt still has it")
		require.NoError(t, next.Body.Close())
		require.NoError(t, next.Body.Close())
		assert.Equal(t, 1, body.closed)
		assert.False(t, r.Held(&http.Response{ProtoMajor: 2}))
		r.Finish()
		assert.Equal(t, 1, body.closed)
	})
}

// C2: a body is closed once, whatever came of its attempts, and the one that was
// prepared in vain, too.
func TestABodyIsClosedOnce(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*testing.T, *layer.Replay, *http.Request){
		"no attempt": func(*testing.T, *layer.Replay, *http.Request) {},
		"not read":   func(t *testing.T, r *layer.Replay, req *http.Request) { _ = attempt(t, r, req).Body.Close() },
		"read in part": func(t *testing.T, r *layer.Replay, req *http.Request) {
			next := attempt(t, r, req)
			_, _ = next.Body.Read(make([]byte, 1))
			_ = next.Body.Close()
		},
		"prepared in vain": func(t *testing.T, r *layer.Replay, req *http.Request) {
			_ = attempt(t, r, req).Body.Close()
			require.NoError(t, r.Prepare(t.Context()))
		},
	} {
		body := &closer{Reader: iotest.OneByteReader(strings.NewReader("text"))}
		req := put(t, nil, 0)
		req.Body, req.ContentLength = body, -1
		r := replay(t, req, 1<<10)
		send(t, r, req)
		r.Finish()
		assert.Equal(t, 1, body.closed, name)
	}
	made := &closer{Reader: strings.NewReader("x")}
	req := put(t, reader{strings.NewReader("x")}, -1)
	req.GetBody = func() (io.ReadCloser, error) { return made, nil }
	r := replay(t, req, 0)
	attempt(t, r, req)
	require.NoError(t, r.Prepare(t.Context()))
	r.Finish()
	assert.Equal(t, 1, made.closed)
}

// C2: a blocked read does not keep the body from being closed at the end.
func TestAFinishedBodyIsClosedUnderABlockedRead(t *testing.T) {
	t.Parallel()
	body := newStalled()
	req := put(t, nil, 0)
	req.Body, req.ContentLength = body, -1
	r := replay(t, req, 10)
	first := attempt(t, r, req)
	read := make(chan error)
	go func() {
		_, err := first.Body.Read(make([]byte, 1))
		read <- err
	}()
	r.Finish()
	require.NoError(t, first.Body.Close())
	require.Error(t, <-read)
	<-body.shut
	assert.Equal(t, 1, body.closed)
}

// R4: an upload goes on after the call has its response.
func TestABodyIsReadOnAfterTheEnd(t *testing.T) {
	t.Parallel()
	body := &closer{Reader: iotest.HalfReader(strings.NewReader(strings.Repeat("x", 100<<10)))}
	req := put(t, nil, 0)
	req.Body, req.ContentLength = body, -1
	r := replay(t, req, 1<<20)
	first := attempt(t, r, req)
	_, err := first.Body.Read(make([]byte, 10))
	require.NoError(t, err)
	r.Finish()
	rest, err := io.ReadAll(first.Body)
	require.NoError(t, err)
	assert.Len(t, rest, 100<<10-10)
	require.NoError(t, first.Body.Close())
	assert.Equal(t, 1, body.closed)
}

// C3: a panic of the body reaches the goroutine that reads it, and one that ends
// its goroutine is no end of the body.
func TestABodyMayPanic(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func([]byte) (int, error){
		"panic":  func([]byte) (int, error) { panic("a body") },
		"goexit": func([]byte) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		req := put(t, readFunc(read), -1)
		r := replay(t, req, 10)
		first := attempt(t, r, req)
		if name == "panic" {
			assert.PanicsWithValue(t, "a body", func() { _, _ = first.Body.Read(make([]byte, 1)) })
		} else {
			_, err := first.Body.Read(make([]byte, 1))
			require.ErrorContains(t, err, "did not return")
		}
		require.Error(t, r.Fault())
		r.Finish()
		require.NoError(t, first.Body.Close())
	}
}

// R8: a Read that ends since the body was closed under it is no fault of the body.
func TestACloseIsNoFaultOfTheBody(t *testing.T) {
	t.Parallel()
	body := newStalled()
	req := put(t, nil, 0)
	req.Body, req.ContentLength = body, -1
	req.GetBody = func() (io.ReadCloser, error) { return newStalled(), nil }
	r := replay(t, req, 0)
	next := attempt(t, r, req)
	read := make(chan error)
	go func() {
		_, err := next.Body.Read(make([]byte, 1))
		read <- err
	}()
	require.NoError(t, next.Body.Close())
	require.Error(t, <-read)
	require.NoError(t, r.Fault())
	require.NoError(t, r.Prepare(t.Context()))
	r.Finish()
}

// R10: a GetBody that fails, or breaks its contract, is an error.
func TestAGetBodyThatFails(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	req := put(t, strings.NewReader("text"), 0)
	r := replay(t, req, 0)
	attempt(t, r, req)
	for _, row := range []struct {
		err  error
		want string
	}{{gone, "gone"}, {nil, "neither a body nor an error"}} {
		req.GetBody = func() (io.ReadCloser, error) { return nil, row.err }
		r := replay(t, req, 0)
		attempt(t, r, req)
		require.ErrorContains(t, r.Prepare(t.Context()), row.want)
	}
}

// What a handle costs: a body of 1 MiB read in parts of 32 KiB, as net/http does.
func BenchmarkHandle(b *testing.B) {
	const size = 1 << 20
	content := bytes.Repeat([]byte("x"), size)
	part := make([]byte, 32<<10)
	for _, row := range []struct {
		name string
		body func() (io.ReadCloser, func() (io.ReadCloser, error))
	}{
		{"bare", func() (io.ReadCloser, func() (io.ReadCloser, error)) {
			return io.NopCloser(reader{bytes.NewReader(content)}), nil
		}},
		{"GetBody", func() (io.ReadCloser, func() (io.ReadCloser, error)) {
			fresh := func() (io.ReadCloser, error) { return io.NopCloser(reader{bytes.NewReader(content)}), nil }
			body, _ := fresh()
			return body, fresh
		}},
		{"seeker", func() (io.ReadCloser, func() (io.ReadCloser, error)) {
			return &seekCloser{ReadSeeker: bytes.NewReader(content)}, nil
		}},
		{"copied aside", func() (io.ReadCloser, func() (io.ReadCloser, error)) {
			return io.NopCloser(reader{bytes.NewReader(content)}), nil
		}},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(size)
			for b.Loop() {
				req, _ := http.NewRequest(http.MethodPut, "http://api.example.com/", http.NoBody)
				req.ContentLength = size
				req.Body, req.GetBody = row.body()
				r := layer.AsItCame(req)
				if row.name != "bare" {
					r, _ = layer.NewReplay(req, size)
				}
				next, err := r.Attempt(req.Context(), req, true)
				for err == nil {
					_, err = next.Body.Read(part)
				}
				if err != io.EOF { //nolint:errorlint // the end is not wrapped
					b.Fatal(err)
				}
				r.Finish()
				layer.CloseBody(next.Body)
			}
		})
	}
}
