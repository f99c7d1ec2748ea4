package otlp_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// differing is what differs from run to run, and what it is replaced by.
var differing = map[*regexp.Regexp]string{
	regexp.MustCompile(`would wait [0-9.hms]+,`): "would wait TIME,",
	regexp.MustCompile(`lookup (\S+) on \S+: `):  "lookup $1 on SERVER: ",
}

// T2: what arrives over OTLP is what the golden files have, and has no secret.
func TestWhatArrivesOverOTLP(t *testing.T) {
	t.Parallel()
	const golden = "../../contrib/opentelemetry/testdata/"
	files, err := filepath.Glob(golden + "*.golden")
	require.NoError(t, err)
	all := scenes()
	require.Len(t, files, len(all), "each file has its scene")
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := collect(t)
			from := c.connect(t)
			differs := s.run(t, from)
			from.flush(t, c)
			port := differs[0]
			got := strings.NewReplacer(append(differs[1:], ":"+port, ":PORT", "server.port = "+port, "server.port = PORT",
				"server.port="+port, "server.port=PORT")...).Replace(c.text())
			for pattern, by := range differing {
				got = pattern.ReplaceAllString(got, by)
			}
			want, err := os.ReadFile(golden + name + ".golden")
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
			assert.NotContains(t, c.raw.String(), "hidden")
			c.checkHistograms(t)
		})
	}
}

// checkHistograms checks that measurements lead to spans that arrived.
func (c *collector) checkHistograms(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, m := range c.metrics {
		for _, p := range m.GetHistogram().GetDataPoints() {
			require.NotEmpty(t, p.GetExemplars(), name)
			for _, e := range p.GetExemplars() {
				assert.True(t, slices.ContainsFunc(c.spans, func(s *tracev1.Span) bool { return bytes.Equal(s.GetSpanId(), e.GetSpanId()) }), name)
			}
			if name == "http.client.request.duration" {
				assert.Equal(t, []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}, p.GetExplicitBounds())
			}
		}
	}
}

// One call whose text is not UTF-8 must not keep all others from the collector: an exporter
// sends nothing at all if a text is invalid.
func TestTextThatIsNotUTF8Arrives(t *testing.T) {
	t.Parallel()
	c := collect(t)
	from := c.connect(t)
	limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(*http.Request) string { return "key \xff" }))
	budget := layer.NewBudget(0, 10, 0)
	client, err := tripware.New(from.option(opentelemetry.WithRequestHeaders("X-Text"),
		opentelemetry.WithLimiter("limiter \xff", limiter), opentelemetry.WithBudget("budget \xff", budget)),
		tripware.WithLimiter(limiter), tripware.WithBase(broken{}), tripware.WithRetry(retry.Off()))
	require.NoError(t, err)
	ctx := transport.WithRoute(t.Context(), "GET /route/\xff")
	for _, method := range []string{http.MethodGet, "\xff"} {
		req := (&http.Request{Method: method, Header: http.Header{"X-Text": {"header \xff"}}, URL: &url.URL{
			Scheme: "http", Host: "host\xff.example.com", Path: "/path/\xff", RawQuery: "query=\xff",
		}}).WithContext(ctx)
		_, err = client.Transport.RoundTrip(req)
		require.ErrorContains(t, err, "error \xff")
	}
	from.flush(t, c)
	assert.Len(t, c.spans, 4)
	assert.Len(t, c.metrics, 6)
	for _, want := range []string{"host", "query=", "header ", "/route/", "error ", "key ", "limiter ", "budget "} {
		assert.Contains(t, c.raw.String(), want+"\uFFFD")
	}
}

// broken is a base whose errors are not UTF-8.
type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("error \xff") }
