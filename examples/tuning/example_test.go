package tuning_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// search sends a POST that changes nothing, and so is safe to retry.
func search(ctx context.Context, client *http.Client, query string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(retry.Safe(ctx), http.MethodPost, "https://api.example.com/search", strings.NewReader(query))
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

// outcome says why a call failed.
func outcome(resp *http.Response, err error) string {
	switch {
	case errors.Is(err, ratelimit.ErrLimited):
		return "not sent: the limiter would have made it wait too long"
	case errors.Is(err, retry.ErrAttemptTimeout), errors.Is(err, retry.ErrCallTimeout):
		return "the server was too slow"
	case err != nil:
		return fmt.Sprint("no response; retries ended by: ", transport.CallOfError(err).Reason())
	case resp.StatusCode >= http.StatusBadRequest:
		return fmt.Sprint(resp.Status, "; retries ended by: ", transport.CallOf(resp).Reason())
	}
	return resp.Status
}

// all makes calls at the same time. When one fails, it ends the others, and returns the error.
func all(ctx context.Context, calls []func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	for _, call := range calls {
		group.Go(func() {
			if err := call(ctx); err != nil {
				cancel(err) // the first cause counts
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

func Example_all() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		code := map[string]int{"/gone": 404, "/busy": 503, "/well": 200}[req.URL.Path]
		return &http.Response{StatusCode: code, Status: fmt.Sprint(code), Body: http.NoBody, Request: req}, nil
	})
	client, err := tripware.New(worker(), tripware.WithBase(server))
	if err != nil {
		panic(err)
	}
	get := func(path string) func(context.Context) error {
		return func(ctx context.Context) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com"+path, nil)
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s", path, resp.Status)
			}
			return nil
		}
	}
	fmt.Println(all(context.Background(), []func(context.Context) error{get("/well"), get("/gone"), get("/busy")}))
	fmt.Println(all(context.Background(), []func(context.Context) error{get("/well"), get("/well")}))
	// Output:
	// /gone: 404
	// <nil>
}

func Example_safe() {
	answers := []int{503, 200}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		code := answers[0]
		answers = answers[1:]
		return &http.Response{StatusCode: code, Status: fmt.Sprint(code), Body: http.NoBody, Request: req}, nil
	})
	client, err := tripware.New(webRequest(), tripware.WithBase(server))
	if err != nil {
		panic(err)
	}
	resp, err := search(context.Background(), client, "disk")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(outcome(resp, err), "after", transport.CallOf(resp).AttemptCount(), "attempts")
	// Output: 200 after 2 attempts
}

func Example_outcome() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 429, Status: "429", Header: http.Header{"Retry-After": {"60"}}, Body: http.NoBody, Request: req}, nil
	})
	limiter := ratelimit.NewLimiter(ratelimit.WithMaxWait(500 * time.Millisecond))
	client, err := tripware.New(webRequest(), tripware.WithBase(server), tripware.WithLimiter(limiter))
	if err != nil {
		panic(err)
	}
	for range 2 {
		resp, err := client.Get("https://api.example.com/things")
		fmt.Println(outcome(resp, err))
		if err == nil {
			resp.Body.Close()
		}
	}
	// Output:
	// 429; retries ended by: hint too long
	// not sent: the limiter would have made it wait too long
}
