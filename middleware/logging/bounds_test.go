package logging_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// hostile are the pieces of texts that were dear to redact.
var hostile = []string{"://", "a=", `"`, `"token":`, "<token>", "a=%25", "//a:b", "x"}

const mebibyte = 1 << 20

// A3: what is long is cut before it is read, so that a line costs the same whatever a server sends.
func TestALineIsBoundedWhateverIsLong(t *testing.T) {
	t.Parallel()
	for _, piece := range hostile {
		long := strings.Repeat(piece, mebibyte/len(piece))
		many := make([]string, 10_000)
		for i := range many {
			many[i] = "https://user:" + piece + "@x.io/?token=" + piece
		}
		for name, row := range map[string]struct {
			url    url.URL
			header http.Header
			err    error
			says   string
		}{
			"a header":         {header: http.Header{"X-Request-Id": {long}}, says: fmt.Sprintf("… (%d bytes)", len(long))},
			"headers":          {header: http.Header{"X-Request-Id": many}, says: fmt.Sprintf("… (%d bytes)", len(strings.Join(many, ", ")))},
			"a rate limit":     {header: http.Header{"X-Ratelimit-Limit": {long}, "X-Ratelimit-Reset": {long}}},
			"a path":           {url: url.URL{Path: "/" + long}, says: fmt.Sprintf("… (%d bytes)", len(long)+1)},
			"a query":          {url: url.URL{RawQuery: long}, says: fmt.Sprintf("… (%d bytes)", len(long))},
			"an opaque URL":    {url: url.URL{Opaque: "//h/" + long}, says: fmt.Sprintf("… (%d bytes)", len(long)+4)},
			"an error":         {err: errors.New(long), says: fmt.Sprintf("… (%d bytes)", len(long))},
			"an error's URL":   {err: &url.Error{Op: "Get", URL: "http://h/?" + long, Err: io.EOF}},
			"a caller's error": {err: &url.Error{Op: "Get", URL: "http://h/", Err: errors.New(long)}},
		} {
			log, logger := newLog(slog.LevelInfo)
			base := answering(200, row.header, "")
			if row.err != nil {
				base = failing(row.err)
			}
			row.url.Scheme, row.url.Host = "https", "x.io"
			req := get(t, "https://x.io/")
			req.URL = &row.url
			resp, err := transport.Chain(base, transport.Identity(), logging.Calls(logger)).RoundTrip(req)
			if err == nil {
				require.NoError(t, resp.Body.Close())
			}
			require.Len(t, log.records(t, "http call"), 1, name)
			line := log.String()
			assert.Less(t, len(line), 4*redact.MaxError, "%s of %q", name, piece)
			assert.Contains(t, line, row.says, "%s of %q", name, piece)
		}
	}
}

// A3: the cut must not show what is hidden in the whole.
func TestACutShowsNoHalfSecret(t *testing.T) {
	t.Parallel()
	const secret = "ZQ7canary7QZ"
	for _, text := range []string{"token=" + secret, "https://" + secret + "@x.io/", `{"apiKey":"` + secret, "X-Api-Key: " + secret} {
		for shift := range len(text) {
			log, logger := newLog(slog.LevelInfo)
			value := strings.Repeat("x", redact.MaxValue-shift-1) + "\n" + text + " behind"
			header := http.Header{"X-Request-Id": {value}, "Content-Type": {"a", value}}
			resp, err := chain(answering(200, header, ""), logger).RoundTrip(get(t, "https://x.io/"))
			finish(t, resp, err)
			assert.NotContains(t, log.String(), secret[:4], "%q cut at %d", text, shift)
		}
	}
}

// A3: no more than 5 ms a line.
func BenchmarkLoggedHeader(b *testing.B) {
	for _, piece := range hostile {
		b.Run(fmt.Sprintf("%q", piece), func(b *testing.B) {
			header := http.Header{"X-Request-Id": {strings.Repeat(piece, mebibyte/len(piece))}}
			base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: header, Body: http.NoBody, Request: req}, nil
			})
			var line bytes.Buffer
			logger := slog.New(slog.NewJSONHandler(&line, nil))
			rt := transport.Chain(base, logging.Calls(logger))
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://api.example.com/v2/alerts", nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				line.Reset()
				if _, err := rt.RoundTrip(req); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(line.Len()), "B/line")
		})
	}
}
