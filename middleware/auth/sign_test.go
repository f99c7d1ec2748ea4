package auth_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// sumOf is what a signature of a body looks like here.
func sumOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// digesting signs by the sum of the body and the time.
func digesting(opts ...auth.SignOption) auth.Source {
	return auth.Sign(func(req *http.Request, digest []byte) error {
		req.Header.Set("X-Digest", hex.EncodeToString(digest))
		req.Header.Set("X-Time", time.Now().UTC().Format(time.RFC3339Nano))
		return nil
	}, append([]auth.SignOption{auth.WithDigest(sha256.New)}, opts...)...)
}

// A notary keeps what it got, and answers with the next status.
type notary struct {
	answers  []int
	sums     []string // of the bodies
	digests  []string // as they were signed
	times    []string
	received []*http.Request
}

func (n *notary) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	n.received = append(n.received, req)
	n.sums = append(n.sums, sumOf(string(body)))
	n.digests, n.times = append(n.digests, req.Header.Get("X-Digest")), append(n.times, req.Header.Get("X-Time"))
	status := http.StatusOK
	if len(n.answers) > 0 {
		status, n.answers = n.answers[0], n.answers[1:]
	}
	return &http.Response{StatusCode: status, Body: http.NoBody, Request: req}, nil
}

type seeker struct {
	*bytes.Reader

	closed int
}

func (s *seeker) Close() error { s.closed++; return nil }

// R10: each attempt is signed afresh, over the bytes that it sends, whatever the body
// can do, and every body is closed once.
func TestEachAttemptIsSignedOverItsBody(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("body ", 20_000)
	for name, of := range map[string]func(*testing.T) (*http.Request, func() []int){
		"GetBody": func(t *testing.T) (*http.Request, func() []int) {
			made := []*countedBody{{Reader: strings.NewReader(text)}}
			req := request(t, http.MethodPut, home, nil)
			req.Body, req.ContentLength = made[0], int64(len(text))
			req.GetBody = func() (io.ReadCloser, error) {
				made = append(made, &countedBody{Reader: strings.NewReader(text)})
				return made[len(made)-1], nil
			}
			return req, func() (all []int) {
				for _, body := range made {
					all = append(all, body.closed)
				}
				return all
			}
		},
		"a body in memory": func(t *testing.T) (*http.Request, func() []int) {
			return request(t, http.MethodPut, home, strings.NewReader(text)), func() []int { return nil }
		},
		"Seek": func(t *testing.T) (*http.Request, func() []int) {
			body := &seeker{Reader: bytes.NewReader([]byte(text))}
			return request(t, http.MethodPut, home, body), func() []int { return []int{body.closed} }
		},
		"one shot": func(t *testing.T) (*http.Request, func() []int) {
			body := &countedBody{Reader: io.MultiReader(strings.NewReader(text))}
			return request(t, http.MethodPut, home, body), func() []int { return []int{body.closed} }
		},
	} {
		for _, loop := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", name, loop), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := &notary{}
					layers, attempts := []transport.Middleware{auth.New(home, digesting())}, 1
					if loop {
						server.answers, attempts = []int{503, 503, 200}, 3
						layers = append([]transport.Middleware{retry.New(retry.WithBackoff(retry.Constant), retry.WithAttemptTimeout(time.Minute))}, layers...)
					}
					req, closed := of(t)
					resp := send(t, transport.Chain(server, layers...), req)
					assert.Equal(t, http.StatusOK, resp.StatusCode)
					require.Len(t, server.received, attempts)
					seen := map[string]bool{}
					for i := range attempts {
						assert.Equal(t, sumOf(text), server.sums[i])
						assert.Equal(t, sumOf(text), server.digests[i])
						assert.Equal(t, req.ContentLength, server.received[i].ContentLength)
						seen[server.times[i]] = true
					}
					assert.Len(t, seen, attempts, "each has its own date")
					synctest.Wait()
					for i, n := range closed() {
						assert.Equal(t, 1, n, "body %d", i+1)
					}
				})
			})
		}
	}
}

// R10: without a body the digest is that of no bytes.
func TestTheDigestOfNoBody(t *testing.T) {
	t.Parallel()
	server := &notary{}
	for _, body := range []io.ReadCloser{nil, http.NoBody} {
		req := request(t, http.MethodPost, home, nil)
		req.Body = body
		send(t, auth.New(home, digesting())(server), req)
	}
	assert.Equal(t, []string{sumOf(""), sumOf("")}, server.digests)
}

// R10, C2: a body that cannot be sent after it was read is refused before anything
// is sent, once, and closed.
func TestABodyThatCannotBeSignedIsRefused(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is gone")
	long := strings.Repeat("x", 101)
	of := func(parts ...io.Reader) func() io.Reader { return func() io.Reader { return io.MultiReader(parts...) } }
	text := func(text string) func() io.Reader { return func() io.Reader { return strings.NewReader(text) } }
	for name, row := range map[string]struct {
		body    func() io.Reader
		length  int64
		getBody func() (io.ReadCloser, error)
		want    string
		is      error
	}{
		"above the limit":                    {text(long), 101, nil, "longer than the 100 bytes", layer.ErrNotReplayable},
		"above the limit, as it turns out":   {text(long), 0, nil, "see auth.WithDigestBuffer", layer.ErrNotReplayable},
		"it fails":                           {of(broke{broken}), 0, nil, "read the body for its digest", broken},
		"it is shorter than announced":       {text("half"), 50, nil, "ends before the 50 bytes", nil},
		"GetBody fails":                      {text("x"), 1, func() (io.ReadCloser, error) { return nil, broken }, "body", broken},
		"it fails beside a GetBody":          {of(broke{broken}), 1, func() (io.ReadCloser, error) { return nil, broken }, "body", broken},
		"a body in memory of another length": {text("four"), 5, func() (io.ReadCloser, error) { return nil, broken }, "5 bytes", nil},
	} {
		for _, loop := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", name, loop), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := &notary{}
					body := &countedBody{Reader: row.body()}
					req := request(t, http.MethodPut, home, body)
					if row.want == "5 bytes" {
						req.Body = io.NopCloser(row.body())
						body.closed = 1
					}
					req.ContentLength, req.GetBody = row.length, row.getBody
					layers := []transport.Middleware{auth.New(home, digesting(auth.WithDigestBuffer(100)))}
					if loop {
						layers = append([]transport.Middleware{retry.New(retry.WithMaxRetries(3), retry.WithReplayBuffer(100))}, layers...)
					}
					rt := transport.Chain(server, layers...)
					ctx, call := transport.Begin(t.Context())
					begun := time.Now()
					_, err := rt.RoundTrip(req.WithContext(ctx))
					require.ErrorContains(t, err, row.want)
					if row.is != nil {
						require.ErrorIs(t, err, row.is)
					}
					if unsigned, ok := errors.AsType[*auth.SignError](err); assert.True(t, ok || loop, "%v", err) && ok {
						assert.True(t, unsigned.NotSent())
					}
					synctest.Wait()
					assert.Equal(t, 1, body.closed)
					assert.Empty(t, server.received)
					assert.Zero(t, call.AttemptCount())
					if !errors.Is(err, broken) || row.getBody == nil {
						assert.Zero(t, time.Since(begun), "no retry can fix it")
					}
				})
			})
		}
	}
}

type broke struct{ err error }

func (b broke) Read([]byte) (int, error) { return 0, b.err }

// R10, R13: a body that stalls while it is read ahead obeys the clock of the attempt
// and that of the call, and nobody is left behind.
func TestABodyThatStallsWhileItIsReadAheadObeysTheClocks(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bool{"one shot": false, "GetBody": true} {
		for clock, row := range map[string]struct {
			opt  retry.Option
			want error
		}{
			"the attempt's": {retry.WithAttemptTimeout(time.Second), retry.ErrAttemptTimeout},
			"the call's":    {retry.WithCallTimeout(time.Second), retry.ErrCallTimeout},
		} {
			t.Run(name+" on "+clock, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					near, far := io.Pipe()
					req := request(t, http.MethodPut, home, near)
					if made {
						req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
					}
					server := &notary{}
					rt := transport.Chain(server, retry.New(row.opt, retry.WithMaxRetries(0)), auth.New(home, digesting()))
					begun := time.Now()
					_, err := rt.RoundTrip(req)
					require.ErrorIs(t, err, row.want)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					assert.Equal(t, time.Second, time.Since(begun))
					assert.Empty(t, server.received)
					synctest.Wait()
					_, err = far.Write([]byte("x"))
					require.ErrorIs(t, err, io.ErrClosedPipe, "the body must be closed")
				})
			})
		}
	}
	synctest.Test(t, func(t *testing.T) {
		near, _ := io.Pipe()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := auth.New(home, digesting())(&notary{}).RoundTrip(request(t, http.MethodPut, home, near).WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// R10: without a digest nothing is read ahead, and the body goes down as it came.
func TestASignatureWithoutADigestReadsNothing(t *testing.T) {
	t.Parallel()
	body := &countedBody{Reader: broke{errors.New("must not be read")}}
	var got io.ReadCloser
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		got = req.Body
		layer.CloseBody(req.Body)
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	})
	source := auth.Sign(func(req *http.Request, digest []byte) error {
		assert.Nil(t, digest)
		assert.EqualValues(t, -1, req.ContentLength, "it is not known")
		return nil
	})
	send(t, auth.New(home, source)(base), request(t, http.MethodPost, home, body))
	assert.Same(t, body, got)
	assert.Equal(t, 1, body.closed)
}

// A4: a signature that a server turns down is final, with a body and with a loop.
func TestA401ToASignatureIsFinal(t *testing.T) {
	t.Parallel()
	for name, mw := range map[string]transport.Middleware{"alone": nil, "below a retry loop": retry.New()} {
		server := &notary{answers: []int{401, 200}}
		resp := send(t, transport.Chain(server, mw, auth.New(home, digesting())), request(t, http.MethodPost, home, strings.NewReader("x")))
		assert.Equal(t, http.StatusUnauthorized, resp.StatusCode, name)
		assert.Equal(t, []string{sumOf("x")}, server.digests, name)
	}
}

// A4: a token that is renewed above a signature: the attempt more is signed anew.
func TestARenewedTokenIsSignedAnew(t *testing.T) {
	t.Parallel()
	for name, mw := range map[string]transport.Middleware{"alone": nil, "below a retry loop": retry.New()} {
		var fetches atomic.Int32
		var signed []string
		sign := auth.Sign(func(req *http.Request, digest []byte) error {
			signed = append(signed, req.Header.Get("Authorization")+" "+hex.EncodeToString(digest))
			return nil
		}, auth.WithDigest(sha256.New))
		server := &notary{answers: []int{401, 200}}
		rt := transport.Chain(server, mw, auth.New(home, auth.Refresh(numbered(0, &fetches))), auth.New(home, sign))
		body := &countedBody{Reader: io.MultiReader(strings.NewReader("x"))}
		resp := send(t, rt, request(t, http.MethodPut, home, body))
		assert.Equal(t, http.StatusOK, resp.StatusCode, name)
		assert.Equal(t, []string{"Bearer t1 " + sumOf("x"), "Bearer t2 " + sumOf("x")}, signed, name)
		assert.Equal(t, []string{sumOf("x"), sumOf("x")}, server.sums, name)
		assert.Equal(t, 1, body.closed, name)
	}
}

// A1, O3: the function gets the request as it will be sent, in a copy of its own.
func TestASignatureSeesWhatWillBeSent(t *testing.T) {
	t.Parallel()
	var draft *http.Request
	sign := auth.Sign(func(req *http.Request, _ []byte) error {
		draft = req
		assert.Nil(t, transport.CallFrom(req.Context()))
		assert.Nil(t, req.Body)
		assert.Nil(t, req.GetBody)
		req.Header.Set("X-Signature", "canary")
		req.Header["X-Kept"][0] = "written into"
		req.Header.Del("X-Gone")
		req.URL.RawQuery += "&sig=canary"
		return nil
	})
	server := &notary{}
	rt := transport.Chain(server, transport.Identity(transport.WithUserAgent("agent"), transport.WithHeader("X-Default", "1")),
		auth.New(home, auth.Bearer(secret)), auth.New(home, auth.Query("key", redact.NewSecret("k"))), auth.New(home, sign))
	req := request(t, "", home+"/path?a=b", strings.NewReader("x"))
	req.Method, req.Host = "", "virtual.test"
	req.Header["X-Kept"], req.Header["X-Gone"] = []string{"1"}, []string{"1"}
	ctx, call := transport.Begin(t.Context())
	resp := send(t, rt, req.WithContext(ctx))
	assert.Equal(t, http.MethodGet, draft.Method)
	assert.Equal(t, "virtual.test", draft.Host)
	assert.EqualValues(t, 1, draft.ContentLength)
	assert.Equal(t, "/path", draft.URL.Path)
	sent := server.received[0]
	want := http.Header{
		"User-Agent": {"agent"}, "X-Default": {"1"}, "X-Transaction-Id": {call.TransactionID()}, "Authorization": {"Bearer canary"},
		"X-Signature": {"canary"}, "X-Kept": {"written into"},
	}
	assert.Equal(t, want, sent.Header)
	assert.Equal(t, "a=b&key=k&sig=canary", sent.URL.RawQuery)
	assert.Equal(t, "virtual.test", sent.Host)
	assert.Equal(t, http.Header{"X-Kept": {"1"}, "X-Gone": {"1"}}, req.Header, "C1")
	assert.Equal(t, "a=b", req.URL.RawQuery, "C1")
	assert.Equal(t, req.URL, resp.Request.URL)
	assert.Equal(t, req.Header, resp.Request.Header)
	send(t, rt, request(t, http.MethodGet, "https://elsewhere.test/", nil))
	assert.Empty(t, server.received[1].Header.Get("X-Signature"))
}

// A4: the headers that identity adds next to the base are there when nothing else
// has made a copy of the request yet.
func TestASignatureSeesTheLateHeaders(t *testing.T) {
	t.Parallel()
	sign := auth.Sign(func(req *http.Request, _ []byte) error {
		req.Header.Set("X-Signature", "of "+req.Header.Get("User-Agent"))
		return nil
	})
	server := &notary{}
	send(t, transport.Chain(server, transport.Identity(transport.WithUserAgent("agent")), auth.New(home, sign)), request(t, http.MethodGet, home, nil))
	assert.Equal(t, "of agent", server.received[0].Header.Get("X-Signature"))
}

// A4: an Authorization header that is there stands, whatever the function sets.
func TestASignatureLeavesAnAuthorizationThatIsThere(t *testing.T) {
	t.Parallel()
	sign := auth.Sign(func(req *http.Request, _ []byte) error {
		req.Header.Set("Authorization", "signature")
		req.Header.Set("X-Date", "now")
		return nil
	})
	for spelling, want := range map[string]http.Header{
		"Authorization": {"Authorization": {"own"}, "X-Date": {"now"}}, "authorization": {"authorization": {"own"}, "X-Date": {"now"}},
		"X-Else": {"X-Else": {"own"}, "Authorization": {"signature"}, "X-Date": {"now"}},
	} {
		server := &notary{}
		req := request(t, http.MethodGet, home, nil)
		req.Header[spelling] = []string{"own"}
		send(t, auth.New(home, sign)(server), req)
		assert.Equal(t, want, server.received[0].Header)
	}
}

// A4: what is not a signature is an error before anything is sent, and the body is closed.
func TestASignatureThatFailsSendsNothing(t *testing.T) {
	t.Parallel()
	sealed := errors.New("vault is sealed")
	for name, row := range map[string]struct {
		sign  func(*http.Request) error
		want  string
		final bool
	}{
		"an error":              {func(*http.Request) error { return sealed }, "auth: sign request: vault is sealed", false},
		"a panic":               {func(*http.Request) error { panic("no key") }, "auth: sign request: the signing function panicked: no key", true},
		"another path":          {func(r *http.Request) error { r.URL.Path = "/other"; return nil }, "changed the URL", true},
		"another host":          {func(r *http.Request) error { r.URL.Host = "evil.test"; return nil }, "changed the URL", true},
		"another scheme":        {func(r *http.Request) error { r.URL.Scheme = "http"; return nil }, "changed the URL", true},
		"an opaque URL":         {func(r *http.Request) error { r.URL.Opaque = "//evil.test/"; return nil }, "changed the URL", true},
		"a user":                {func(r *http.Request) error { r.URL.User = url.User("a"); return nil }, "changed the URL", true},
		"no URL":                {func(r *http.Request) error { r.URL = nil; return nil }, "changed the URL", true},
		"another Host":          {func(r *http.Request) error { r.Host = "evil.test"; return nil }, "changed the host", true},
		"another method":        {func(r *http.Request) error { r.Method = "PUT"; return nil }, "changed the method", true},
		"a body":                {func(r *http.Request) error { r.Body = io.NopCloser(strings.NewReader("y")); return nil }, "changed the body", true},
		"a header of two lines": {func(r *http.Request) error { r.Header.Set("X-S", "canary\r\nX: y"); return nil }, `header "X-S" to a value that contains a control`, true},
		"no header name":        {func(r *http.Request) error { r.Header["X S"] = []string{"x"}; return nil }, `the invalid name "X S"`, true},
		"a query with a blank":  {func(r *http.Request) error { r.URL.RawQuery = "a=b c"; return nil }, "space or control character", true},
	} {
		for _, opts := range [][]auth.SignOption{nil, {auth.WithDigest(sha256.New)}} {
			server := &notary{}
			body := &countedBody{Reader: strings.NewReader("x")}
			source := auth.Sign(func(req *http.Request, _ []byte) error { return row.sign(req) }, opts...)
			_, err := auth.New(home, source)(server).RoundTrip(request(t, http.MethodPost, home, body))
			require.ErrorContains(t, err, row.want, name)
			assert.NotContains(t, err.Error(), "canary", name)
			unsigned, ok := errors.AsType[*auth.SignError](err)
			require.True(t, ok, name)
			assert.True(t, unsigned.NotSent(), name)
			retryable, ok := errors.AsType[interface {
				error
				Retryable() bool
			}](err)
			assert.Equal(t, row.final, ok && !retryable.Retryable(), name)
			assert.Equal(t, 1, body.closed, name)
			assert.Empty(t, server.received, name)
		}
	}
	ports := auth.Sign(func(req *http.Request, _ []byte) error { req.Host = strings.TrimSuffix(req.Host, ":443"); return nil })
	server := &notary{}
	send(t, auth.New(home, ports)(server), request(t, http.MethodGet, home+":443/", nil))
	assert.Len(t, server.received, 1, "some signers drop the default port")
}

// C2, C3: a function that ends its goroutine, and a body or a hash that panics, leave
// no body open.
func TestNothingIsLeftOpenWhereASignatureIsCutShort(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		source auth.Source
		body   io.Reader
	}{
		"runtime.Goexit": {auth.Sign(func(*http.Request, []byte) error { runtime.Goexit(); return nil }), strings.NewReader("x")},
		"the hash":       {digesting(auth.WithDigest(func() hash.Hash { panic("no hash") })), strings.NewReader("x")},
		"the body":       {digesting(), panicky{}},
	} {
		body := &countedBody{Reader: row.body}
		server := &notary{}
		done := make(chan struct{})
		req := request(t, http.MethodPost, home, body)
		go func() {
			defer close(done)
			defer func() { _ = recover() }()
			_, _ = auth.New(home, row.source)(server).RoundTrip(req)
		}()
		<-done
		assert.Equal(t, 1, body.closed, name)
		assert.Empty(t, server.received, name)
	}
}

type panicky struct{}

func (panicky) Read([]byte) (int, error) { panic("the body") }

// A3: an error of the base shows nothing of a signature in the query.
func TestASignatureInTheQueryIsInNoError(t *testing.T) {
	t.Parallel()
	sign := auth.Sign(func(req *http.Request, _ []byte) error { req.URL.RawQuery = "a=b&cred=canary"; return nil })
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { return nil, fmt.Errorf("get %s: refused", req.URL) })
	_, err := auth.New(home, sign)(base).RoundTrip(request(t, http.MethodGet, home+"/?a=b", nil))
	require.EqualError(t, err, "get https://api.example.com/?***: refused")
}

// C10: impossible settings of a signature.
func TestRefusesImpossibleSignatures(t *testing.T) {
	t.Parallel()
	for want, source := range map[string]auth.Source{
		"the function is nil":              auth.Sign(nil),
		"the hash of WithDigest is nil":    auth.Sign(nothing, auth.WithDigest(nil)),
		"the digest buffer of -1 bytes is": auth.Sign(nothing, nil, auth.WithDigestBuffer(-1)),
	} {
		require.ErrorContains(t, transport.Check(auth.New(home, source)(&server{})), want)
	}
	_, err := auth.Sign(nothing).Authorization(t.Context())
	require.ErrorContains(t, err, "pass it to auth.New directly")
	_, err = auth.New(home, auth.Sign(nothing, auth.WithDigest(func() hash.Hash { return nil })))(&server{}).RoundTrip(request(t, http.MethodGet, home, nil))
	require.ErrorContains(t, err, "the hash of WithDigest is nil")
}
