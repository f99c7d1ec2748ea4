package opsgenie_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/canary"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// A canaryCall is one use of a client that goes well or wrong, and how it ends.
type canaryCall struct {
	name  string
	fault opsgenietest.Fault // of no kind: none
	opts  []opsgenie.Option
	do    func(ctx context.Context, c *opsgenie.Client) ([]any, error) // what it returns may be shown
	is    error                                                        // what its error Is; nil: there is none
	says  string                                                       // part of its error
}

// canaryEcho is what a careless gateway or server says: all that it was sent.
var canaryEcho = `Authorization: GenieKey ` + canary.Key + "\n" + `https://` + url.UserPassword(canary.User, canary.Password).String() + `@api.example.com/v2/alerts?apiKey=` + url.QueryEscape(canary.Token)

func canaryStatus(status int, body string, header http.Header) opsgenietest.Fault {
	return opsgenietest.Fault{Kind: opsgenietest.Status, Status: status, Header: header, Body: body, Times: opsgenietest.Always}
}

var canaryCreate = alert.CreateRequest{
	Message: "m", Alias: "disk?token=" + url.QueryEscape(canary.Token),
	Details: map[string]string{"password": canary.Body, "link": "https://api.example.com/?apiKey=" + url.QueryEscape(canary.Token)},
}

func canaryAccount(ctx context.Context, c *opsgenie.Client) ([]any, error) {
	got, err := c.Account.Get(ctx)
	return []any{got}, err
}

func canaryWrite(ctx context.Context, c *opsgenie.Client) ([]any, error) {
	pending, err := c.Alerts.Create(ctx, canaryCreate)
	if err != nil {
		return nil, err
	}
	status, err := pending.Wait(ctx)
	if err != nil {
		return []any{pending}, err
	}
	return []any{pending, pending.Meta, status.Meta}, nil // the value repeats the caller's own alias
}

func canaryRead(ctx context.Context, c *opsgenie.Client) ([]any, error) {
	got, err := c.Alerts.Get(ctx, alert.ByAlias(canaryCreate.Alias))
	if err != nil {
		return nil, err
	}
	return []any{got.Meta, got.Meta.URL()}, nil // the value is the caller's own data
}

func canaryList(ctx context.Context, c *opsgenie.Client) ([]any, error) {
	page, err := c.Alerts.List(ctx, alert.ListRequest{Query: "message: token=" + url.QueryEscape(canary.Token)})
	if err != nil {
		return nil, err
	}
	shown := []any{page, page.Meta, page.Meta.Paging, page.Meta.Paging.Next}
	for _, err := range c.Alerts.All(ctx, alert.ListRequest{}) {
		if err != nil {
			return shown, err
		}
	}
	return shown, nil
}

func canaryUpload(ctx context.Context, c *opsgenie.Client) ([]any, error) {
	_, err := canaryWrite(ctx, c)
	if err != nil {
		return nil, err
	}
	in := alert.AddAttachmentRequest{Ref: alert.ByAlias(canaryCreate.Alias), User: "u", File: services.File{Name: "a.txt", Content: strings.NewReader(canary.Body)}}
	got, err := c.Alerts.AddAttachment(ctx, in)
	return []any{got}, err
}

func canaryRefused(ctx context.Context, c *opsgenie.Client) ([]any, error) {
	_, first := c.Alerts.Create(ctx, alert.CreateRequest{Alias: canary.Token, Details: canaryCreate.Details})
	_, second := c.Alerts.Get(ctx, alert.ByAlias(canary.Token+"\x00"))
	_, third := c.Alerts.List(ctx, alert.ListRequest{Limit: -1, Query: "apiKey=" + canary.Key})
	_, fourth := c.Heartbeats.Ping(ctx, canary.Body+"\x7f")
	return nil, errors.Join(first, second, third, fourth)
}

func canaryCalls(gone string, secure *httptest.Server) []canaryCall {
	page := `{"data":[],"took":0.1,"requestId":"r","paging":{"next":"https://` + url.UserPassword(canary.User, canary.Password).String() +
		`@elsewhere.example.com/v2/alerts?offset=1&apiKey=` + url.QueryEscape(canary.Token) + `"}}`
	failed := `{"data":{"isSuccess":false,"action":"Create","status":"` + strings.ReplaceAll(canaryEcho, "\n", `\n`) + `"},"took":0.1,"requestId":"r"}`
	location := "https://elsewhere.example.com/?apiKey=" + url.QueryEscape(canary.Token)
	chain := func(opts ...tripware.Option) []opsgenie.Option {
		return []opsgenie.Option{opsgenie.WithTransport(opts...)}
	}
	foreign := &url.Error{Op: "Post", URL: location, Err: http.ErrHandlerTimeout}
	return []canaryCall{
		{name: "write and wait", do: canaryWrite},
		{name: "read", do: func(ctx context.Context, c *opsgenie.Client) ([]any, error) {
			_, err := canaryWrite(ctx, c)
			shown, second := canaryRead(ctx, c)
			return shown, errors.Join(err, second)
		}},
		{name: "list and search", do: canaryList, is: services.ErrInvalid}, // the server knows no such field
		{name: "upload", do: canaryUpload},
		{name: "upload, twice broken", do: canaryUpload, fault: opsgenietest.Fault{Kind: opsgenietest.Status, Status: 503, Times: 2, Route: "POST /v2/alerts/{identifier}/attachments"}},
		{name: "upload, reset", do: canaryUpload, says: "reset",
			fault: opsgenietest.Fault{Kind: opsgenietest.Reset, Times: opsgenietest.Always, Route: "POST /v2/alerts/{identifier}/attachments"}},
		{name: "throttled", do: canaryWrite, fault: canaryStatus(429, "", http.Header{"Retry-After": {"0"}}), is: services.ErrThrottled},
		{name: "a gateway's page", do: canaryAccount, fault: canaryStatus(503, "<html>"+canaryEcho+"</html>", nil), is: services.ErrServer},
		{name: "an error that repeats the key", do: canaryWrite, is: services.ErrInvalid,
			fault: canaryStatus(422, `{"message":"Key GenieKey apiKey=`+canary.Key+` is wrong","errors":{"apiKey":"`+canary.Key+`","url":"/v2/alerts?token=`+url.QueryEscape(canary.Token)+`"},"took":0.1,"requestId":"r"}`, nil)},
		{name: "an error that repeats the key alone", do: canaryWrite, is: services.ErrInvalid,
			fault: canaryStatus(422, `{"error":{"message":["`+canary.Key+`",{"`+canary.Key+`":"`+canary.Key+`"}]},"errors":{"`+canary.Key+`":["`+canary.Key+`"]},"requestId":"`+canary.Key+`"}`,
				http.Header{"X-Echo": {canary.Key, "?token=" + url.QueryEscape(canary.Token)}, "X-Opsgenie-Errortype": {canary.Key}})},
		{name: "a page that repeats the key alone", do: canaryAccount, is: services.ErrForbidden,
			fault: canaryStatus(403, "<html>"+canary.Key, http.Header{"Content-Type": {"text/" + canary.Key}, "Set-Cookie": {"s=" + canary.Token}})},
		{name: "401", do: canaryAccount, is: services.ErrUnauthorised, fault: canaryStatus(401, `{"message":"Authorization: GenieKey `+canary.Key+`"}`, nil)},
		{name: "403 with an empty body", do: canaryAccount, is: services.ErrForbidden, fault: canaryStatus(403, "", http.Header{"Set-Cookie": {"s=" + canary.Key}})},
		{name: "success that is HTML", do: canaryAccount, is: services.ErrResponse, fault: canaryStatus(200, "<html>"+canaryEcho, nil)},
		{name: "success cut off", do: canaryAccount, is: services.ErrResponse, fault: canaryStatus(200, `{"data":{"apiKey":"`+canary.Key, nil)},
		{name: "success with a member of a wrong type", do: canaryAccount, fault: canaryStatus(200, `{"data":{"name":{"apiKey":"`+canary.Key+`"}}}`, nil)},
		{name: "success of a wrong type", do: canaryAccount, is: services.ErrResponse, fault: canaryStatus(200, `{"data":["apiKey=`+canary.Key+`"]}`, nil)},
		{name: "a time that is none", do: canaryRead, fault: canaryStatus(200, `{"data":{"createdAt":"token=`+canary.Key+`"}}`, nil)},
		{name: "body cut off", do: canaryAccount, is: services.ErrResponse, fault: opsgenietest.Fault{Kind: opsgenietest.Truncate, Times: opsgenietest.Always}},
		{name: "paging to another origin, in a loop", do: canaryList, is: services.ErrResponse, fault: canaryStatus(200, page, nil)},
		{name: "paging by a link that is none", do: canaryList, is: services.ErrArgument,
			fault: canaryStatus(200, strings.Replace(page, "https://", "%zz://", 1), nil)},
		{name: "redirect to another origin", do: canaryAccount, is: services.ErrRedirect, fault: canaryStatus(307, "moved", http.Header{"Location": {location}})},
		{name: "redirect that would turn into a GET", do: canaryWrite, is: services.ErrRedirect,
			fault: canaryStatus(302, "moved", http.Header{"Location": {"/v2/alerts?apiKey=" + url.QueryEscape(canary.Token)}})},
		{name: "redirect to no URL", do: canaryAccount, says: "Location", fault: canaryStatus(307, "moved", http.Header{"Location": {"https://%zz/?apiKey=" + canary.Key}})},
		{name: "still not processed", do: canaryWrite, is: poll.ErrUnsettled, opts: []opsgenie.Option{opsgenie.WithPolling(poll.WithMaxRetries(1))},
			fault: func() opsgenietest.Fault {
				f := canaryStatus(404, `{"message":"`+"apiKey="+canary.Key+`"}`, http.Header{"X-Opsgenie-Errortype": {"RequestNotProcessed"}})
				f.Route = "GET /v2/alerts/requests/{requestId}"
				return f
			}()},
		{name: "processed and failed", do: canaryWrite, says: "create", fault: func() opsgenietest.Fault {
			f := canaryStatus(200, failed, nil)
			f.Route = "GET /v2/alerts/requests/{requestId}"
			return f
		}()},
		{name: "refused before sending", do: canaryRefused, is: services.ErrArgument},
		{name: "connection refused", do: canaryAccount, says: "refused", opts: []opsgenie.Option{opsgenie.WithBaseURL("http://" + gone)}},
		{name: "unknown certificate", do: canaryAccount, says: "certificate", opts: []opsgenie.Option{opsgenie.WithBaseURL(secure.URL)}},
		{name: "reset in the body", do: canaryAccount, is: services.ErrResponse,
			fault: opsgenietest.Fault{Kind: opsgenietest.Reset, Point: opsgenietest.MidBody, Times: opsgenietest.Always}},
		{name: "the attempt's clock", do: canaryAccount, is: retry.ErrAttemptTimeout, opts: chain(tripware.WithRetry(retry.WithAttemptTimeout(20 * time.Millisecond))),
			fault: opsgenietest.Fault{Kind: opsgenietest.Stall, Times: opsgenietest.Always}},
		{name: "the call's clock", do: canaryAccount, is: retry.ErrCallTimeout, opts: chain(tripware.WithRetry(retry.WithCallTimeout(20 * time.Millisecond))),
			fault: opsgenietest.Fault{Kind: opsgenietest.Stall, Times: opsgenietest.Always}},
		{name: "the caller's clock", is: context.DeadlineExceeded, fault: opsgenietest.Fault{Kind: opsgenietest.Stall, Times: opsgenietest.Always},
			do: func(ctx context.Context, c *opsgenie.Client) ([]any, error) {
				ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
				defer cancel()
				return canaryWrite(ctx, c)
			}},
		{name: "cancelled", is: context.Canceled, do: func(ctx context.Context, c *opsgenie.Client) ([]any, error) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return canaryWrite(ctx, c)
		}},
		{name: "proxy, gone", do: canaryAccount, says: "refused", opts: append(chain(tripware.WithProxy(canaryProxy(gone))), opsgenie.WithPlainHTTP())},
		{name: "a base that tells too much", do: canaryAccount, is: http.ErrHandlerTimeout, opts: []opsgenie.Option{
			opsgenie.WithBase(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, foreign })),
		}},
		{name: "a token that cannot be had", is: http.ErrHandlerTimeout, says: "sign request",
			do: func(ctx context.Context, c *opsgenie.Client) ([]any, error) {
				return canaryAccount(auth.WithSource(ctx, auth.SourceFunc(func(context.Context) (string, error) { return "", foreign })), c)
			}},
	}
}

func canaryProxy(address string) network.Proxy {
	p := network.Proxy{Protocol: "http", Host: "127.0.0.1", Username: canary.User, Password: redact.NewSecret(canary.Password)}
	_, _ = fmt.Sscanf(address, "127.0.0.1:%d", &p.Port)
	return p
}

// run makes the call and lets n search all that comes of it.
func (c *canaryCall) run(t *testing.T, n *canary.Net, level slog.Level) {
	s := opsgenietest.New(t, opsgenietest.WithKey(canary.Key), opsgenietest.WithProcessingPolls(1))
	if c.fault.Kind != opsgenietest.Slow {
		require.NoError(t, s.Inject(c.fault).Err())
	}
	hook := func(_ context.Context, e retry.Event) {
		e.Err = nil // as the base made it
		n.Value("hook", e)
	}
	opts := append([]opsgenie.Option{opsgenie.WithTransport(
		tripware.WithRetry(retry.WithMaxRetries(2), retry.WithHook(hook)),
		tripware.WithLogger(n.Logger("log", level), logging.WithBodies(1<<20), logging.WithWaits()),
	)}, c.opts...)
	client := dial(t, s, opts...)
	for _, channel := range []*metrics.Publisher{client.Metrics.Call, client.Metrics.API, client.Metrics.HTTP, client.Metrics.SDK} {
		channel.Subscribe(metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { n.Value("metrics "+string(e.Channel()), e) }), metrics.WithBodies(1<<20))
	}
	shown, err := c.do(t.Context(), client)
	if c.is == nil && c.says == "" {
		require.NoError(t, err)
	}
	if c.is != nil {
		require.ErrorIs(t, err, c.is)
	}
	if c.says != "" {
		require.ErrorContains(t, err, c.says)
	}
	for _, v := range append(shown, client, *client, client.HTTP(), client.HTTP().Transport, client.Metrics, client.Alerts, opts) {
		n.Value("value", v)
	}
	if err != nil {
		n.Text("error", err.Error())
	}
	n.Error("error", err, beyondOurs)
	if failed, ok := errors.AsType[*services.Error](err); ok {
		n.Value("value", *failed)
		n.Value("value", failed.Body)
		n.Value("record", failed.Call().Waits())
		n.Value("record", failed.Call().RateLimit())
	}
}

// beyondOurs stops where a typed call's error leads to what others wrote, which
// it hands on for errors.Is and errors.As and does not show itself; and at the
// fields in which the outcome of a request is kept as the server told it.
func beyondOurs(err error) bool {
	_, outcome := err.(*shape.ActionError) //nolint:errorlint // this one, not what it wraps
	return outcome || fmt.Sprintf("%T", err) == "*services.masked"
}

// A3, S2, S6: whatever becomes of a typed call, and whatever the server says, no
// sink shows the key, a password, a token in a query or a secret in a body.
func TestNoSinkOfATypedCallShowsASecret(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	all := func() []canaryCall { return canaryCalls(faults.Refusing, secure) }
	total := len(all())
	levels := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	nets := make([]canary.Net, total*len(levels))
	t.Run("calls", func(t *testing.T) {
		for i := range total {
			for j, level := range levels {
				call := all()[i] // each run has options of its own
				t.Run(fmt.Sprint(call.name, ", ", level), func(t *testing.T) {
					t.Parallel()
					n := &nets[i*len(levels)+j]
					call.run(t, n, level)
					assert.Empty(t, n.Leaks())
				})
			}
		}
	})
	searched, sum := map[string]int{}, 0
	for i := range nets {
		for sink, count := range nets[i].Counts() {
			searched[sink] += count
			sum += count
		}
	}
	for _, sink := range []string{
		"log DEBUG JSON", "log DEBUG text", "log INFO JSON", "log INFO text", "log WARN JSON", "log WARN text", "log ERROR JSON", "log ERROR text",
		"metrics API", "metrics HTTP", "metrics SDK", "hook", "error", "value", "record",
	} {
		assert.Positive(t, searched[sink], "nothing reached the sink %s", sink)
	}
	t.Logf("%d scenarios, %d calls, %d sinks, %d texts searched", total, len(nets), len(searched), sum)
}

// A3: however a server encodes what it repeats, as the body of an error or of a
// success that cannot be read.
func TestNoSinkOfATypedCallShowsASecretHoweverItIsEncoded(t *testing.T) {
	t.Parallel()
	encodings := canary.Encodings()
	nets := make([]canary.Net, len(encodings))
	t.Run("encodings", func(t *testing.T) {
		for i, encoding := range encodings {
			t.Run(encoding.Name, func(t *testing.T) {
				t.Parallel()
				secrets := []string{canary.Key, canary.Token}
				if encoding.Token {
					secrets = secrets[:1]
				}
				for _, secret := range secrets {
					text := encoding.Write("apiKey", secret)
					require.NotEmpty(t, canary.Find(text))
					message, err := json.Marshal(map[string]any{"message": text, "errors": map[string]string{"alias": text}, "requestId": "r"})
					require.NoError(t, err)
					for _, call := range []canaryCall{
						{do: canaryAccount, is: services.ErrInvalid, fault: canaryStatus(422, text, nil)},
						{do: canaryWrite, is: services.ErrInvalid, fault: canaryStatus(422, string(message), nil)},
						{do: canaryAccount, is: services.ErrResponse, fault: canaryStatus(200, text, nil)},
					} {
						call.run(t, &nets[i], slog.LevelDebug)
					}
				}
				assert.Empty(t, nets[i].Leaks())
			})
		}
	})
	searched, sum := map[string]int{}, 0
	for i := range nets {
		for sink, count := range nets[i].Counts() {
			searched[sink] += count
			sum += count
		}
	}
	for _, sink := range []string{"log DEBUG JSON", "log DEBUG text", "metrics API", "metrics HTTP", "metrics SDK", "error", "value", "record"} {
		assert.Positive(t, searched[sink], "nothing reached the sink %s", sink)
	}
	t.Logf("%d encodings, %d sinks, %d texts searched", len(encodings), len(searched), sum)
}

// A3, C10: a key or a base URL that is refused is not shown.
func TestNoFaultOfAClientShowsASecret(t *testing.T) {
	t.Parallel()
	pair := url.UserPassword(canary.User, canary.Password).String() + "@"
	var n canary.Net
	for _, row := range []struct{ key, base string }{
		{canary.Key + "\n", "https://api.example.com"},
		{canary.Key, "https://" + pair + "api.example.com"},
		{" " + canary.Key, "https://api.example.com/?apiKey=" + url.QueryEscape(canary.Token)},
		{canary.Key, "https://api.example.com/%zz?apiKey=" + url.QueryEscape(canary.Token)},
		{canary.Key, "http://api.example.com"},
		{canary.Key, canary.Key},
	} {
		c, err := opsgenie.New(row.key, opsgenie.WithBaseURL(row.base))
		require.Error(t, err, "%s", row.base)
		require.Nil(t, c)
		n.Error("settings", err, nil)
		_, err = services.New(http.DefaultClient, row.base+"#"+pair, nil, services.WithMaxBody(-1)) //nolint:forbidigo // it is not used
		require.Error(t, err)
		n.Error("settings", err, nil)
		n.Value("settings", opsgenie.WithBaseURL(row.base))
	}
	failed := shape.RequestStatus{Action: "token=" + canary.Key, Status: canaryEcho}.Failure()
	n.Text("settings", failed.Error())
	assert.Empty(t, n.Leaks())
}
