package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"syscall"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// The record of a call that is throttled, then loses its connection, then is redirected, and
// then succeeds. In the output, durations are omitted because they differ from run to run,
// and each attempt has a line.
func ExampleCall_String() {
	answers := []int{http.StatusTooManyRequests, 0, http.StatusFound, http.StatusOK}
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		status := answers[0]
		answers = answers[1:]
		if status == 0 {
			return nil, syscall.ECONNRESET
		}
		header := http.Header{"X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"3"}}
		if status == http.StatusFound {
			header.Set("Location", "https://eu.example.com/v2/alerts")
		}
		return &http.Response{StatusCode: status, Header: header, Body: http.NoBody}, nil
	})
	rt := transport.Chain(server, transport.Identity(), retry.New(retry.WithBaseDelay(0)), ratelimit.New(nil))
	client := &http.Client{Transport: rt}
	ctx := transport.WithTransactionID(context.Background(), "7f3a")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/v2/alerts?apiKey=secret", http.NoBody)
	if err != nil {
		panic(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	times := regexp.MustCompile(`(in|waited) [0-9.]+(ns|µs|ms|s)`)
	text := times.ReplaceAllString(transport.CallOf(resp).String(), "$1 …")
	fmt.Println(strings.NewReplacer("; ", ";\n", " -> ", " ->\n").Replace(text))
	// Output:
	// call 7f3a: GET https://api.example.com/v2/alerts?apiKey=***: 302 after 3 attempts in …: #1 429 in …, waited … (backoff: status 429);
	// #2 connection reset by peer in …, waited … (backoff: broken connection);
	// #3 302 in … ->
	// GET https://eu.example.com/v2/alerts: 200 after 1 attempt in …;
	// rate limit 3 of 100 left
}

func ExampleCall_MarshalJSON() {
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}, nil
	})
	client := &http.Client{Transport: transport.Chain(server, transport.Identity())}
	resp, err := client.Get("https://api.example.com/v2/alerts/7")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	data, err := json.Marshal(transport.CallOf(resp))
	if err != nil {
		panic(err)
	}
	var form struct {
		Method   string
		URL      string
		Status   int
		Attempts []struct{ Attempt, Status int }
	}
	if err := json.Unmarshal(data, &form); err != nil {
		panic(err)
	}
	fmt.Printf("%+v\n", form)
	// Output: {Method:GET URL:https://api.example.com/v2/alerts/7 Status:404 Attempts:[{Attempt:1 Status:404}]}
}
