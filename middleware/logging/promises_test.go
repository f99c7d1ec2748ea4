package logging_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
)

// A quiet handler is interested in nothing, and counts how often it is asked.
type quiet struct {
	slog.Handler
	asked, handled int
}

func (q *quiet) Enabled(context.Context, slog.Level) bool  { q.asked++; return false }
func (q *quiet) Handle(context.Context, slog.Record) error { q.handled++; return nil }
func (q *quiet) WithAttrs([]slog.Attr) slog.Handler        { return q }
func (q *quiet) WithGroup(string) slog.Handler             { return q }
func (q *quiet) layer(opts ...logging.Option) transport.Middleware {
	return logging.Attempts(slog.New(q), opts...)
}

// O5: a log that is switched off by its level is asked once, and that is all:
// no rule is evaluated, no body is tapped.
func TestALogThatIsOffIsAskedOnce(t *testing.T) {
	t.Parallel()
	rules := 0
	rule := func(o logging.Outcome) slog.Level { rules++; return logging.DefaultLevel(o) }
	body := io.NopCloser(strings.NewReader("text"))
	req := post(t, "text/plain", "")
	req.Body = body
	base := transport.RoundTripperFunc(func(sent *http.Request) (*http.Response, error) {
		assert.Same(t, req, sent)
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, Request: sent}, nil
	})
	q := &quiet{}
	resp, err := q.layer(logging.WithLevels(rule), logging.WithBodies(4<<10))(base).RoundTrip(req)
	require.NoError(t, err)
	assert.Equal(t, body, resp.Body, "the body is not wrapped")
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 1, q.asked)
	assert.Zero(t, q.handled)
	assert.Zero(t, rules)

	q = &quiet{}
	resp, err = logging.Calls(slog.New(q), logging.WithLevels(rule), logging.WithWaits())(base).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 1, q.asked)
	assert.Zero(t, rules)
}

// O5: a request's body that is still on its way when the response comes is said
// to be cut off.
func TestABodyThatIsStillOnItsWayIsTruncated(t *testing.T) {
	t.Parallel()
	const text = "0123456789"
	for read, want := range map[int]bool{5: true, 10: false} {
		log, logger := newLog(slog.LevelDebug)
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			_, err := io.ReadFull(req.Body, make([]byte, read))
			require.NoError(t, err)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, req.Body.Close()
		})
		resp, err := logging.Attempts(logger, logging.WithBodies(4<<10))(base).RoundTrip(post(t, "text/plain", text))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		records := log.records(t, "http body")
		require.Len(t, records, 1)
		assert.Equal(t, text[:read], records[0]["body"])
		assert.Equal(t, want, records[0]["truncated"])
	}
}

// A3, O5: a response that its reader closes in the middle of a secret shows no part
// of it, and is said to be cut off.
func TestAResponseThatIsClosedEarlyShowsNoSecret(t *testing.T) {
	t.Parallel()
	const text = `{"user": "me", "apiKey": "canary/7f3a", "more": 1}`
	for n := range len(text) {
		log, logger := newLog(slog.LevelDebug)
		rt := logging.Attempts(logger, logging.WithBodies(4<<10))(answering(200, http.Header{"Content-Type": {"application/json"}}, text))
		resp, err := rt.RoundTrip(post(t, "text/plain", ""))
		require.NoError(t, err)
		_, err = io.ReadFull(resp.Body, make([]byte, n))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		for _, record := range log.records(t, "http body") {
			assert.NotContains(t, record["body"], "canary", "%d bytes", n)
			assert.Equal(t, true, record["truncated"], "%d bytes", n)
		}
	}
}

// O5: of a body 4 KiB are logged, unless another bound is set.
func TestFourKiBOfABodyAreLogged(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelDebug)
	text := strings.Repeat("x", 5<<10)
	rt := logging.Attempts(logger, logging.WithBodies(4<<10))(answering(200, http.Header{"Content-Type": {"text/plain"}}, text))
	resp, err := rt.RoundTrip(post(t, "text/plain", text))
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	records := log.records(t, "http body")
	require.Len(t, records, 2)
	for _, record := range records {
		assert.Equal(t, text[:4<<10], record["body"])
		assert.Equal(t, true, record["truncated"])
	}
}
