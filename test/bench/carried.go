package bench

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// What a full contestant writes on each request.
const (
	headerAuth        = "Authorization"
	headerAgent       = "User-Agent"
	headerTransaction = "X-Transaction-Id"

	apiKey    = "0123abcd-0123-4567-89ab-0123456789ab"
	signature = "GenieKey " + apiKey
	userAgent = "bench/1.0"
)

// carried lists what a full contestant does for each call besides retries.
const carried = "an Authorization header, a User-Agent, a transaction id (a random UUID), a log that is switched off, " +
	"metrics of calls and attempts, and parsing of rate-limit headers"

// A meter stands for the metrics, the log and the rate limits of a contestant that
// has none: as little as a program can do.
type meter struct {
	log       *slog.Logger
	count     atomic.Int64
	nanos     atomic.Int64
	throttled atomic.Int64
	period    atomic.Int64
}

func newMeter() *meter { return &meter{log: silent()} }

// silent returns a logger that is switched off.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// attempt records an attempt that began at begin.
func (m *meter) attempt(ctx context.Context, begin time.Time, resp *http.Response) {
	took := time.Since(begin)
	m.count.Add(1)
	m.nanos.Add(int64(took))
	if resp != nil {
		m.limits(resp.Header)
	}
	if m.log.Enabled(ctx, slog.LevelInfo) {
		m.log.LogAttrs(ctx, slog.LevelInfo, "attempt", slog.Duration("took", took))
	}
}

// limits parses the rate-limit headers of a response.
func (m *meter) limits(header http.Header) {
	if header.Get("X-RateLimit-State") == "THROTTLED" {
		m.throttled.Add(1)
	}
	for _, name := range []string{"X-RateLimit-Period-In-Sec", "Retry-After"} {
		if text := header.Get(name); text != "" {
			if seconds, err := strconv.Atoi(text); err == nil {
				m.period.Store(int64(seconds))
			}
		}
	}
}

// sign writes the three headers.
func sign(header http.Header, transaction string) {
	header.Set(headerAuth, signature)
	header.Set(headerAgent, userAgent)
	header.Set(headerTransaction, transaction)
}

// A signer writes the three headers on a copy of the request, as most programs do.
type signer struct{ next http.RoundTripper }

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	signed := req.Clone(req.Context())
	sign(signed.Header, uuid.NewString())
	return s.next.RoundTrip(signed)
}

// carrying wraps base in what a contestant without hooks cannot do.
func carrying(base http.RoundTripper) http.RoundTripper {
	m := newMeter()
	return &signer{tripper(func(req *http.Request) (*http.Response, error) {
		begin := time.Now()
		resp, err := base.RoundTrip(req)
		m.attempt(req.Context(), begin, resp)
		return resp, err
	})}
}

// byHand is what a program does without any toolkit: three headers, and no retry.
func byHand() contestant {
	return contestant{
		name:  nameByHand,
		setup: "a round tripper that clones the request and sets the three headers; no retry, no log, no metrics",
		full: func(base http.RoundTripper, _ policy) (client, error) {
			return above(&signer{next: base}), nil
		},
		shipped: func(string) (client, error) {
			transport, err := freshDefault()
			return above(transport), err
		},
	}
}
