package inspect_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/inspect"
)

// A follower reads a stream of events from a server on loopback.
type follower struct {
	resp  *http.Response
	lines *bufio.Scanner
	id    string
}

func follow(ctx context.Context, t *testing.T, server *httptest.Server, last string) *follower {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/debug/calls/events", nil)
	require.NoError(t, err)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := server.Client().Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	f := &follower{resp: resp, lines: bufio.NewScanner(resp.Body)}
	f.lines.Buffer(nil, 1<<20)
	return f
}

// next returns the data of the next event with a name, or false if the stream ends first.
func (f *follower) next(name string) (data string, ok bool) {
	is := ""
	for f.lines.Scan() {
		line := f.lines.Text()
		switch {
		case strings.HasPrefix(line, "event: "):
			is = line[len("event: "):]
		case strings.HasPrefix(line, "id: "):
			f.id = line[len("id: "):]
		case strings.HasPrefix(line, "data: ") && is == name:
			return line[len("data: "):], true
		}
	}
	return "", false
}

func served(t *testing.T, in *inspect.Inspector) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/debug/calls/", in.Handler())
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// T3: a stream that is cut goes on from its last event, and starts anew where it cannot.
func TestAStreamThatIsCutComesBack(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithKept(3, 0, 0))
	server := served(t, in)
	c := client(t, in, roundTripper(memory))
	call := func(path string) { send(t, c, request(t, http.MethodGet, "https://api.example.com/"+path, nil)) }
	call("one")
	first := follow(t.Context(), t, server, "")
	data, ok := first.next("calls")
	require.True(t, ok)
	assert.Contains(t, data, `"all":true`)
	assert.Contains(t, data, "/one")
	call("two")
	data, ok = first.next("calls") // pushed, not asked for
	require.True(t, ok)
	assert.Contains(t, data, `"all":false`)
	assert.Contains(t, data, "/two")

	server.CloseClientConnections() // the cut
	_, ok = first.next("calls")
	assert.False(t, ok)
	require.NoError(t, first.resp.Body.Close())
	call("three")
	second := follow(t.Context(), t, server, first.id)
	data, _ = second.next("calls")
	assert.Contains(t, data, `"all":false`)
	assert.Contains(t, data, "/three")
	assert.NotContains(t, data, "/two", "it has that")
	require.NoError(t, second.resp.Body.Close())

	for i := range 5 {
		call(fmt.Sprint("many", i))
	}
	third := follow(t.Context(), t, server, second.id)
	data, _ = third.next("calls")
	assert.Contains(t, data, `"all":true`, "some in between are not kept")
	assert.Contains(t, data, "/many4")
	assert.NotContains(t, data, "/many1")
	require.NoError(t, third.resp.Body.Close())

	_, number, _ := strings.Cut(third.id, "-")
	for _, foreign := range []string{"another-" + number, number, "-", "another"} {
		f := follow(t.Context(), t, server, foreign)
		data, _ = f.next("calls")
		assert.Contains(t, data, `"all":true`, foreign)
		require.NoError(t, f.resp.Body.Close())
	}
}

// A server that shuts down ends the streams, and does not wait for open pages.
func TestCloseEndsTheStreams(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	server := served(t, in)
	server.Config.RegisterOnShutdown(in.Close)
	f := follow(t.Context(), t, server, "")
	_, ok := f.next("live")
	require.True(t, ok)
	require.NoError(t, server.Config.Shutdown(t.Context()))
	_, ok = f.next("live")
	assert.False(t, ok)
	require.NoError(t, f.resp.Body.Close())
	in.Close()
}

// The number of open pages is bounded, and one that is closed makes room.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	server := served(t, in)
	var open []*follower
	for range 16 {
		f := follow(t.Context(), t, server, "")
		_, ok := f.next("live")
		require.True(t, ok)
		open = append(open, f)
	}
	assert.Equal(t, http.StatusServiceUnavailable, ask(t, in, "events").Code)
	for _, f := range open {
		require.NoError(t, f.resp.Body.Close())
	}
	server.CloseClientConnections()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/events", nil)
		r.RemoteAddr = "127.0.0.1:5"
		in.Handler().ServeHTTP(w, r)
		return w.Code == http.StatusOK
	}, 30*time.Second, 10*time.Millisecond)
}

// A program without a call that has ended yet sends a list without elements, which the page
// can go through.
func TestAStreamWithoutCalls(t *testing.T) {
	t.Parallel()
	text := stream(t, inspect.New())
	assert.Contains(t, text, `{"all":true,"calls":[]}`)
	assert.NotContains(t, text, "null")
}

// A timed writer notes deadlines of writing, and when events were written.
type timed struct {
	*httptest.ResponseRecorder

	noted []string
}

func (w *timed) note(text string) {
	if len(w.noted) == 0 || w.noted[len(w.noted)-1] != text {
		w.noted = append(w.noted, text)
	}
}

func (w *timed) FlushError() error {
	w.note("written")
	return nil
}

func (w *timed) SetWriteDeadline(at time.Time) error {
	w.note(map[bool]string{true: "none", false: "deadline"}[at.IsZero()])
	return nil
}

// A stream on which nothing is sent for a while has no deadline that could pass meanwhile:
// with HTTP/2 that would end it.
func TestAStreamHasADeadlineOnlyWhileItWrites(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/events", nil)
	r.RemoteAddr = "127.0.0.1:5"
	inspect.New().Handler().ServeHTTP(w, r)
	require.Contains(t, w.Body.String(), "event: live")
	written := []string{"deadline", "written", "none"}
	assert.Equal(t, slices.Concat(written, written, written), w.noted, "to connect again, calls, and live")
}
