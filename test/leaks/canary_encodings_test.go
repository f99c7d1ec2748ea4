package leaks_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/canary"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A canaryParrot is a base that repeats one text in every place that an answer
// has: first as an error, then in a response that asks for a retry, then in one
// that stands; or, if it is broken, as an error each time.
type canaryParrot struct {
	text   string
	broken bool
	asked  int
}

func (p *canaryParrot) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		layer.CloseBody(req.Body)
	}
	if p.asked++; p.broken || p.asked == 1 {
		return nil, errors.New("read: " + p.text)
	}
	status := http.StatusServiceUnavailable
	if p.asked > 2 {
		status = http.StatusOK
	}
	line := p.line()
	return &http.Response{
		StatusCode: status, Status: "200 " + line, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: -1,
		Header: http.Header{
			"Content-Type": {"text/plain"}, "X-Said": {line, "again " + line}, "Retry-After": {"0"}, "X-Request-Id": {line}, "X-Ratelimit-Reason": {line},
			"X-Ratelimit-State": {line}, "Location": {"/x?" + line},
		},
		Body: io.NopCloser(strings.NewReader(p.text)),
	}, nil
}

// line returns the text as a header can hold it.
func (p *canaryParrot) line() string {
	if strings.ContainsAny(p.text, "\r\n") {
		return url.PathEscape(p.text)
	}
	return p.text
}

// request has the text wherever a request can have one.
func (p *canaryParrot) request(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "https://api.example.com/v2/", strings.NewReader(p.text))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("X-Asked", p.line())
	req.URL.Path += p.text
	req.URL.RawQuery = "page=2&q=" + url.QueryEscape(p.text)
	req.URL.Fragment = p.text
	return req
}

// canaryEncoded makes a call whose every part holds text, and lets n search all
// that comes of it.
func canaryEncoded(t *testing.T, n *canary.Net, text string, broken bool) {
	t.Helper()
	publishers := metrics.NewPublishers()
	for _, channel := range []*metrics.Publisher{publishers.Call, publishers.API, publishers.HTTP, publishers.SDK} {
		channel.Subscribe(metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { n.Value("metrics "+string(e.Channel()), e) }), metrics.WithBodies(1<<20))
	}
	parrot := &canaryParrot{text: text, broken: broken}
	row := canaryRow{foreign: true}
	client, err := tripware.New(
		tripware.WithBase(parrot), tripware.WithMetrics(publishers),
		tripware.WithAuth("https://api.example.com", auth.Key("GenieKey", redact.NewSecret(canary.Key))),
		tripware.WithRetry(retry.WithMaxRetries(2), retry.WithBaseDelay(0), retry.WithoutBudget(),
			retry.WithHook(func(_ context.Context, e retry.Event) { canaryHook(n, &row, e) })),
		tripware.WithLogger(n.Logger("log", slog.LevelDebug), logging.WithBodies(1<<20), logging.WithWaits(), logging.WithQuery("page", "q"),
			logging.WithHeaders("Content-Type", "X-Said", "X-Asked", "Location", "X-Request-Id", "X-Ratelimit-State")),
	)
	require.NoError(t, err)
	ctx, call := transport.Begin(t.Context())
	resp, err := client.Do(parrot.request(ctx, t))
	if broken {
		failed, ok := errors.AsType[*retry.Error](err)
		require.True(t, ok, "%v", err)
		n.Text("error", failed.Error())
	} else {
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 3, call.AttemptCount())
	}
	call.End()
	n.Value("record", call)
	for _, wait := range call.Waits() {
		n.Value("record", wait)
	}
}

// canarySecrets are the secrets that an encoding can hold.
func canarySecrets(e canary.Encoding) []string {
	switch {
	case e.Token:
		return []string{canary.Key}
	case e.Loose: // nothing tells where a value ends that has brackets or blanks and colons
		return []string{canary.Key, canary.Token}
	}
	return []string{canary.Key, canary.Password, canary.Token, canary.Body}
}

// A3: however a text is encoded that a server or a caller writes, no sink shows
// the secret in it.
func TestNoSinkShowsASecretHoweverItIsEncoded(t *testing.T) {
	t.Parallel()
	var n canary.Net
	texts := 0
	for _, encoding := range canary.Encodings() {
		for _, name := range []string{"apiKey", "X-Api-Key", "client_secret"} {
			for _, secret := range canarySecrets(encoding) {
				text := encoding.Write(name, secret)
				require.NotEmpty(t, canary.Find(text), "%s: a search that finds nothing in %q", encoding.Name, text)
				for _, broken := range []bool{false, true} {
					before := len(n.Leaks())
					canaryEncoded(t, &n, text, broken)
					texts++
					for _, leak := range n.Leaks()[before:] {
						t.Errorf("%s: %.400s", encoding.Name, leak)
					}
				}
			}
		}
	}
	counts, sum := n.Counts(), 0
	for _, sink := range []string{"log DEBUG JSON", "log DEBUG text", "metrics API", "metrics HTTP", "hook", "error", "record"} {
		assert.Positive(t, counts[sink], "nothing reached the sink %s", sink)
		sum += counts[sink]
	}
	t.Logf("%d encodings, %d calls with secrets in them, %d sinks, %d texts searched", len(canary.Encodings()), texts, len(counts), sum)
}
