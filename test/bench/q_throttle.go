package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The server's bucket, and how long a response takes: 5 ms and up to 2 ms more.
const (
	bucketRate    = 200 // a second
	bucketBurst   = 50
	responseLeast = 5 * time.Millisecond
	responseMore  = 2 * time.Millisecond
)

const (
	titleThrottle = "Throttled"

	nameLearning    = "tripware, learning limiter, base delay 100 ms"
	nameLearningAll = "tripware, learning limiter, defaults"
	nameAlone       = "tripware, retry alone, 8 retries from 300 ms"
	nameAloneAll    = "tripware, retry alone, defaults"
)

// A hint is how the server asks for patience.
type hint struct {
	name   string
	header http.Header
}

func hints() []hint {
	return []hint{
		{"Retry-After: 1", http.Header{"Retry-After": {"1"}}},
		{"vendor's headers", http.Header{"X-Ratelimit-State": {"THROTTLED"}, "X-Ratelimit-Period-In-Sec": {"1"}}},
		{"no hint", http.Header{}},
	}
}

// The columns of one hint.
func (h hint) sent() string   { return h.name + ": sent" }
func (h hint) wall() string   { return h.name + ": wall" }
func (h hint) failed() string { return h.name + ": failed" }

// throttling asks how contestants share a bucket.
func throttling() question {
	q := question{
		title: titleThrottle,
		text: "1,000 calls by 64 goroutines against a bucket of 200 requests a second with a burst of 50, which responds with " +
			"429 to the rest, after 5 to 7 ms. Time is virtual ([testing/synctest](https://pkg.go.dev/testing/synctest)) and " +
			"so exact; the table has medians of 20 seeds. *Sent* is requests per call that succeeded. *Wall* is relative to " +
			"the 4.75 s that the bucket allows at best, with the quartiles. *Failed* is the largest number of calls of any " +
			"seed that did not end with 200: a short wall can mean that calls were given up. All " +
			"have five retries, from 100 ms on where the row does not say otherwise; the official SDK has its own.",
		note:    "heimdall retries no 429.",
		measure: measureThrottling,
	}
	for _, h := range hints() {
		sent := column{h.sent(), func(v value) string { return fixed(v.mid) }}
		q.columns = append(q.columns, sent, column{h.wall(), ratio}, column{h.failed(), number})
	}
	return q
}

func measureThrottling(_ context.Context, l lab) ([]row, error) {
	const retries, first, long, most = 5, 100 * time.Millisecond, time.Second, 30 * time.Second
	quick, slow := policy{max: retries, first: first, most: most}, policy{max: retries, first: long, most: most}
	patient := policy{max: 8, first: 300 * time.Millisecond, most: most} // outlasts the queue of 64
	type entry struct {
		name  string
		build builder
		p     policy
	}
	all := []entry{
		{nameLearning, limited, quick}, {nameLearningAll, limited, slow},
		{nameAlone, ours().full, patient}, {nameAloneAll, ours().full, slow},
	}
	for _, c := range append(contestants(), officialSDK()) {
		if c.retry != nil && !c.no429 && c.module != ourModule && c.name != nameOneCopy {
			all = append(all, entry{c.name, c.retry, quick})
		}
	}
	var rows []row
	for _, e := range all {
		r := row{name: e.name}
		for _, h := range hints() {
			values, err := throttled(l, e.build, e.p, h)
			if err != nil {
				return nil, err
			}
			r.values = append(r.values, values...)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// throttled returns what was sent, the wall and the failed calls over all seeds.
func throttled(l lab, build builder, p policy, h hint) ([]value, error) {
	var sent, wall []float64
	var failed float64
	for seed := range uint64(l.pick(20, 1)) {
		err := errors.New("bench: the bubble did not run")
		l.bubble(func(ctx context.Context) {
			b := &bucket{header: h.header, draw: rand.New(rand.NewPCG(seed, 1))}
			var one [3]float64
			one, err = b.serve(ctx, l.pick(1000, 100), build, p)
			sent, wall, failed = append(sent, one[0]), append(wall, one[1]), max(failed, one[2])
		})
		if err != nil {
			return nil, err
		}
	}
	return []value{spread(sent), spread(wall), exact(failed)}, nil
}

// A bucket responds with 429 to what comes too fast.
type bucket struct {
	header http.Header

	mu     sync.Mutex
	draw   *rand.Rand
	tokens float64
	last   time.Time
	sent   int
}

// serve makes all calls once. It returns what was sent for each call that
// succeeded, the time relative to the best possible, and how many calls failed.
func (b *bucket) serve(ctx context.Context, calls int, build builder, p policy) ([3]float64, error) {
	sender, err := build(b, p)
	if err != nil {
		return [3]float64{}, err
	}
	var failed atomic.Int64
	begin := time.Now()
	err = together("throttled", workers, func(ctx context.Context) error {
		if ok(sender.get(ctx, memoryURL)) != nil {
			failed.Add(1)
		}
		return nil
	}).run(ctx, calls)
	best := (float64(calls) - bucketBurst) / bucketRate
	succeeded := max(1, float64(calls)-float64(failed.Load()))
	return [3]float64{float64(b.sent) / succeeded, time.Since(begin).Seconds() / best, float64(failed.Load())}, err
}

func (b *bucket) RoundTrip(req *http.Request) (*http.Response, error) {
	half := b.latency() / 2
	if err := pause(req.Context(), half); err != nil {
		return nil, err
	}
	header, status, text := opsgenieHeader(), http.StatusOK, alertDocument
	if !b.take() {
		header, status, text = b.header.Clone(), http.StatusTooManyRequests, `{"message":"You are making too many requests!"}`
	}
	if err := pause(req.Context(), half); err != nil {
		return nil, err
	}
	return respond(req, status, header, text), nil
}

func (b *bucket) latency() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return responseLeast + time.Duration(b.draw.Int64N(int64(responseMore)))
}

// take takes a token if there is one.
func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.sent == 0 {
		b.tokens, b.last = bucketBurst, now
	}
	b.tokens = min(bucketBurst, b.tokens+now.Sub(b.last).Seconds()*bucketRate)
	b.last = now
	b.sent++
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
