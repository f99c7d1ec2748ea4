// Observers subscribes two observers to the metrics of a client: one writes the events
// of all channels as JSON lines, and the other counts the events of the HTTP channel.
// Two clients that are given the same publishers share them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
)

func main() {
	api := httptest.NewServer(throttlesOnce())
	defer api.Close()

	publishers := metrics.NewPublishers()
	everything := metrics.ObserverFunc(writeLine)
	publishers.API.Subscribe(everything, metrics.WithBodies(4<<10))
	unsubscribe := publishers.HTTP.Subscribe(everything)
	var throttled atomic.Int64
	publishers.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) {
		if e.StatusCode == http.StatusTooManyRequests {
			throttled.Add(1)
		}
	}))

	var counts tally
	publishers.Call.Subscribe(metrics.On(counts.add))

	client, err := tripware.New(tripware.WithMetrics(publishers), tripware.WithRetry(retry.WithBaseDelay(0)))
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	call(client, api.URL+"/things/1")
	unsubscribe()
	call(client, api.URL+"/things/2")
	fmt.Println("throttled attempts:", throttled.Load())
	fmt.Printf("%.1f requests for each success, the slowest call took %v\n",
		float64(counts.requests)/float64(counts.successes), counts.slowest.Duration.Round(time.Millisecond))
}

// A tally sums calls up, and keeps the slowest one.
type tally struct {
	mu                  sync.Mutex
	requests, successes int
	slowest             metrics.CallEvent
}

func (t *tally) add(_ context.Context, e metrics.CallEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests += e.Attempts
	if e.Outcome == metrics.OutcomeSuccess {
		t.successes++
	}
	if e.Duration > t.slowest.Duration {
		t.slowest = e // its TransactionID finds the call in logs and on the page of live calls
	}
}

// writeLine prints an event as JSON, without the parts that differ in each run.
func writeLine(_ context.Context, e metrics.Event) {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	var line map[string]any
	if err := json.Unmarshal(text, &line); err != nil {
		panic(err)
	}
	for _, name := range []string{"transactionId", "duration", "request"} {
		delete(line, name)
	}
	if text, err = json.Marshal(line); err != nil {
		panic(err)
	}
	fmt.Println(e.Channel(), string(text))
}

func call(client *http.Client, url string) {
	resp, err := client.Get(url)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		panic(err)
	}
}

func throttlesOnce() http.HandlerFunc {
	var asked atomic.Bool
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "request-1")
		if asked.CompareAndSwap(false, true) {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, `{"name":"disk","apiKey":"never shown"}`)
	}
}
