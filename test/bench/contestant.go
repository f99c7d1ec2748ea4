package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A contestant is one way to send requests.
type contestant struct {
	name   string
	module string // the path of its module; empty for the standard library
	setup  string // how it is set up, for the page

	// retry makes it with its retries and nothing else, full with everything that
	// [carried] lists as well. shipped makes it as its constructor does, with its
	// own base, to call a server. It cannot do what is nil.
	retry, full func(base http.RoundTripper, p policy) (client, error)
	shipped     func(server string) (client, error)

	// no429 means that it retries no 429 and has no option for it.
	no429 bool

	// traces means that it writes no header but that of a trace.
	traces bool
}

// A client is a contestant that is ready to send. Its functions read the response
// to its end, close it and return its status.
type client struct {
	get  func(ctx context.Context, url string) (int, error)
	send func(ctx context.Context, method, url string, b body) (int, error)
}

// A policy is how a contestant retries responses with status 429 and 503.
type policy struct {
	max   int           // retries after the first attempt
	first time.Duration // the first wait, or its upper end; 0 means no waits
	most  time.Duration // the longest wait

	always bool   // every call is retried: POST too, and beyond any budget of retries
	origin string // where the key may be sent; empty means memoryOrigin
}

// noWaits is the policy where work is measured and not patience.
func noWaits() policy { return policy{max: 3} }

// contestants are all that are compared: by hand, ours, and other modules.
func contestants() []contestant {
	return []contestant{
		byHand(), oneCopy(), ours(), heimdallClient(), rehttpTransport(), retryableClient(), failsafeTransport(),
		azcorePipeline(), restyV2(), restyV3(), otelTransport(),
	}
}

// The names of rows that the limits refer to.
const (
	nameBare     = "bare http.Client"
	nameByHand   = "headers set by hand"
	nameOneCopy  = "one copy by hand"
	nameOurs     = "tripware"
	nameAround   = "tripware, retry around a base"
	nameLogged   = "tripware, JSON log on"
	nameObserved = "tripware, an observer on each channel"
	nameRehttp   = "rehttp"
	nameSDK      = "opsgenie-go-sdk-v2"
	nameTyped    = "tripware services/opsgenie"
	nameWritten  = "net/http and encoding/json by hand"
)

// doer is what http.Client has, and clients like it.
type doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// standard returns a client that sends requests of net/http.
func standard(d doer) client {
	return client{
		get: func(ctx context.Context, url string) (int, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
			if err != nil {
				return 0, err
			}
			return finish(d.Do(req))
		},
		send: func(ctx context.Context, method, url string, b body) (int, error) {
			req, err := b.request(ctx, method, url)
			if err != nil {
				return 0, err
			}
			return finish(d.Do(req))
		},
	}
}

// above returns a client of net/http on a round tripper.
func above(rt http.RoundTripper) client { return standard(&http.Client{Transport: rt}) }

// finish reads a response to its end.
func finish(resp *http.Response, err error) (int, error) {
	if resp == nil {
		if err == nil {
			err = errors.New("bench: neither a response nor an error")
		}
		return 0, err
	}
	_, errRead := io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, errors.Join(err, errRead, resp.Body.Close())
}

// ok returns an error for any status but 200, so that a call that fails early
// does not count as a fast one.
func ok(status int, err error) error {
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("bench: status %d instead of 200", status)
	}
	return err
}

// gets returns a call of c that reads from memory.
func (c client) gets() func(ctx context.Context) error {
	return func(ctx context.Context) error { return ok(c.get(ctx, memoryURL)) }
}
