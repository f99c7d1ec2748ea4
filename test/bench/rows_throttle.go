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

// The server's bucket, and how long an answer takes: 5 ms and up to 2 ms more.
const (
	bucketRate  = 200 // a second
	bucketBurst = 50
	answerLeast = 5 * time.Millisecond
	answerMore  = 2 * time.Millisecond
)

// A Bubble runs a function in a world whose clock advances when all its
// goroutines wait: testing/synctest. The context is one of that world.
type Bubble func(run func(ctx context.Context))

// A Hinting is how the server says slow down.
type Hinting struct {
	Name   string
	Header http.Header
}

// Hintings are the ways in which a server says it.
func Hintings() []Hinting {
	return []Hinting{
		{"the vendor's headers", http.Header{"X-Ratelimit-State": {"THROTTLED"}, "X-Ratelimit-Period-In-Sec": {"1"}}},
		{"Retry-After: 1", http.Header{"Retry-After": {"1"}}},
		{"neither", http.Header{}},
	}
}

// A Throttled is what came of calls against the bucket: medians of the seeds,
// and the largest number of failed calls.
type Throttled struct {
	Sent   float64 // requests per call that succeeded
	Wall   float64 // of the ideal: what the bucket allows at best
	Worst  float64 // the largest wall of any seed
	Failed int
}

// A ThrottleRow is a contestant against the bucket, by hinting.
type ThrottleRow struct {
	Name string
	By   map[string]Throttled
}

// A pacer is a contestant of this subject.
type pacer struct {
	name   string
	client func(base http.RoundTripper, policy Policy) (Client, error)
	policy Policy
}

// The names of ours here, which the limits look for.
const (
	nameGate      = "tripware, learning limiter, base delay 100 ms"
	nameGateLong  = "tripware, learning limiter, defaults"
	nameAlone     = "tripware, retry alone, 8 retries from 300 ms"
	nameAloneLong = "tripware, retry alone, defaults"
)

func pacers() []pacer {
	const retries, first, long, most = 5, 100 * time.Millisecond, time.Second, 30 * time.Second
	quick, slow := Policy{Max: retries, First: first, Most: most}, Policy{Max: retries, First: long, Most: most}
	patient := Policy{Max: 8, First: 300 * time.Millisecond, Most: most} // outlasts the queue of 64
	full := tripwareChain().Full
	all := []pacer{
		{nameGate, learning, quick}, {nameGateLong, learning, slow},
		{nameAlone, full, patient}, {nameAloneLong, full, slow},
	}
	for _, c := range append(Contestants(), officialSDK()) {
		if c.Retry != nil && !c.Hedges && !c.Deaf && c.Module != ourModule {
			all = append(all, pacer{c.Name, c.Retry, quick})
		}
	}
	return all
}

// MeasureThrottling makes calls at 64 goroutines against a bucket of 200 a
// second with a burst of 50, for each hinting, and as often as there are seeds.
func MeasureThrottling(e Effort, bubble Bubble) ([]ThrottleRow, error) {
	var rows []ThrottleRow
	for _, p := range pacers() {
		row := ThrottleRow{Name: p.name, By: map[string]Throttled{}}
		for _, h := range Hintings() {
			got, err := paced(e, p, h, bubble)
			if err != nil {
				return nil, err
			}
			row.By[h.Name] = got
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func paced(e Effort, p pacer, h Hinting, bubble Bubble) (Throttled, error) {
	var sent, wall []float64
	var all Throttled
	for seed := range uint64(e.Seeds) {
		var one Throttled
		err := errors.New("bench: the bubble did not run")
		bubble(func(ctx context.Context) { one, err = seeded(ctx, e.Throttled, p, h, seed) })
		if err != nil {
			return all, err
		}
		sent, wall = append(sent, one.Sent), append(wall, one.Wall)
		all.Worst, all.Failed = max(all.Worst, one.Wall), max(all.Failed, one.Failed)
	}
	all.Sent, all.Wall = quantile(sent, 0.5), quantile(wall, 0.5)
	return all, nil
}

// seeded runs once, in a bubble.
func seeded(ctx context.Context, calls int, p pacer, h Hinting, seed uint64) (Throttled, error) {
	server := &bucket{header: h.Header, draw: rand.New(rand.NewPCG(seed, 1))}
	client, err := p.client(server, p.policy)
	if err != nil {
		return Throttled{}, err
	}
	var failed atomic.Int64
	begun := time.Now()
	// A call that fails is counted, and the next one is made all the same.
	err = crowd(ctx, workers, calls, func(ctx context.Context) error {
		if ok(client.Get(ctx, memoryURL)) != nil {
			failed.Add(1)
		}
		return nil
	})
	ideal := (float64(calls) - bucketBurst) / bucketRate
	return Throttled{
		Sent:   float64(server.sent) / max(1, float64(calls)-float64(failed.Load())),
		Wall:   time.Since(begun).Seconds() / ideal,
		Failed: int(failed.Load()),
	}, err
}

// A bucket answers 429 to what comes too fast.
type bucket struct {
	header http.Header

	mu     sync.Mutex
	draw   *rand.Rand
	tokens float64
	last   time.Time
	sent   int
}

func (b *bucket) RoundTrip(req *http.Request) (*http.Response, error) {
	way := b.way()
	if err := pause(req.Context(), way); err != nil {
		return nil, err
	}
	header, status, body := opsgenieHeader(), http.StatusOK, alertDocument
	if !b.take() {
		header, status, body = b.header.Clone(), http.StatusTooManyRequests, `{"message":"You are making too many requests!"}`
	}
	if err := pause(req.Context(), way); err != nil {
		return nil, err
	}
	return answer(req, status, header, body), nil
}

// way is how long it takes to the server, and back.
func (b *bucket) way() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return (answerLeast + time.Duration(b.draw.Int64N(int64(answerMore)))) / 2
}

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
