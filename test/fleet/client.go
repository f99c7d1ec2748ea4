package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// How a fleet keeps to the limit.
const (
	shared    = "shared"  // a store, the rate is known
	sharedAny = "learned" // a store, the rate is unknown
	alone     = "alone"   // retries, and no limiter
	learning  = "each"    // a limiter that learns, in each process
	divided   = "rate/8"  // an eighth of the rate in each
	processes = 8         // in a fleet
	threads   = 8         // goroutines in each
	fleetSize = processes // members that share the store
	timeout   = time.Minute * 3
)

// A job is what a client process does.
type job struct {
	Process int
	URL     string
	Redis   string
	Kind    string
	Push    bool
	Calls   int
	Every   time.Duration // between two calls of a goroutine; 0 for none
}

// A report is what a client process did.
type report struct {
	Process      int
	Done, Failed int
	Failure      string // the first
	Attempts     int
	Took         time.Duration
	Trips        uint64        // asks of the store
	Held         time.Duration // longest time that attempts without a turn waited for the store
	Downs        int           // how often the store began to fail
	Cause        string        // of the first
}

// work reads a job, prints "ready", waits for a line, and prints a report.
func work(ctx context.Context, in io.Reader, out io.Writer) error {
	var j job
	lines := json.NewDecoder(in)
	if err := lines.Decode(&j); err != nil {
		return err
	}
	goredis.SetLogger(quiet{}) // each of its connection failures would be a line
	w, err := newWorker(&j)
	if err != nil {
		return err
	}
	defer w.close()
	if _, err = fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	var start bool
	if err := lines.Decode(&start); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := json.NewEncoder(out).Encode(w.work(ctx)); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in) // idle, until the other processes are done too
	return err
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

type worker struct {
	job     *job
	client  *http.Client
	limiter *ratelimit.Limiter
	watched *watched
	close   func()

	left atomic.Int64
	mu   sync.Mutex
	got  report
}

func newWorker(j *job) (*worker, error) {
	w := &worker{job: j, close: func() {}, got: report{Process: j.Process}}
	w.left.Store(int64(j.Calls))
	opts := []tripware.Option{tripware.WithRetry(
		retry.WithMaxRetries(100), retry.WithMaxElapsed(0), retry.WithoutBudget(),
	)}
	if err := w.limit(); err != nil {
		return nil, err
	}
	if w.limiter != nil {
		opts = append(opts, tripware.WithLimiter(w.limiter))
	}
	var err error
	w.client, err = tripware.New(opts...)
	return w, err
}

// limit sets the limiter.
func (w *worker) limit() error {
	switch w.job.Kind {
	case alone:
	case learning:
		w.limiter = ratelimit.NewLimiter()
	case divided:
		w.limiter = ratelimit.NewLimiter(ratelimit.WithRate(rate/processes, int(burst)/processes), ratelimit.WithMaxWait(0))
	case shared:
		return w.share(ratelimit.WithRate(rate, burst))
	case sharedAny:
		return w.share()
	default:
		return fmt.Errorf("unknown kind %q", w.job.Kind)
	}
	return nil
}

// share lets the limiter use the store.
func (w *worker) share(opts ...ratelimit.LimiterOption) error {
	rdb := goredis.NewClient(&goredis.Options{Addr: w.job.Redis, MaxRetries: -1, ContextTimeoutEnabled: true})
	var push []redis.Option
	if !w.job.Push {
		push = append(push, redis.WithoutPush())
	}
	store, err := redis.New(rdb, push...)
	if err != nil {
		return err
	}
	w.close = func() {
		_ = store.Close()
		_ = rdb.Close()
	}
	w.watched = &watched{Store: store, worker: w}
	var of ratelimit.Store = w.watched
	if w.job.Push {
		of = pushing{w.watched, store}
	}
	w.limiter = ratelimit.NewLimiter(append(opts, ratelimit.WithStore(of), ratelimit.WithSharing(ratelimit.Sharing{
		Members: fleetSize,
		Told: func(_ string, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.got.Downs++; w.got.Downs == 1 {
				w.got.Cause = err.Error()
			}
		},
	}))...)
	return nil
}

func (w *worker) work(ctx context.Context) report {
	begun := time.Now()
	var all sync.WaitGroup
	for range threads {
		all.Go(func() { w.send(ctx) })
	}
	all.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got.Took = time.Since(begun)
	if w.limiter != nil {
		for _, key := range w.limiter.Keys() {
			state, _ := w.limiter.Snapshot(key)
			w.got.Trips += state.Asks
		}
	}
	return w.got
}

// send makes calls until there are none left.
func (w *worker) send(ctx context.Context) {
	if w.job.Every > 0 {
		wait(ctx, rand.N(w.job.Every))
	}
	for w.left.Add(-1) >= 0 {
		next := time.Now().Add(w.job.Every)
		attempts, err := w.call(ctx)
		w.mu.Lock()
		w.got.Attempts += attempts
		if err == nil {
			w.got.Done++
		} else if w.got.Failed++; w.got.Failure == "" {
			w.got.Failure = err.Error()
		}
		w.mu.Unlock()
		if w.job.Every > 0 {
			wait(ctx, time.Until(next))
		}
	}
}

func (w *worker) call(ctx context.Context) (attempts int, err error) {
	ctx, call := transport.Begin(ctx)
	defer call.End()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.job.URL, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set(clientHeader, strconv.Itoa(w.job.Process))
	resp, err := w.client.Do(req)
	attempts = call.AttemptCount()
	if err != nil {
		return attempts, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return attempts, fmt.Errorf("status %s", resp.Status)
	}
	return attempts, nil
}
