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
	"sync/atomic"

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

	client, err := tripware.New(tripware.WithMetrics(publishers), tripware.WithRetry(retry.WithBaseDelay(0)))
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	call(client, api.URL+"/things/1")
	unsubscribe()
	call(client, api.URL+"/things/2")
	fmt.Println("throttled attempts:", throttled.Load())
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
