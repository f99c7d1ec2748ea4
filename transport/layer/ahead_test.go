package layer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/layer"
)

// A tally is a body that counts its closes.
type tally struct {
	io.Reader

	closed int
}

func (b *tally) Close() error { b.closed++; return nil }

// A seekable is a tally that can seek.
type seekable struct {
	*strings.Reader

	closed int
}

func (b *seekable) Close() error { b.closed++; return nil }

func posting(t *testing.T, body io.ReadCloser, length int64) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/", nil)
	require.NoError(t, err)
	req.Body, req.ContentLength = body, length
	return req
}

// R10: whatever is read ahead is sent all the same, in each attempt, and every body
// is closed once.
func TestABodyThatIsReadAheadIsSent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 10_000) // several parts
	for _, text := range []string{"hello", long} {
		stream, seeker := &tally{Reader: io.MultiReader(strings.NewReader(text))}, &seekable{Reader: strings.NewReader("skipped" + text)}
		_, err := seeker.Seek(int64(len("skipped")), io.SeekStart)
		require.NoError(t, err)
		made := []*tally{{Reader: strings.NewReader(text)}}
		again := posting(t, made[0], int64(len(text)))
		again.GetBody = func() (io.ReadCloser, error) {
			made = append(made, &tally{Reader: strings.NewReader(text)})
			return made[len(made)-1], nil
		}
		for name, row := range map[string]struct {
			req    *http.Request
			closed func() []int
		}{
			"a stream of unknown length": {posting(t, stream, 0), func() []int { return []int{stream.closed} }},
			"a seeker":                   {posting(t, seeker, int64(len(text))), func() []int { return []int{seeker.closed} }},
			"GetBody": {again, func() (all []int) {
				for _, body := range made {
					all = append(all, body.closed)
				}
				return all
			}},
		} {
			r, err := layer.NewReplay(row.req, int64(len(long)))
			require.NoError(t, err, name)
			var ahead bytes.Buffer
			require.NoError(t, r.ReadAhead(t.Context(), row.req, &ahead), name)
			assert.Equal(t, text, ahead.String(), name)
			for n := range 2 {
				if n > 0 {
					require.NoError(t, r.Prepare(t.Context()), name)
				}
				attempt, err := r.Attempt(t.Context(), row.req, true)
				require.NoError(t, err, name)
				sent, err := io.ReadAll(attempt.Body)
				require.NoError(t, err, name)
				assert.Equal(t, text, string(sent), "%s, attempt %d", name, n+1)
				require.NoError(t, attempt.Body.Close())
			}
			r.Finish()
			for i, n := range row.closed() {
				assert.Equal(t, 1, n, "%s: body %d", name, i+1)
			}
		}
	}
}

// R10, C2: what cannot be sent after it was read is refused, and its body closed once.
func TestABodyThatCannotBeReadAheadIsRefused(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is gone")
	again := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	for name, row := range map[string]struct {
		body    io.Reader
		length  int64
		getBody func() (io.ReadCloser, error)
		want    error
		read    int // at most
	}{
		"longer than may be kept":                  {strings.NewReader(strings.Repeat("x", 101)), 101, nil, layer.ErrNotReplayable, 0},
		"longer than may be kept, as it turns out": {strings.NewReader(strings.Repeat("x", 5000)), 0, nil, layer.ErrNotReplayable, 600},
		"it fails":                  {io.MultiReader(strings.NewReader("half"), failing{broken}), 0, nil, broken, 100},
		"it is shorter":             {io.MultiReader(strings.NewReader("half")), 50, nil, new(layer.BodyError), 100},
		"GetBody fails":             {strings.NewReader("x"), 1, func() (io.ReadCloser, error) { return nil, broken }, broken, 1},
		"it fails beside a GetBody": {failing{broken}, 1, again, broken, 0},
		"it is longer, beside one":  {strings.NewReader("four"), 3, again, new(layer.BodyError), 4},
		"it is shorter, beside one": {strings.NewReader("four"), 5, again, new(layer.BodyError), 4},
		"GetBody returns nothing":   {strings.NewReader("x"), 1, func() (io.ReadCloser, error) { return nil, nil }, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			counted := &counter{Reader: row.body}
			body := &tally{Reader: counted}
			req := posting(t, body, row.length)
			req.GetBody = row.getBody
			r, err := layer.NewReplay(req, 100)
			require.NoError(t, err)
			err = r.ReadAhead(t.Context(), req, io.Discard)
			require.Error(t, err)
			switch want := row.want.(type) { //nolint:errorlint // the table's own
			case nil:
			case *layer.BodyError:
				require.ErrorAs(t, err, &want)
			default:
				require.ErrorIs(t, err, want)
			}
			r.Abandon(req)
			r.Finish()
			assert.Equal(t, 1, body.closed)
			assert.LessOrEqual(t, counted.read, row.read)
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type counter struct {
	io.Reader

	read int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}

// R13, C8: a Read that does not return ends with the context, whoever made the body.
func TestAReadAheadObeysItsContext(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bool{"a stream": false, "GetBody": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, far := io.Pipe()
				defer func() { _ = far.Close() }()
				req := posting(t, near, 0)
				if made {
					req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
				}
				r, err := layer.NewReplay(req, 100)
				require.NoError(t, err)
				reason := errors.New("no longer wanted")
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, reason)
				defer cancel()
				begun := time.Now()
				err = r.ReadAhead(ctx, req, io.Discard)
				require.ErrorIs(t, err, reason)
				assert.Equal(t, time.Second, time.Since(begun))
				r.Abandon(req)
				synctest.Wait()
				_, err = far.Write([]byte("x"))
				require.ErrorIs(t, err, io.ErrClosedPipe, "the body must be closed")
			})
		})
	}
}

// C3: a body that panics does so in the goroutine of whoever reads ahead.
func TestABodyThatIsReadAheadMayPanic(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bool{"a stream": false, "GetBody": true} {
		body := &tally{Reader: panicking{}}
		req := posting(t, body, 0)
		if made {
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(panicking{}), nil }
		}
		r, err := layer.NewReplay(req, 100)
		require.NoError(t, err)
		assert.PanicsWithValue(t, "the body", func() { _ = r.ReadAhead(t.Context(), req, io.Discard) }, name)
		r.Abandon(req)
		assert.Equal(t, 1, body.closed, name)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("the body") }

// R11: of a body that can be had again nothing is kept.
func TestReadingAheadKeepsNoCopy(t *testing.T) { //nolint:paralleltest // it counts what is allocated
	const size = 16 << 20
	for name, open := range map[string]func(*http.Request, *os.File){
		"a seeker": func(req *http.Request, f *os.File) { req.Body = f },
		"GetBody": func(req *http.Request, f *os.File) {
			req.Body = io.NopCloser(f)
			req.GetBody = func() (io.ReadCloser, error) { return os.Open(f.Name()) }
		},
	} {
		f, err := os.Create(t.TempDir() + "/body")
		require.NoError(t, err)
		require.NoError(t, f.Truncate(size))
		req := posting(t, nil, size)
		open(req, f)
		r, err := layer.NewReplay(req, 100)
		require.NoError(t, err)
		kept := &counting{}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.NoError(t, r.ReadAhead(t.Context(), req, kept))
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4), name)
		assert.EqualValues(t, size, kept.n, name)
		r.Abandon(req)
		_ = f.Close()
	}
}

type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }
