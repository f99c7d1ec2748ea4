package services_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

type upload struct {
	ref

	User  string        `form:"user"`
	File  services.File `form:"file" check:"required"`
	Index string        `form:"index"`
}

const uploadRoute = "POST /v2/alerts/{identifier}/attachments"

// readOnly hides everything but Read.
type readOnly struct{ io.Reader }

// seekOnly hides ReadAt.
type seekOnly struct{ io.ReadSeeker }

func TestAFileIsSentAsAForm(t *testing.T) {
	t.Parallel()
	var got sent
	c := open(t, capture(&got))
	name := "a \"b\"\\\r\nX-Evil: 1.txt"
	_, err := services.Do[item](t.Context(), c, uploadRoute, upload{
		ref: ref{Identifier: "x"}, User: "me", Index: "i.html", File: services.File{Name: name, Content: strings.NewReader("content")},
	}, services.ByMethod)
	require.NoError(t, err)
	assert.NotContains(t, got.body, "\nX-Evil")
	assert.Equal(t, int64(len(got.body)), got.ContentLength, "the length is announced, and right")
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	require.NoError(t, err)
	assert.Equal(t, "multipart/form-data", kind)
	form, err := multipart.NewReader(strings.NewReader(got.body), params["boundary"]).ReadForm(1 << 20)
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"user": {"me"}, "index": {"i.html"}}, form.Value)
	file := form.File["file"][0]
	assert.Equal(t, "text/plain; charset=utf-8", file.Header.Get("Content-Type"))
	assert.Equal(t, int64(7), file.Size)
	_, disposition, err := mime.ParseMediaType(file.Header.Get("Content-Disposition"))
	require.NoError(t, err)
	assert.Equal(t, `a "b"\%0D%0AX-Evil: 1.txt`, disposition["filename"])
}

func TestAFileThatCannotBeSentIsRefused(t *testing.T) {
	t.Parallel()
	c := open(t, always(200, `{"data":{}}`))
	content := strings.NewReader("abc")
	opener := func() (io.ReadCloser, error) { return io.NopCloser(content), nil }
	for _, row := range []struct {
		file services.File
		want string
	}{
		{services.File{}, "argument file is required"},
		{services.File{Content: content}, "has no file name"},
		{services.File{Name: "a"}, "neither Content nor Open"},
		{services.File{Name: "a", Content: content, Open: opener}, "both Content and Open"},
		{services.File{Name: "a", Content: content, Size: -1}, "negative size"},
		{services.File{Name: "a", Content: content, Size: 4}, "has 3 bytes, but its size is given as 4"},
		{services.File{Name: "a\x00", Content: content}, "has a file name that contains a control character"},
		{services.File{Name: "a", Type: "x\r\ny", Content: content}, "has a media type that contains a control character"},
	} {
		_, err := services.Do[item](t.Context(), c, uploadRoute, upload{ref: ref{Identifier: "x"}, File: row.file}, services.ByMethod)
		require.ErrorIs(t, err, services.ErrArgument)
		require.ErrorContains(t, err, row.want)
	}
}

// again sends a request's body twice, as a retry would, and keeps both.
func again(bodies *[]string) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		replay, err := layer.NewReplay(req, 1<<20)
		if err != nil {
			return nil, err
		}
		defer replay.Finish()
		for range 2 {
			attempt, err := replay.Attempt(req.Context(), req, true)
			if err != nil {
				return nil, err
			}
			body, readErr := io.ReadAll(attempt.Body)
			_ = attempt.Body.Close()
			if readErr != nil {
				return nil, readErr
			}
			*bodies = append(*bodies, fmt.Sprint(attempt.ContentLength, " ", string(body)))
			if err := replay.Prepare(req.Context()); err != nil {
				return nil, err
			}
		}
		return answer(req, 200, `{"data":{}}`), nil
	})
}

// Promise S5: a retry sends the same bytes, whatever the content comes from, and
// from where the content stood.
func TestARetrySendsTheSameForm(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("skip content"), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	_, err = file.Seek(5, io.SeekStart)
	require.NoError(t, err)
	seeker := strings.NewReader("skip content")
	_, err = seeker.Seek(5, io.SeekStart)
	require.NoError(t, err)
	opened, closed := 0, 0
	for _, row := range []struct {
		name     string
		file     services.File
		announce bool // the length
	}{
		{"file", services.File{Content: file}, true},
		{"reader at", services.File{Content: strings.NewReader("content")}, true},
		{"seeker", services.File{Content: seekOnly{seeker}}, true},
		{"buffer", services.File{Content: bytes.NewBufferString("content")}, true},
		{"reader", services.File{Content: readOnly{strings.NewReader("content")}}, false},
		{"reader with a size", services.File{Content: readOnly{strings.NewReader("content")}, Size: 7}, true},
		{"open", services.File{Size: 7, Open: func() (io.ReadCloser, error) {
			opened++
			return &closing{strings.NewReader("content"), &closed}, nil
		}}, true},
	} {
		var bodies []string
		row.file.Name = "f.txt"
		in := upload{ref: ref{Identifier: "x"}, File: row.file, User: "u"}
		_, err := services.Do[item](t.Context(), open(t, again(&bodies)), uploadRoute, in, services.ByMethod)
		require.NoError(t, err, row.name)
		require.Len(t, bodies, 2, row.name)
		assert.Equal(t, bodies[0], bodies[1], row.name)
		assert.Contains(t, bodies[0], "\r\n\r\ncontent\r\n--", row.name)
		assert.Equal(t, row.announce, !strings.HasPrefix(bodies[0], "-1 "), row.name)
	}
	assert.Equal(t, opened, closed, "what was opened was closed")
	assert.GreaterOrEqual(t, opened, 2)
	_, err = file.Stat()
	require.NoError(t, err, "the caller's content is not closed")
}

type closing struct {
	io.Reader

	closed *int
}

func (c *closing) Close() error { *c.closed++; return nil }

// Promise S5: a redirect within the origin sends the same bytes, too.
func TestARedirectSendsTheSameForm(t *testing.T) {
	t.Parallel()
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.Header.Get("Content-Type")+string(body))
		if len(bodies) == 1 {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.WriteString(w, `{"data":{}}`)
	}))
	defer server.Close()
	c, err := services.New(server.Client(), server.URL, vendor{})
	require.NoError(t, err)
	file := services.File{Name: "f", Content: strings.NewReader("content")}
	_, err = services.Do[item](t.Context(), c, uploadRoute, upload{ref: ref{Identifier: "x"}, File: file}, services.ByMethod)
	require.NoError(t, err)
	require.Len(t, bodies, 2)
	assert.Equal(t, bodies[0], bodies[1])
}

func TestAFaultOfTheContentEndsTheCall(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"data":{}}`)
	}))
	defer server.Close()
	c, err := services.New(server.Client(), server.URL, vendor{})
	require.NoError(t, err)
	broken := errors.New("disk gone")
	_, err = services.Do[item](t.Context(), c, uploadRoute, upload{ref: ref{Identifier: "x"}, File: services.File{
		Name: "f", Open: func() (io.ReadCloser, error) { return nil, broken },
	}}, services.ByMethod)
	require.ErrorIs(t, err, broken)
	for _, size := range []int64{3, 30} {
		_, err = services.Do[item](t.Context(), c, uploadRoute, upload{ref: ref{Identifier: "x"}, File: services.File{
			Name: "f", Content: readOnly{strings.NewReader("content")}, Size: size,
		}}, services.ByMethod)
		require.Error(t, err, "a content of 7 bytes that claims to have %d", size)
		assert.Contains(t, err.Error(), "ContentLength")
	}
}

// zeros is a file of any size that takes no memory.
type zeros struct{ size, at int64 }

func (z *zeros) ReadAt(p []byte, off int64) (int, error) {
	n := min(int64(len(p)), z.size-off)
	if n <= 0 {
		return 0, io.EOF
	}
	clear(p[:n])
	return int(n), nil
}

func (z *zeros) Read(p []byte) (int, error) {
	n, err := z.ReadAt(p, z.at)
	z.at += int64(n)
	return n, err
}

func (z *zeros) Seek(offset int64, whence int) (int64, error) {
	z.at = []int64{0, z.at, z.size}[whence] + offset
	return z.at, nil
}

// Promise S5: an upload streams. 64 MiB, sent twice, take less than 1 MiB of
// allocations.
func TestAnUploadIsNotHeldInMemory(t *testing.T) { //nolint:paralleltest // it measures the allocations of the process
	const size = 64 << 20
	var sums [2]hash.Hash
	buf := make([]byte, 32<<10)
	twice := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		assert.Greater(t, req.ContentLength, int64(size))
		for i := range sums {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			sums[i] = sha256.New()
			n, err := io.CopyBuffer(struct{ io.Writer }{sums[i]}, struct{ io.Reader }{body}, buf)
			_ = body.Close()
			if err != nil || n != req.ContentLength {
				return nil, fmt.Errorf("%d of %d bytes: %w", n, req.ContentLength, err)
			}
		}
		_ = req.Body.Close()
		return answer(req, 200, `{"data":{}}`), nil
	})
	c := open(t, twice)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	file := services.File{Name: "f", Content: &zeros{size: size}}
	_, err := services.Do[item](t.Context(), c, uploadRoute, upload{ref: ref{Identifier: "x"}, File: file}, services.ByMethod)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Equal(t, sums[0].Sum(nil), sums[1].Sum(nil))
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}
