package leaks_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/internal/canary"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// canarySites is what the scenarios talk to. All of it repeats what it is sent
// as badly as a server can, and notes which secrets arrived.
type canarySites struct {
	home, elsewhere, secure, proxy *httptest.Server
	socks                          net.Listener
	gone                           string // host:port that nobody listens on

	mu      sync.Mutex
	arrived map[string]int
}

func newCanarySites(t *testing.T) *canarySites {
	s := &canarySites{arrived: map[string]int{}}
	s.elsewhere = httptest.NewServer(s)
	s.home = httptest.NewServer(s)
	s.secure = httptest.NewUnstartedServer(s)
	s.secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // it tells of each client that hung up
	s.secure.StartTLS()
	s.proxy = httptest.NewServer(http.HandlerFunc(s.serveProxy))
	s.gone = faults.Refusing
	var err error
	s.socks, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(s.serveSocks)
	t.Cleanup(func() {
		_ = s.socks.Close()
		serving.Wait()
	})
	for _, server := range []*httptest.Server{s.home, s.elsewhere, s.secure, s.proxy} {
		t.Cleanup(server.Close)
	}
	return s
}

func (s *canarySites) note(secret string, came bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if came {
		s.arrived[secret]++
	}
}

// echo writes what r brought into every place that a careless server uses.
func (s *canarySites) echo(w http.ResponseWriter, r *http.Request, status int) {
	body, _ := io.ReadAll(r.Body)
	given, password, _ := r.BasicAuth()
	s.note("key", r.Header.Get("Authorization") == "GenieKey "+canary.Key)
	s.note("password in the URL", given == canary.User && password == canary.Password)
	s.note("token", r.URL.Query().Get("apiKey") == canary.Token)
	s.note("body", strings.Contains(string(body), "BODYHEADc4n4ry"))
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Set-Cookie", "session="+canary.Key)
	header.Set("Www-Authenticate", `GenieKey key="`+canary.Key+`"`)
	header.Set("Content-Location", r.URL.String())
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"message": "no: Authorization: GenieKey " + canary.Key, "asked": r.URL.String(), "sent": string(body), "apiKey": canary.Key,
		"from": (&url.URL{Scheme: "http", User: url.UserPassword(canary.User, canary.Password), Host: r.Host}).String(), "token": canary.Token,
	})
}

func (s *canarySites) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/throttled":
		w.Header().Set("X-RateLimit-State", "THROTTLED")
		s.echo(w, r, http.StatusTooManyRequests)
	case "/down":
		s.echo(w, r, http.StatusServiceUnavailable)
	case "/denied":
		s.echo(w, r, http.StatusUnauthorized)
	case "/elsewhere":
		w.Header().Set("Location", s.elsewhere.URL+"/ok?apiKey="+url.QueryEscape(canary.Token))
		s.echo(w, r, http.StatusTemporaryRedirect)
	case "/stalled":
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case "/cut":
		w.Header().Set("Content-Length", "100000")
		s.echo(w, r, http.StatusOK)
	case "/reset":
		w.Header().Set("Content-Length", "100000")
		s.echo(w, r, http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
	case "/status":
		s.raw(w, r, "HTTP/1.1 500 Denied GenieKey "+canary.Key+"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	case "/garbled":
		s.raw(w, r, "apiKey="+canary.Key+"\r\n\r\n")
	default:
		s.echo(w, r, http.StatusOK)
	}
}

// raw answers once it has read all, and ends the connection. An answer that does
// not say so lets the client send its next request into the end.
func (s *canarySites) raw(w http.ResponseWriter, r *http.Request, text string) {
	_, _ = io.Copy(io.Discard, r.Body)
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = io.WriteString(conn, text)
		faults.Linger(conn)
	}
}

// serveProxy lets in who has the password, and answers whatever they ask for itself.
func (s *canarySites) serveProxy(w http.ResponseWriter, r *http.Request) {
	given := r.Header.Get("Proxy-Authorization")
	r.Header.Set("Authorization", given)
	user, password, _ := r.BasicAuth()
	s.note("password at the proxy", password == canary.Password)
	switch {
	case user != canary.User: // the name alone decides, so that a wrong one sends the password too
		s.raw(w, r, "HTTP/1.1 407 Denied "+user+":"+strings.ReplaceAll(password, "\n", "")+"\r\nProxy-Authorization: "+given+"\r\n"+
			"Content-Type: text/plain\r\nConnection: close\r\n\r\nProxy-Authorization: "+given)
	case r.Method == http.MethodConnect:
		s.tunnel(w, r.Host)
	default:
		s.echo(w, r, http.StatusOK)
	}
}

func (s *canarySites) tunnel(w http.ResponseWriter, to string) {
	far, err := net.Dial("tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	near, ahead, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	faults.Join(near, ahead, far)
}

// serveSocks takes a name and a password (RFC 1929) and turns both down.
func (s *canarySites) serveSocks() {
	for {
		conn, err := s.socks.Accept()
		if err != nil {
			return
		}
		said := make([]byte, 512)
		_, _ = conn.Read(said)
		_, _ = conn.Write([]byte{5, 2})
		size, _ := conn.Read(said)
		s.note("password at the socks proxy", strings.Contains(string(said[:size]), canary.Password))
		_, _ = conn.Write([]byte{1, 1})
		faults.Linger(conn)
	}
}

// proxied returns the proxy of the scenarios with the password, as user.
func (s *canarySites) proxied(protocol, address, user string) tripware.Option {
	host, port, _ := net.SplitHostPort(address)
	p := network.Proxy{Protocol: protocol, Host: host, Username: user, Password: redact.NewSecret(canary.Password)}
	_, _ = fmt.Sscan(port, &p.Port)
	return tripware.WithProxy(p)
}

// A canaryRow is one call that goes well or wrong, and how it has to end.
type canaryRow struct {
	name   string
	url    string
	opts   []tripware.Option
	source auth.Source
	ctx    func(context.Context) (context.Context, context.CancelFunc)

	status  int    // of the answer
	unread  string // part of the error of reading its body
	err     string // part of the error where there is no answer
	foreign bool   // that error wraps what others wrote, which is searched only as we show it
	signed  bool   // a user in the URL would stand in for our credential

	in *inspect.Inspector // of the call
}

// errCanary is an error of a stranger's, such as a token source's, that tells too much.
var errCanary = &url.Error{Op: "Post", URL: "https://u:" + url.QueryEscape(canary.Password) + "@id.example.com/?client_secret=" + url.QueryEscape(canary.Token), Err: io.EOF}

func canaryRows(s *canarySites) []canaryRow {
	renewed := func(context.Context) (auth.Token, error) { return auth.Token{Value: redact.NewSecret(canary.Key)}, nil }
	within := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.secure.Certificate())
	trusting := tripware.WithConnection(network.WithRootCAs(roots))
	home, secure, proxy := s.home.URL, s.secure.URL, s.proxy.Listener.Addr().String()
	policy := func(opts ...retry.Option) []tripware.Option { return []tripware.Option{tripware.WithRetry(opts...)} }
	return []canaryRow{
		{name: "success", url: home + "/ok", status: 200},
		{name: "throttled", url: home + "/throttled", status: 429},
		{name: "5xx to the end", url: home + "/down", status: 503},
		{name: "5xx whose status line talks", url: home + "/status", status: 500},
		{name: "401", url: home + "/denied", status: 401},
		{name: "401 to a token that is renewed", url: home + "/denied", source: auth.Refresh(renewed, auth.WithScheme("GenieKey")), status: 401},
		{name: "token that cannot be had", url: home + "/ok", err: "sign request", foreign: true, signed: true,
			source: auth.Refresh(func(context.Context) (auth.Token, error) { return auth.Token{}, errCanary })},
		{name: "redirect to another origin", url: home + "/elsewhere", status: 200},
		{name: "reset in the body", url: home + "/reset", status: 200, unread: "reset"},
		{name: "body cut off", url: home + "/cut", status: 200, unread: "unexpected EOF"},
		{name: "answer that is no HTTP", url: home + "/garbled", err: "malformed", foreign: true},
		{name: "connection refused", url: "http://" + s.gone, err: "refused"},
		{name: "unknown certificate", url: secure, err: "certificate"},
		{name: "TLS", url: secure, opts: []tripware.Option{trusting}, status: 200},
		{name: "the attempt's clock", url: home + "/stalled", opts: policy(retry.WithAttemptTimeout(20 * time.Millisecond)), err: "attempt timed out after 20ms"},
		{name: "the call's clock", url: home + "/stalled", opts: policy(retry.WithCallTimeout(20 * time.Millisecond)), err: "call timed out after 20ms"},
		{name: "the caller's clock", url: home + "/stalled", ctx: within(20 * time.Millisecond), err: "deadline"},
		{name: "cancelled", url: home + "/ok", ctx: canaryCancelled, err: "canceled"},
		{name: "refused by the limiter", url: home + "/down", ctx: within(time.Minute), err: "not sent",
			opts: []tripware.Option{tripware.WithLimiter(canaryDrained())}},
		{name: "impossible policy of the call", url: home + "/ok", ctx: canaryImpossible, err: "max retries -1"},
		{name: "proxy, forward", url: "http://api.example.invalid/ok", opts: []tripware.Option{s.proxied("http", proxy, canary.User)}, status: 200},
		{name: "proxy, forward, refused", url: "http://api.example.invalid/ok", opts: []tripware.Option{s.proxied("http", proxy, "nobody")}, status: 407},
		{name: "proxy, CONNECT", url: secure + "/ok", opts: []tripware.Option{s.proxied("http", proxy, canary.User), trusting}, status: 200},
		{name: "proxy, CONNECT, refused", url: secure + "/ok", opts: []tripware.Option{s.proxied("http", proxy, "nobody"), trusting}, err: "407"},
		{name: "proxy, gone", url: home + "/ok", opts: []tripware.Option{s.proxied("http", s.gone, canary.User)}, err: "proxy http://" + s.gone},
		{name: "proxy, over TLS, unknown certificate", url: home + "/ok", opts: []tripware.Option{s.proxied("https", s.secure.Listener.Addr().String(), canary.User)}, err: "certificate"},
		{name: "proxy, socks, refused", url: home + "/ok", opts: []tripware.Option{s.proxied("socks5", s.socks.Addr().String(), canary.User)}, err: "proxy socks5://" + s.socks.Addr().String()},
	}
}

// canaryDrained returns a limiter whose one key has no turn left.
func canaryDrained() *ratelimit.Limiter {
	at := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithKey(func(*http.Request) string { return "all" }))
	resp, err := ratelimit.New(limiter)(at).RoundTrip(&http.Request{})
	if err != nil {
		panic(err)
	}
	layer.CloseBody(resp.Body)
	return limiter
}

func canaryCancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, cancel
}

func canaryImpossible(ctx context.Context) (context.Context, context.CancelFunc) {
	return retry.WithPolicy(ctx, retry.WithMaxRetries(-1)), func() {}
}

// canaryClient is the standing chain with everything switched on that shows
// anything, all of it into n.
func canaryClient(t *testing.T, n *canary.Net, level slog.Level, r *canaryRow) *http.Client {
	observer := metrics.ObserverFunc(func(_ context.Context, e metrics.Event) {
		sink := "metrics " + string(e.Channel())
		if _, body := e.(metrics.BodyEvent); body {
			sink += " body"
		}
		n.Value(sink, e)
	})
	publishers := metrics.NewPublishers()
	for _, channel := range []*metrics.Publisher{publishers.Call, publishers.API, publishers.HTTP, publishers.SDK} {
		channel.Subscribe(observer, metrics.WithBodies(1<<20))
	}
	source := r.source
	if source == nil {
		source = auth.Key("GenieKey", redact.NewSecret(canary.Key))
	}
	at, err := url.Parse(r.url)
	require.NoError(t, err)
	r.in = inspect.New(inspect.WithPhases(), inspect.WithBodies(inspect.MaxBody), inspect.WithHeaders("Content-Location"))
	opts := append([]tripware.Option{
		tripware.WithTracing(r.in.Calls()), tripware.PerAttempt(r.in.Attempts()),
		tripware.WithConnection(network.WithoutProxy()),
		tripware.WithAuth(at.Scheme+"://"+at.Host, source, auth.WithPlainHTTP()),
		tripware.WithRetry(retry.WithMaxRetries(1), retry.WithBaseDelay(time.Millisecond), retry.WithAnyMethodOnError(), retry.WithAnyMethodOnStatus(),
			retry.WithHook(func(_ context.Context, e retry.Event) { canaryHook(n, r, e) })),
		tripware.WithLogger(n.Logger("log", level), logging.WithBodies(1<<20), logging.WithWaits(), logging.WithQuery("limit"),
			logging.WithHeaders("Content-Type", "Content-Location", "User-Agent", "Location")),
		tripware.WithMetrics(publishers),
	}, r.opts...)
	client, err := tripware.New(opts...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	for _, v := range append([]any{client, client.Transport, source, publishers, publishers.API, opts}, canaryLayers(client.Transport)...) {
		n.Value("printed", v)
	}
	return client
}

// canaryLayers leaves out the base, which is net/http's and prints the proxy's
// URL among the keys of its idle connections.
func canaryLayers(rt http.RoundTripper) (layers []any) {
	for _, layer := range transport.Layers(rt) {
		if _, base := layer.(*http.Transport); !base {
			layers = append(layers, layer)
		}
	}
	return layers
}

func canaryHook(n *canary.Net, r *canaryRow, e retry.Event) {
	if r.foreign {
		e.Err = nil // it is the error as it came
	}
	n.Error("hook error", e.Err, nil)
	n.Value("hook", e)
}

func canaryRequest(ctx context.Context, t *testing.T, r *canaryRow, user *url.Userinfo) *http.Request {
	body, err := json.Marshal(map[string]string{"message": "m", "password": canary.Body})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, strings.NewReader(string(body)))
	require.NoError(t, err)
	req.URL.User = user
	req.URL.RawQuery = url.Values{"limit": {"5"}, "apiKey": {canary.Token}}.Encode()
	req.Header.Set("Content-Type", "application/json")
	return req
}

// run makes the call of a row and lets n search all that comes of it.
func (r *canaryRow) run(t *testing.T, n *canary.Net, level slog.Level, user *url.Userinfo) {
	client := canaryClient(t, n, level, r)
	ctx, cancel := t.Context(), context.CancelFunc(func() {})
	if r.ctx != nil {
		ctx, cancel = r.ctx(ctx)
	}
	defer cancel()
	ctx, call := transport.Begin(ctx)
	resp, err := client.Do(canaryRequest(ctx, t, r, user))
	if wrapped, ok := err.(*url.Error); ok { //nolint:errorlint // http.Client's own, with the URL as it was asked
		err = wrapped.Err
	}
	if r.err != "" {
		require.ErrorContains(t, err, r.err)
	} else {
		require.NoError(t, err)
		require.Equal(t, r.status, resp.StatusCode)
		for _, ctx := range []context.Context{ctx, resp.Request.Context(), layer.Detach(resp.Request.Context())} {
			n.Value("context", ctx)
		}
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, resp.Body.Close())
		if r.unread == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, r.unread)
		}
	}
	call.End()
	r.search(n, call, err)
	r.inspect(t, n, call)
}

// inspect lets n search everything that package inspect shows of a call.
func (r *canaryRow) inspect(t *testing.T, n *canary.Net, call *transport.Call) {
	n.Text("timeline", inspect.Timeline(call))
	for _, attempt := range call.Attempts() {
		n.Text("curl", inspect.Curl(call, attempt.Number))
	}
	var har bytes.Buffer
	require.NoError(t, inspect.WriteHAR(&har, call))
	require.NoError(t, r.in.WriteHAR(&har, func(s inspect.Summary) bool {
		n.Value("summary", s)
		return true
	}))
	n.Text("HAR", har.String())
	n.Text("stream", r.page(t, "events"))
	for id := range 4 { // with the hops of a redirect
		n.Text("page", r.page(t, fmt.Sprint("call?id=", id+1)))
	}
}

// page returns what the page answers, and of a stream its beginning.
func (r *canaryRow) page(t *testing.T, name string) string {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/debug/calls/"+name, nil)
	req.RemoteAddr = "127.0.0.1:1234"
	w := httptest.NewRecorder()
	r.in.Handler().ServeHTTP(w, req)
	return w.Body.String()
}

func (r *canaryRow) search(n *canary.Net, call *transport.Call, err error) {
	if r.foreign {
		n.Text("error", err.Error()) // what it wraps is what others wrote
	} else {
		n.Error("error", err, nil)
		n.Value("record", call)
	}
	for _, wait := range call.Waits() {
		n.Value("record", wait)
	}
	for _, attempt := range call.Attempts() {
		if r.foreign {
			attempt.Err = nil // the base's own
		}
		n.Value("record", attempt)
		n.Error("record error", attempt.Err, nil)
	}
	n.Value("record", []any{call.Reason(), call.RateLimit(), call.TransactionID()})
}

// A3: whatever becomes of a call, and whatever the server says, no sink shows
// the key, a password, the token in the query or the secret in the body.
func TestNoSinkShowsASecret(t *testing.T) {
	t.Parallel()
	sites := newCanarySites(t)
	total := len(canaryRows(sites))
	levels := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	searched := map[string]int{}
	var mu sync.Mutex
	calls, sum := 0, 0
	t.Run("rows", func(t *testing.T) {
		for i := range total {
			for _, level := range levels {
				for name, user := range map[string]*url.Userinfo{"key": nil, "user in the URL": url.UserPassword(canary.User, canary.Password)} {
					row := canaryRows(sites)[i] // each run has options, limits and tokens of its own
					if row.signed && user != nil {
						continue
					}
					t.Run(fmt.Sprint(row.name, ", ", level, ", ", name), func(t *testing.T) {
						t.Parallel()
						var n canary.Net
						row.run(t, &n, level, user)
						assert.Empty(t, n.Leaks())
						mu.Lock()
						defer mu.Unlock()
						calls++
						for sink, count := range n.Counts() {
							searched[sink] += count
						}
					})
				}
			}
		}
	})
	for _, secret := range []string{"key", "password in the URL", "password at the proxy", "password at the socks proxy", "token", "body"} {
		assert.Positive(t, sites.arrived[secret], "%s never left", secret)
	}
	for _, sink := range canarySinks {
		assert.Positive(t, searched[sink], "nothing reached the sink %s", sink)
	}
	for _, count := range searched {
		sum += count
	}
	t.Logf("%d scenarios, %d calls, %d sinks, %d texts searched", total, calls, len(searched), sum)
	assert.ElementsMatch(t, canarySinks, slices.Collect(maps.Keys(searched)))
}

// canarySinks are the sinks that the scenarios together must reach.
var canarySinks = []string{
	"log DEBUG JSON", "log DEBUG text", "log INFO JSON", "log INFO text", "log WARN JSON", "log WARN text", "log ERROR JSON", "log ERROR text",
	"metrics CALL", "metrics CALL body", "metrics API", "metrics HTTP", "hook", "hook error", "error", "record", "record error", "printed", "context",
	"timeline", "curl", "summary", "HAR", "stream", "page",
}

// A3: what is reported of a panic goes to the program's own log, with what the
// one that panicked had in hand. It is the process's logger, so that this test
// runs beside no other.
func TestNoReportOfAPanicShowsASecret(t *testing.T) { //nolint:paralleltest // see above
	sites := newCanarySites(t)
	var n canary.Net
	before := slog.Default()
	slog.SetDefault(n.Logger("default log", slog.LevelDebug))
	defer slog.SetDefault(before)
	publishers := metrics.NewPublishers()
	for _, channel := range []*metrics.Publisher{publishers.Call, publishers.API, publishers.HTTP} {
		channel.Subscribe(metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { panic(fmt.Sprintf("%+v", e)) }), metrics.WithBodies(1<<20))
	}
	logger := slog.New(canaryHandler{n.Logger("log", slog.LevelDebug).Handler()})
	row := canaryRow{url: sites.home.URL + "/down", status: 503, opts: []tripware.Option{
		tripware.WithMetrics(publishers), tripware.WithLogger(logger, logging.WithBodies(4<<10)),
		tripware.WithRetry(retry.WithHook(func(_ context.Context, e retry.Event) { panic(e) })),
	}}
	row.run(t, &n, slog.LevelDebug, nil)
	assert.Equal(t, 6, n.Counts()["default log DEBUG JSON"], "three channels, the hook, and the logs of calls and attempts")
	row = canaryRow{url: sites.home.URL + "/garbled", err: "malformed", foreign: true, opts: []tripware.Option{
		tripware.WithLogger(logger, logging.WithLevels(func(o logging.Outcome) slog.Level { panic(o.Err) })),
	}}
	row.run(t, &n, slog.LevelDebug, nil)
	assert.Equal(t, 8, n.Counts()["default log DEBUG JSON"], "and the rule of calls and attempts, with an error as the base made it")
	assert.Empty(t, n.Leaks())
}

// canaryHandler panics with what it was to log.
type canaryHandler struct{ slog.Handler }

func (h canaryHandler) Handle(_ context.Context, record slog.Record) error {
	text := record.Message
	record.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	panic(text)
}

// A3, C10: a setting that is refused may be a secret in the wrong place.
func TestNoFaultOfSettingsShowsASecret(t *testing.T) {
	pair := url.UserPassword(canary.User, canary.Password).String() + "@"
	query := "?apiKey=" + url.QueryEscape(canary.Token)
	var n canary.Net
	for i, opts := range [][]tripware.Option{
		{tripware.WithAuth("https://"+pair+"api.example.com/"+query, auth.Key("Genie Key", redact.NewSecret(canary.Key+"\n")))},
		{tripware.WithAuth("api.example.com"+query, auth.Basic("a:b", redact.NewSecret(canary.Password+"\x00")))},
		{tripware.WithAuth("ftp://api.example.com:99999/"+query, auth.Bearer(redact.NewSecret(" "+canary.Key)))},
		{tripware.WithProxy(network.Proxy{
			Protocol: "http://" + pair + "h", Host: "http://" + pair + "h", Port: -1, Username: "a:b", Password: redact.NewSecret(canary.Password + "\r"),
			NoProxy: []string{"http://" + pair + "h"}, ConnectHeader: http.Header{"Proxy-Authorization": {canary.Key}, "X-Api-Key": {canary.Key + "\n"}},
		})},
		{tripware.WithProxy(network.Proxy{Protocol: "http", Host: "h", Password: redact.NewSecret(canary.Password)})},
		{tripware.WithIdentity(transport.WithHeader("X-Api-Key", canary.Key+"\n"), transport.WithHeader("Authorization", canary.Key+"\x7f"))},
		{tripware.WithLogger(slog.New(slog.DiscardHandler), logging.WithHeaders("Authorization"), logging.WithQuery("apiKey"))},
	} {
		client, err := tripware.New(opts...)
		require.Error(t, err, i)
		require.Nil(t, client)
		n.Error("settings", err, nil)
		n.Value("settings", opts)
	}
	for _, raw := range []string{"http://" + pair, "ftp://" + pair + "h", "http://" + canary.User + ":" + canary.Password + "@h", "http://" + pair + "h" + query} {
		p, err := network.ProxyFromURL(raw)
		require.Error(t, err)
		n.Error("settings", err, nil)
		n.Value("settings", p)
		n.Error("settings", p.Validate(), nil)
		t.Setenv("HTTPS_PROXY", raw)
		_, err = tripware.New()
		require.ErrorContains(t, err, "HTTPS_PROXY")
		n.Error("settings", err, nil)
	}
	p, err := network.ProxyFromURL("http://" + pair + "h")
	require.NoError(t, err)
	for _, v := range []any{p, &p, []network.Proxy{p}, map[string]any{"proxy": p}, tripware.WithProxy(p), p.Password, &p.Password, struct{ S redact.Secret }{p.Password}} {
		n.Value("settings", v)
	}
	assert.Empty(t, n.Leaks())
	assert.Greater(t, n.Counts()["settings"], 300)
}
