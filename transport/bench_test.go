package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// The cost of the copy in a layer that sets one header.
func BenchmarkCopy(b *testing.B) {
	var next http.RoundTripper = transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, nil })
	for _, headers := range []int{0, 2, 6, 12} {
		req := get(b, b.Context())
		for i := range headers {
			req.Header.Set(fmt.Sprintf("X-Header-%d", i), "value")
		}
		b.Run(fmt.Sprintf("%d headers", headers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				own := layer.Copy(req, 1)
				own.Header["Authorization"] = []string{"value"}
				_, _ = next.RoundTrip(own)
			}
		})
	}
}

func BenchmarkDrain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		layer.Drain(io.NopCloser(strings.NewReader("busy")), layer.DrainBytes, layer.DrainTime)
	}
}

func BenchmarkParseRateLimit(b *testing.B) {
	for name, header := range map[string]http.Header{
		"nothing":    header("Content-Type: application/json", "Date: Fri, 27 Nov 2026 07:50:00 GMT", "Content-Length: 15"),
		"request id": header("Content-Type: application/json", "X-Request-Id: r-1", "Etag: a", "Vary: Origin", "Age: 0"),
		"request id, many headers": header(
			"Content-Type: application/json", "X-Request-Id: r-1", "Date: Fri, 27 Nov 2026 07:50:00 GMT", "Server: nginx", "Content-Length: 15",
			"Vary: Origin", "Cache-Control: no-store", "Strict-Transport-Security: max-age=1", "Via: a", "Age: 0", "Etag: a",
		),
		"quota": header("Content-Type: application/json", "X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 59", "X-RateLimit-Reset: 30"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				transport.ParseRateLimit(header, time.Time{})
			}
		})
	}
}

// The time saved by storing the beginning of a record as a duration since an earlier time.
func BenchmarkClock(b *testing.B) {
	epoch := time.Now()
	b.Run("time.Now", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
	b.Run("time.Since", func(b *testing.B) {
		for b.Loop() {
			_ = time.Since(epoch)
		}
	})
}

// C1: a copy with an additional header does not modify the request, whatever headers it
// had, and whether or not the map has room.
func TestACopyLeavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	for _, headers := range []int{0, 1, 7, 8, 9, 40} {
		req := get(t, t.Context())
		for i := range headers {
			req.Header.Set(fmt.Sprintf("X-Header-%d", i), "value")
		}
		before := req.Header.Clone()
		own := layer.Copy(req, 1)
		own.Header["Authorization"] = []string{"key"}
		assert.Equal(t, before, req.Header, headers)
		assert.Equal(t, "key", own.Header.Get("Authorization"))
		assert.Len(t, own.Header, headers+1)
		assert.Equal(t, req.Context(), own.Context())
		again := layer.Copy(own, 1)
		again.Header["Authorization"] = []string{"another"}
		assert.Equal(t, []string{"key"}, own.Header["Authorization"])
		assert.Equal(t, []string{"another"}, again.Header["Authorization"])
	}
	assert.Equal(t, http.Header{}, layer.Copy(&http.Request{}, 1).Header, "C3: a nil header becomes a map")
}
