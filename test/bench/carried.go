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

// Carried lists what a full contestant does for each call besides retries.
func Carried() []string {
	return []string{
		"an Authorization header", "a User-Agent", "a transaction id (a random UUID)",
		"a log that is switched off", "metrics of calls and attempts", "rate-limit headers read",
	}
}

// A meter is the metrics, the log and the rate limit of a contestant that has
// none of its own: as little as one can do.
type meter struct {
	log       *slog.Logger
	count     atomic.Int64
	nanos     atomic.Int64
	throttled atomic.Int64
	period    atomic.Int64
}

func newMeter() *meter { return &meter{log: silent()} }

// silent is a logger that is switched off.
func silent() *slog.Logger {
	return slog.New(slog.DiscardHandler)
}

// answered notes an attempt.
func (m *meter) answered(ctx context.Context, begun time.Time, resp *http.Response) {
	took := time.Since(begun)
	m.count.Add(1)
	m.nanos.Add(int64(took))
	if resp != nil {
		m.read(resp.Header)
	}
	if m.log.Enabled(ctx, slog.LevelInfo) {
		m.log.LogAttrs(ctx, slog.LevelInfo, "attempt", slog.Duration("took", took))
	}
}

// read parses what a server says of its limits.
func (m *meter) read(header http.Header) {
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

// A signer writes three headers on a copy of the request, as most programs do.
type signer struct{ next http.RoundTripper }

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	signed := req.Clone(req.Context())
	sign(signed.Header, uuid.NewString())
	return s.next.RoundTrip(signed)
}

// A metered round tripper keeps the rest of [Carried], for contestants without
// hooks: it stands below them, so that it sees each attempt.
type metered struct {
	next  http.RoundTripper
	meter *meter
}

func (m *metered) RoundTrip(req *http.Request) (*http.Response, error) {
	begun := time.Now()
	resp, err := m.next.RoundTrip(req)
	m.meter.answered(req.Context(), begun, resp)
	return resp, err
}

// carried puts below a contestant without hooks all that it cannot do.
func carried(base http.RoundTripper) http.RoundTripper {
	return &signer{next: &metered{next: base, meter: newMeter()}}
}

// byHand is what a program does that has no toolkit: headers, and no retry.
func byHand() Contestant {
	return Contestant{
		Name:  nameByHand,
		Setup: "a round tripper that clones the request and sets the three headers; no retry, no log, no metrics",
		Full: func(base http.RoundTripper, _ Policy) (Client, error) {
			return above(&signer{next: base}), nil
		},
		Shipped: func(string) (Client, error) {
			transport, err := freshDefault()
			return above(transport), err
		},
	}
}
