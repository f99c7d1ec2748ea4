package logging_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// closing counts how often a body is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

func post(t *testing.T, kind, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://x.io/", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", kind)
	return req
}

// C1, C2, C4.
func TestBodiesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelDebug)
	want := strings.Repeat(`{"message":"x"}`, 5000)
	answer := &closing{Reader: strings.NewReader(want)}
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		assert.Empty(t, log.String(), "nothing is read in advance")
		got, err := io.ReadAll(req.Body)
		assert.NoError(t, err)
		assert.Equal(t, want, string(got))
		assert.EqualValues(t, len(want), req.ContentLength)
		again, err := req.GetBody()
		assert.NoError(t, err)
		got, err = io.ReadAll(again)
		assert.NoError(t, err)
		assert.Equal(t, want, string(got))
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: answer,
			ContentLength: 7, Uncompressed: true, Trailer: http.Header{"T": nil},
		}, req.Body.Close()
	})
	req := post(t, "application/json; charset=utf-8", want)
	body := &closing{Reader: req.Body}
	req.Body = body
	resp, err := logging.Attempts(logger, logging.WithBodies(30))(base).RoundTrip(req)
	require.NoError(t, err)
	assert.Same(t, req, resp.Request)
	assert.Same(t, body, req.Body, "the caller's request stays as it was")
	assert.EqualValues(t, 7, resp.ContentLength)
	assert.True(t, resp.Uncompressed)
	assert.Contains(t, resp.Trailer, "T")
	assert.Equal(t, want, finish(t, resp, err))
	assert.Equal(t, 1, body.closed)
	assert.Equal(t, 1, answer.closed)

	records := log.records(t, "http body")
	require.Len(t, records, 2)
	for i, side := range []string{"request", "response"} {
		assert.Equal(t, side, records[i]["side"])
		assert.Equal(t, want[:30], records[i]["body"], "bounded")
		assert.Equal(t, true, records[i]["truncated"])
		assert.EqualValues(t, len(want), records[i]["bytes"])
	}
}

// O5.
func TestOnlyTextIsLogged(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ kind, encoding, body, want string }{
		"json":              {"application/json", "", `{"a":1}`, `{"a":1}`},
		"vendor json":       {"application/problem+json", "", `{"a":1}`, `{"a":1}`},
		"plain":             {"text/plain;charset", "identity", "grüße", "grüße"},
		"form":              {"application/x-www-form-urlencoded", "", "a=1&token=x%20y", "a=1&token=***"},
		"unnamed text":      {"", "", "words", "words"},
		"unnamed bytes":     {"", "", "\x00\x01", ""},
		"wrong bytes":       {"text/plain", "", "a\xffb", ""},
		"image":             {"image/png", "", "words", ""},
		"multipart":         {"multipart/form-data; boundary=x", "", "words", ""},
		"compressed":        {"application/json", "gzip", "words", ""},
		"empty":             {"text/plain", "", "", ""},
		"cut inside a rune": {"text/plain", "", strings.Repeat("x", 62) + "€€", strings.Repeat("x", 62)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, logger := newLog(slog.LevelDebug)
			header := http.Header{"Content-Type": {row.kind}, "Content-Encoding": {row.encoding}}
			req := post(t, row.kind, row.body)
			req.Header = header.Clone()
			resp, err := chain(answering(200, header, row.body), logger, logging.WithBodies(64)).RoundTrip(req)
			assert.Equal(t, row.body, finish(t, resp, err))
			var got []any
			for _, record := range log.records(t, "http body") {
				got = append(got, record["body"])
			}
			if row.want == "" {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, []any{row.want, row.want}, got)
			}
		})
	}
}

// C10: zero bytes of a body are none.
func TestBodiesAreOffUnlessAskedForAndWanted(t *testing.T) {
	t.Parallel()
	body := &closing{Reader: strings.NewReader("words")}
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	})
	_, debug := newLog(slog.LevelDebug)
	_, info := newLog(slog.LevelInfo)
	for _, rt := range []http.RoundTripper{
		chain(base, debug), chain(base, info, logging.WithBodies(4<<10)), chain(base, debug, logging.WithBodies(4<<10), logging.WithBodies(0)),
	} {
		resp, err := rt.RoundTrip(get(t, "https://x.io/"))
		require.NoError(t, err)
		assert.Same(t, body, resp.Body)
	}
}

// One call of a client that logs bodies is logged without them, and its body is left alone.
func TestOneCallIsLoggedWithoutBodies(t *testing.T) {
	t.Parallel()
	body := &closing{Reader: strings.NewReader("words")}
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	})
	log, logger := newLog(slog.LevelDebug)
	rt := chain(base, logger, logging.WithBodies(4<<10), logging.WithLevels(logging.DefaultLevel))
	req := post(t, "text/plain", "sent")
	resp, err := rt.RoundTrip(req.WithContext(logging.WithoutBodies(req.Context())))
	require.NoError(t, err)
	assert.Same(t, body, resp.Body)
	finish(t, resp, err)
	assert.Empty(t, log.records(t, "http body"))
	assert.Len(t, log.records(t, "http attempt"), 1)
	body.Reader = strings.NewReader("words")
	resp, err = rt.RoundTrip(post(t, "text/plain", "sent"))
	finish(t, resp, err)
	assert.NotEmpty(t, log.records(t, "http body"), "the next call")
}

func TestAResponseBodyIsLoggedOnceHoweverItEnds(t *testing.T) {
	t.Parallel()
	reset := errors.New("reset")
	for name, end := range map[string]func(body io.ReadCloser){
		"closed half read": func(body io.ReadCloser) { _, _ = io.ReadFull(body, make([]byte, 5)) },
		"read to its end":  func(body io.ReadCloser) { _, _ = io.ReadAll(body) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, logger := newLog(slog.LevelDebug)
			base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
				broken := io.MultiReader(strings.NewReader("words"), &failure{reset})
				return &http.Response{StatusCode: 200, Body: io.NopCloser(broken)}, nil
			})
			resp, err := chain(base, logger, logging.WithBodies(4<<10)).RoundTrip(get(t, "https://x.io/"))
			require.NoError(t, err)
			assert.Empty(t, log.records(t, "http body"), "not before its reader read it")
			end(resp.Body)
			_ = resp.Body.Close()
			_ = resp.Body.Close()
			records := log.records(t, "http body")
			require.Len(t, records, 1)
			assert.Equal(t, "words", records[0]["body"])
			assert.Equal(t, log.records(t, "http call")[0]["transaction_id"], records[0]["transaction_id"])
			assert.EqualValues(t, 200, records[0]["status"])
		})
	}
}

type failure struct{ err error }

func (f *failure) Read([]byte) (int, error) { return 0, f.err }

// C4: the body of a 101 is the connection, and stays writable.
func TestASwitchedProtocolIsLeftAlone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer faults.Linger(conn)
		_, _ = fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nContent-Type: text/plain\r\n\r\n")
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		_, _ = rw.WriteString(line)
		_ = rw.Flush()
	}))
	defer server.Close()
	log, logger := newLog(slog.LevelDebug)
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	req := get(t, server.URL)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp, err := chain(base, logger, logging.WithBodies(4<<10)).RoundTrip(req)
	require.NoError(t, err)
	require.Equal(t, 101, resp.StatusCode)
	conn, ok := resp.Body.(io.ReadWriteCloser)
	require.True(t, ok)
	_, err = conn.Write([]byte("ping\n"))
	require.NoError(t, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "ping\n", line)
	require.NoError(t, conn.Close())
	assert.Empty(t, log.records(t, "http body"))
}

// Over a real connection, with a body of unknown length and trailers.
func TestStreamsPassOverTheWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Trailer", "Sum")
		sent, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		_, _ = w.Write(sent)
		w.Header().Set("Sum", "7")
	}))
	defer server.Close()
	log, logger := newLog(slog.LevelDebug)
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	want := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	body := &closing{Reader: bytes.NewReader(want)}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
	require.NoError(t, err)
	resp, err := chain(base, logger, logging.WithBodies(4<<10)).RoundTrip(req)
	got := finish(t, resp, err)
	assert.Equal(t, string(want), got, "the same bytes")
	assert.Equal(t, "7", resp.Trailer.Get("Sum"))
	assert.Equal(t, 1, body.closed)
	records := log.records(t, "http body")
	require.Len(t, records, 2)
	assert.Equal(t, string(want[:4<<10]), records[1]["body"])
}

// A3: a canary in every place where a caller or a server may put a secret.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	const canary = "ZQ7canary7QZ"
	formats := map[string]func(io.Writer, *slog.HandlerOptions) slog.Handler{
		"text": func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) },
		"json": func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) },
	}
	for format, handler := range formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			log := &sink{}
			logger := slog.New(handler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			opts := []logging.Option{
				logging.WithBodies(4 << 10), logging.WithWaits(), logging.WithQuery("next", "limit"),
				logging.WithHeaders(append(logging.DefaultHeaders(), "Location", "Link", "X-Echo")...),
			}
			secrets := fmt.Sprintf(`{"apiKey":"%[1]s","a":{"token":["%[1]s"]},"next":"https://u:%[1]s@x.io/?sig=%[1]s","raw":"{\"password\":\"%[1]s\"}"}`, canary)
			header := http.Header{
				"Content-Type": {"application/json"}, "Set-Cookie": {"sid=" + canary}, "Location": {"https://u:" + canary + "@x.io/?token=" + canary},
				"X-Echo": {"Authorization: GenieKey " + canary}, "X-Ratelimit-Reset": {"token=" + canary},
			}
			target := "https://user:" + canary + "@x.io/?apiKey=" + canary + "&q=" + canary + "&next=https%3A%2F%2Fx.io%3Fkey%3D" + canary + "#" + canary
			send := func(base http.RoundTripper, kind, body string) {
				req := post(t, kind, body)
				u, err := url.Parse(target)
				require.NoError(t, err)
				req.URL = u
				for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key"} {
					req.Header.Set(name, canary)
				}
				resp, err := transport.Chain(base, transport.Identity(), logging.Calls(logger, opts...), spill(canary), logging.Attempts(logger, opts...)).RoundTrip(req)
				if err == nil {
					finish(t, resp, err)
				}
			}
			send(answering(429, header, secrets), "application/json", secrets)
			send(answering(200, header, secrets[:60]), "application/x-www-form-urlencoded", "a=1&password="+canary+"&next=http%3A%2F%2Fu%3A"+canary+"%40x")
			send(answering(200, http.Header{"Content-Type": {"text/xml"}}, "<a><token>"+canary+"</token></a>"), "text/plain", "Cookie: "+canary)
			send(failing(&url.Error{Op: "Post", URL: target, Err: io.ErrUnexpectedEOF}), "text/plain", "x")
			send(failing(errors.New("proxy https://u:"+canary+"@x.io: refused")), "text/plain", "x")
			for line := range strings.Lines(log.String()) {
				assert.NotContains(t, line, canary[:4])
			}
			for _, message := range []string{"http call", "http attempt", "http wait", "http body", "unexpected EOF"} {
				assert.Contains(t, log.String(), message)
			}
		})
	}
}

// A3: where the bound cuts a URL, nothing tells its user from its host.
func TestABoundedBodyShowsNoHalfURL(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelDebug)
	resp, err := chain(answering(200, nil, "see https://secret@x.io/"), logger, logging.WithBodies(16)).RoundTrip(get(t, "https://x.io/"))
	finish(t, resp, err)
	assert.Equal(t, "see https://***", log.records(t, "http body")[0]["body"])
}

// spill lays a secret on the record wherever a layer may.
func spill(secret string) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			call := record.WriterOf(req.Context())
			layer.AddWait(req.Context(), 0, "", "https://u:"+secret+"@x.io refused")
			call.SetReason("token=" + secret)
			call.SetRateLimit(record.RateLimit{State: "token=" + secret})
			return next.RoundTrip(req)
		})
	}
}
