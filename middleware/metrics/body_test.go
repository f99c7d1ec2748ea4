package metrics_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

// O4, C4, C5: the event comes when the body is closed, once, with what was read.
func TestTheCallIsPublishedWhenItsBodyIsClosed(t *testing.T) {
	t.Parallel()
	p, d := watched(metrics.WithBodies(4 << 10))
	resp, err := chain(always(404, "application/json", `{"message":"no"}`), p).RoundTrip(get(t, "https://api.example.com/"))
	require.NoError(t, err)
	assert.Equal(t, int64(16), resp.ContentLength)
	assert.Empty(t, of[metrics.APIEvent](d), "the body is still open")
	body := make([]byte, 10)
	_, err = io.ReadFull(resp.Body, body)
	require.NoError(t, err)
	assert.Equal(t, `{"message"`, string(body))
	require.NoError(t, resp.Body.Close())
	require.NoError(t, resp.Body.Close())
	require.Len(t, of[metrics.APIEvent](d), 1)
	assert.Equal(t, `{"message"`, of[metrics.APIEvent](d)[0].Body, "what the reader read, and no more")
}

// O4, C10: without a wish for bodies there is none, and the bound holds. Zero is none.
func TestBodiesAreKeptOnRequestAndBounded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		opts []metrics.SubscribeOption
		want int
	}{
		{"not asked", nil, 0},
		{"zero", []metrics.SubscribeOption{metrics.WithBodies(100), metrics.WithBodies(0)}, 0},
		{"less than zero", []metrics.SubscribeOption{metrics.WithBodies(-1)}, 0},
		{"bounded", []metrics.SubscribeOption{metrics.WithBodies(100)}, 100},
		{"whole", []metrics.SubscribeOption{metrics.WithBodies(1 << 20)}, 10_000},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, d := watched(row.opts...)
			text := strings.Repeat("x", 10_000)
			resp, err := chain(always(200, "text/plain; charset=utf-8", text), p).RoundTrip(get(t, "https://api.example.com/"))
			require.NoError(t, err)
			got, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, text, string(got), "the reader gets it all")
			assert.Equal(t, text[:row.want], of[metrics.APIEvent](d)[0].Body)
		})
	}
}

type duplex struct{ io.ReadWriter }

func (duplex) Close() error { return nil }

// C4: there is nothing to wait for in an empty body, nor in that of a 101.
func TestWhatHasNoBodyIsPublishedAtOnce(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status int
		body   io.ReadCloser
	}{
		{http.StatusNoContent, http.NoBody},
		{http.StatusSwitchingProtocols, duplex{}},
		{http.StatusSwitchingProtocols, io.NopCloser(strings.NewReader(""))},
		{http.StatusOK, duplex{}},
	} {
		p, d := watched(metrics.WithBodies(4 << 10))
		resp, err := chain(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: row.status, Body: row.body}, nil
		}, p).RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		assert.Equal(t, row.body, resp.Body, "untouched")
		assert.Len(t, of[metrics.APIEvent](d), 1)
	}
}

type failing struct{}

var (
	errRead  = errors.New("read")
	errClose = errors.New("close")
)

func (failing) Read([]byte) (int, error) { return 0, errRead }
func (failing) Close() error             { return errClose }

// O1: the reader gets the body's own errors.
func TestTheErrorsOfABodyReachItsReader(t *testing.T) {
	t.Parallel()
	p, d := watched(metrics.WithBodies(4 << 10))
	resp, err := chain(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: failing{}}, nil
	}, p).RoundTrip(get(t, "https://api.example.com/"))
	require.NoError(t, err)
	_, err = resp.Body.Read(make([]byte, 1))
	require.ErrorIs(t, err, errRead)
	require.ErrorIs(t, resp.Body.Close(), errClose)
	assert.Len(t, of[metrics.APIEvent](d), 1)
}

// C4, C7: a close ends a read that is blocked in another goroutine.
func TestACloseEndsABlockedRead(t *testing.T) {
	t.Parallel()
	p, d := watched(metrics.WithBodies(4 << 10))
	body, _ := io.Pipe()
	resp, err := chain(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	}, p).RoundTrip(get(t, "https://api.example.com/"))
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		_, err := resp.Body.Read(make([]byte, 1))
		done <- err
	}()
	require.NoError(t, resp.Body.Close())
	require.ErrorIs(t, <-done, io.ErrClosedPipe)
	assert.Len(t, of[metrics.APIEvent](d), 1)
}

// O4: what stays of a packed body is no text.
func TestAPackedBodyIsNotShown(t *testing.T) {
	t.Parallel()
	p, d := watched(metrics.WithBodies(4 << 10))
	resp, err := chain(func(*http.Request) (*http.Response, error) {
		resp := answer(200, "text/plain", "packed")
		resp.Header.Set("Content-Encoding", "br")
		return resp, nil
	}, p).RoundTrip(get(t, "https://api.example.com/"))
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Empty(t, of[metrics.APIEvent](d)[0].Body)
}

// O4, A3: only text is shown, without its secrets.
func TestBodyTextShowsTextWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ contentType, body, want string }{
		{"application/json", `{"apiKey":"s3cret","a":1}`, `{"apiKey":"***","a":1}`},
		{"application/problem+json; charset=utf-8", `{"token":"s3cr`, `{"token":"***`},
		{"application/x-www-form-urlencoded", "token=s3cret&a=1", "token=***&a=1"},
		{"", `{"password":"s3cret"}`, `{"password":"***"}`},
		{"", "apiKey=s3cret&a=1", "apiKey=***&a=1"},
		{"text/html", "<p>é</p>", "<p>é</p>"},
		{"text/plain", "cut in two: \xc3", "cut in two: "},
		{"application/octet-stream", "text", ""},
		{"image/png", "\x89PNG", ""},
		{"no media type;;", "text", ""},
		{"", "\x89PNG", ""},
		{"text/plain", "a\x00b", ""},
		{"text/plain", "", ""},
	} {
		assert.Equal(t, row.want, metrics.BodyText(row.contentType, []byte(row.body), 100), "%s: %q", row.contentType, row.body)
	}
	assert.Empty(t, metrics.BodyText("text/plain", []byte("text"), 0))
	assert.Empty(t, metrics.BodyText("text/plain", []byte("text"), -1))
}

// A3: whatever is cut off wherever, the secret does not show.
func FuzzBodyText(f *testing.F) {
	f.Add("application/json", `{"a":`, `}`, 20)
	f.Add("", "x=1&", "&y", 100)
	f.Add("text/plain", "\xff", "", 5)
	f.Fuzz(func(t *testing.T, contentType, before, after string, limit int) {
		const secret = "c4n4ryc4n4ry"
		text := metrics.BodyText(contentType, []byte(before+after), limit)
		assert.LessOrEqual(t, len(text), max(limit, 0))
		assert.True(t, utf8.ValidString(text))
		if strings.ContainsAny(before, "\"\\:=<") {
			return // it may begin something of its own, which the member is then a part of
		}
		text = metrics.BodyText("application/json", []byte(before+`"apiKey":"`+secret+`"`+after), limit)
		assert.NotContains(t, text, secret)
	})
}

// A3: an error's text may be anything.
func FuzzErrorText(f *testing.F) {
	f.Add("", ": refused")
	f.Add(`Get "`, `": EOF`)
	f.Add("%zz ?", "[")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "c4n4ryc4n4ry"
		p, d := watched()
		rt := metrics.Attempts(p)(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
			return nil, errors.New(before + " https://user:" + secret + "@h/?token=" + secret + " " + after)
		}))
		_, err := rt.RoundTrip(get(t, "https://api.example.com/"))
		require.Error(t, err)
		assert.NotContains(t, of[metrics.HTTPEvent](d)[0].Error, secret)
	})
}
