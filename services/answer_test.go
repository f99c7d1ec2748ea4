package services_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

func TestAnAnswerBecomesAValueAndItsMetadata(t *testing.T) {
	t.Parallel()
	body := `{"data":{"id":"7","count":0,"unknown":[1]},"result":"Done","took":0.25,"requestId":"r-1","new":{}}`
	c := open(t, transport.Chain(always(200, body,
		"X-Request-Id", "r-0", "Vendor-State", "SLOW", "Vendor-Period", "60s"), transport.Identity(), limits()))
	ctx, call := transport.Begin(transport.WithRoute(t.Context(), "GET /of/a/plain/call"))
	got, err := get(ctx, c)
	require.NoError(t, err)
	assert.Equal(t, item{ID: "7"}, got.Value)
	m := got.Meta
	assert.Equal(t, "GET /v1/items", m.Route)
	assert.Equal(t, 200, m.Status)
	assert.Equal(t, "r-1", m.RequestID)
	assert.Equal(t, "Done", m.Result)
	assert.Equal(t, 250*time.Millisecond, m.Took)
	assert.Equal(t, time.Minute, m.RateLimit.Period)
	assert.True(t, m.RateLimit.Throttled)
	assert.Equal(t, 1, m.Attempts)
	assert.Equal(t, base+"/v1/items", m.URL())
	assert.Equal(t, "SLOW", m.Header().Get("Vendor-State"))
	assert.Same(t, call, m.Call(), "a record that was begun for the call is its record")
	assert.True(t, call.Sealed())
	assert.Equal(t, call.TransactionID(), m.TransactionID)
	assert.Equal(t, m.RateLimit, call.RateLimit())
	route, _ := transport.Fact[transport.Route](call)
	assert.Equal(t, transport.Route("GET /v1/items"), route)

	again, err := get(ctx, c)
	require.NoError(t, err)
	assert.NotSame(t, call, again.Meta.Call(), "a begun record is for one call")
}

func TestZeroMetadataLeadsToNothing(t *testing.T) {
	t.Parallel()
	var m services.Metadata
	assert.Nil(t, m.Call())
	assert.Nil(t, m.Header())
	assert.Empty(t, m.URL())
}

// Promise S2: whatever comes as a success that is none is a typed error, with
// status, request id and the beginning of the body.
func TestAnAnswerThatIsNotWhatItShouldBeIsATypedError(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, want string }{
		{"html", "<html><body>Sign in to Wi-Fi</body></html>", "is a web page"},
		{"text", "OK", "invalid character 'O'"},
		{"empty", "", "it is empty"},
		{"truncated", `{"data":{"id":"7"`, "unexpected end of JSON input"},
		{"array", `[{"id":"7"}]`, "cannot unmarshal array"},
		{"wrong type of the data", `{"data":"7"}`, "cannot unmarshal string"},
		{"no data", `{"result":"Done"}`, "has no data"},
		{"null data", `{"data":null}`, "has no data"},
		{"null", `null`, "has no data"},
		{"two values", `{"data":{}}{"data":{}}`, "after top-level value"},
		{"too deep", `{"data":` + strings.Repeat("[", 20_000), "max depth"},
	} {
		c := open(t, always(200, row.body, "X-Request-Id", "r-9"))
		_, err := get(t.Context(), c)
		require.ErrorIs(t, err, services.ErrResponse, row.name)
		require.ErrorContains(t, err, row.want, row.name)
		e, ok := errors.AsType[*services.Error](err)
		require.True(t, ok)
		assert.Equal(t, 200, e.Status, row.name)
		assert.Equal(t, "r-9", e.RequestID, row.name)
		assert.Equal(t, row.body[:min(len(row.body), 4<<10)], string(e.Body), row.name)
		assert.NotContains(t, err.Error(), "Wi-Fi")
	}
}

func TestDataMayBeMissingWhereTheCallerSaysSo(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"result":"Deleted"}`, `{"data":null}`, `{"data":{"id":1},"result":"x"}`, `{"data":[true]}`} {
		_, err := services.Do[services.None](t.Context(), open(t, always(200, body)), "DELETE /x", nil, services.ByMethod)
		require.NoError(t, err, body)
	}
	for body, want := range map[string]services.Optional[item]{
		`{}`:                  {},
		`{"data":null}`:       {}, // encoding/json does not hand null to what an interface holds
		`{"data":{"id":"7"}}`: services.Set(item{ID: "7"}),
	} {
		got, err := services.Do[services.Optional[item]](t.Context(), open(t, always(200, body)), "GET /x", nil, services.ByMethod)
		require.NoError(t, err)
		assert.Equal(t, want, got.Value, body)
	}
	_, err := services.Do[services.None](t.Context(), open(t, always(204, "")), "DELETE /x", nil, services.ByMethod)
	require.NoError(t, err)
	_, err = services.Do[services.None](t.Context(), open(t, always(200, "")), "DELETE /x", nil, services.ByMethod)
	require.ErrorIs(t, err, services.ErrResponse, "a gateway's empty 200 is no success")
	counts, err := services.Do[[]int](t.Context(), open(t, always(200, `{"data":[]}`)), "GET /x", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Empty(t, counts.Value)
}

func TestEachStatusHasItsKind(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]error{
		400: services.ErrInvalid, 401: services.ErrUnauthorised, 402: services.ErrPlan, 403: services.ErrForbidden,
		404: services.ErrNotFound, 409: services.ErrConflict, 422: services.ErrInvalid, 428: services.ErrInUse,
		429: services.ErrThrottled, 500: services.ErrServer, 503: services.ErrServer, 599: services.ErrServer, 405: nil, 304: nil,
	} {
		_, err := get(t.Context(), open(t, always(status, `{"message":"No","code":40301,"errors":{"b":"two","a":"one"}}`,
			"X-Request-Id", "r-9", "Retry-After", "7")))
		e, ok := errors.AsType[*services.Error](err)
		require.True(t, ok)
		assert.Equal(t, kind, e.Kind, status)
		if kind != nil {
			require.ErrorIs(t, err, kind)
		}
		require.NotErrorIs(t, err, services.ErrResponse)
		assert.Equal(t, status, e.Status)
		assert.Equal(t, 7*time.Second, e.RetryAfter())
		assert.Equal(t, fmt.Sprintf("services: GET /v1/items: %d (40301): No: a: one; b: two [request r-9]", status), err.Error())
	}
	_, err := get(t.Context(), open(t, always(404, `{}`, "X-Error-Type", "NotProcessed")))
	require.ErrorIs(t, err, services.ErrNotProcessed)
	require.NotErrorIs(t, err, services.ErrNotFound)
}

func TestAnErrorPageKeepsItsStatusWhateverItHolds(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("<p>gateway</p>", 1<<20)
	_, err := get(t.Context(), open(t, always(503, huge)))
	require.ErrorIs(t, err, services.ErrServer)
	e, _ := errors.AsType[*services.Error](err)
	assert.Len(t, e.Body, 4<<10)
	assert.Equal(t, "services: GET /v1/items: 503: response from api.example.com is a web page (application/json), not JSON", err.Error())

	endlessly := &zeros{size: 1 << 24}
	endless := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 500, "")
		resp.Body = io.NopCloser(endlessly)
		return resp, nil
	})
	_, err = get(t.Context(), open(t, endless))
	require.ErrorIs(t, err, services.ErrServer)
	assert.Less(t, endlessly.at, int64(1<<20), "an error page is not read for ever")

	broken := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 502, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("part"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return resp, nil
	})
	_, err = get(t.Context(), open(t, broken))
	require.ErrorIs(t, err, services.ErrServer)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	e, _ = errors.AsType[*services.Error](err)
	assert.Equal(t, "part", string(e.Body))
}

// Promise S2: no more than MaxBody is read, counted after decompression.
func TestAGzipBombIsNotUnpacked(t *testing.T) { //nolint:paralleltest // it measures the allocations of the process
	var bomb bytes.Buffer
	z, err := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	require.NoError(t, err)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = z.Write(zeros)
	}
	require.NoError(t, z.Close())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	}))
	defer server.Close()
	c, err := services.New(server.Client(), server.URL, vendor{}, services.WithMaxBody(1<<20))
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = get(t.Context(), c)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, services.ErrTooLarge)
	e, _ := errors.AsType[*services.Error](err)
	assert.Len(t, e.Body, 4<<10)
	assert.Equal(t, 200, e.Status)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "of 64 MiB")
}

// S2, C10: the limit is exact, and zero is none.
func TestTheLimitOfABodyIsExact(t *testing.T) {
	t.Parallel()
	body := `{"data":{}}`
	_, err := get(t.Context(), open(t, always(200, body), services.WithMaxBody(int64(len(body)))))
	require.NoError(t, err)
	_, err = get(t.Context(), open(t, always(200, body), services.WithMaxBody(int64(len(body)-1))))
	require.ErrorIs(t, err, services.ErrTooLarge)
	body = strings.Repeat(" ", services.DefaultMaxBody) + body
	_, err = get(t.Context(), open(t, always(200, body)))
	require.ErrorIs(t, err, services.ErrTooLarge)
	_, err = get(t.Context(), open(t, always(200, body), services.WithMaxBody(0)))
	require.NoError(t, err)
}

func TestABodyThatBreaksOffIsATypedError(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"data":`)
	}))
	defer server.Close()
	c, err := services.New(server.Client(), server.URL, vendor{})
	require.NoError(t, err)
	_, err = get(t.Context(), c)
	require.ErrorIs(t, err, services.ErrResponse)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestTheEndOfTheContextShowsInTheError(t *testing.T) {
	t.Parallel()
	cause := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		cancel(cause)
		<-r.Context().Done()
	}))
	defer server.Close()
	c, err := services.New(server.Client(), server.URL, vendor{})
	require.NoError(t, err)
	_, err = get(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, cause)
	expired, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	_, err = get(expired, c)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	e, _ := errors.AsType[*services.Error](err)
	assert.True(t, e.Timeout())
}

// bytesOf returns text as fmt prints its bytes.
func bytesOf(text string) string { return strings.Trim(fmt.Sprintf("%d", []byte(text)), "[]") }

// A3: what net/http writes into its errors is masked.
func TestNoSecretStandsInAnError(t *testing.T) {
	t.Parallel()
	const canary = "hunter2"
	inner := &url.Error{Op: "Post", URL: "https://id.example/token?client_secret=" + canary + "&x=\"", Err: errors.New("refused")}
	c := open(t, transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("auth: sign request: %w", inner)
	}))
	type keyed struct {
		Key string `query:"apiKey"`
	}
	_, failed := services.Do[item](t.Context(), c, "GET /x", keyed{canary}, services.ByMethod)
	require.ErrorIs(t, failed, inner, "the cause is there for errors.Is")
	_, refused := services.Do[item](t.Context(), open(t, always(403, `{"apiKey":"`+canary+`"}`)), "GET /x", keyed{canary}, services.ByMethod)
	list := `{"data":{},"paging":{"next":"/x?apiKey=` + canary + `"}}`
	got, err := services.Do[item](t.Context(), open(t, always(200, list)), "GET /x", keyed{canary}, services.ByMethod)
	require.NoError(t, err)
	for _, v := range []any{failed, refused, got, got.Meta, *asError(t, refused), *asError(t, failed)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, v)
			assert.NotContains(t, text, canary, verb)
			assert.NotContains(t, text, fmt.Sprintf("%x", canary), verb)
			assert.NotContains(t, text, bytesOf(canary), verb)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("v", v))
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("v", v))
		b, err := json.Marshal(v)
		require.NoError(t, err)
		assert.NotContains(t, log.String()+string(b), canary)
	}
	assert.Contains(t, string(asError(t, refused).Body), canary, "who asks for the body gets it")
	assert.Contains(t, got.Meta.Paging.Next, canary, "a link works, it does not print")
	assert.NotContains(t, got.Meta.URL(), canary)
}

func asError(t *testing.T, err error) *services.Error {
	t.Helper()
	e, ok := errors.AsType[*services.Error](err)
	require.True(t, ok)
	return e
}

func TestAForeignSentenceStaysOnOneLineAndIsCut(t *testing.T) {
	t.Parallel()
	_, err := get(t.Context(), open(t, always(400, `{"message":"a\nb\u0007`+strings.Repeat("ü", 5000)+`"}`)))
	assert.NotContains(t, err.Error(), "\n")
	assert.Contains(t, err.Error(), "a b ")
	assert.Less(t, len(err.Error()), 1200)
}

// Promise S6: the payload is as private as the key.
func TestRedirectsStayWithinTheOrigin(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the payload left the origin") }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, elsewhere.URL+"/?token=hunter2", http.StatusTemporaryRedirect)
		case "/turn":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusTemporaryRedirect)
		case "/near":
			http.Redirect(w, r, "/end", http.StatusPermanentRedirect)
		default:
			b, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, `{"data":{"id":%q}}`, r.Method+string(b))
		}
	}))
	defer server.Close()
	type body struct {
		A string `json:"a"`
	}
	c, err := services.New(server.Client(), server.URL, vendor{})
	require.NoError(t, err)
	for path, problem := range map[string]string{
		"/away": "another origin", "/turn": "would turn POST into GET", "/round": "stopped after 10 redirects",
	} {
		_, err := services.Do[item](t.Context(), c, "POST "+path, body{"x"}, services.ByMethod)
		require.ErrorIs(t, err, services.ErrRedirect, path)
		require.ErrorContains(t, err, problem)
		assert.Equal(t, 1, strings.Count(err.Error(), "services: "), "%v", err)
		assert.NotContains(t, err.Error(), "hunter2")
		redirect, ok := errors.AsType[*services.RedirectError](err)
		require.True(t, ok)
		assert.NotContains(t, redirect.To, "hunter2")
	}
	got, err := services.Do[item](t.Context(), c, "POST /near", body{"x"}, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, `POST{"a":"x"}`, got.Value.ID)
	assert.Equal(t, server.URL+"/end", got.Meta.URL())

	asked := 0
	own := *server.Client()
	own.CheckRedirect = func(*http.Request, []*http.Request) error { asked++; return http.ErrUseLastResponse }
	c, err = services.New(&own, server.URL, vendor{})
	require.NoError(t, err)
	_, err = services.Do[item](t.Context(), c, "POST /near", body{"x"}, services.ByMethod)
	assert.Equal(t, http.StatusPermanentRedirect, asError(t, err).Status)
	_, err = services.Do[item](t.Context(), c, "POST /away", body{"x"}, services.ByMethod)
	require.ErrorIs(t, err, services.ErrRedirect, "the caller's own check comes second")
	assert.Equal(t, 1, asked)
}
