package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A Contestant is one way to send requests.
type Contestant struct {
	Name   string
	Module string // path of its module; empty: the standard library
	Setup  string // how it is set up, and what "full" is made of

	// Retry makes it with its retries and nothing else, Full with all that
	// [Carried] lists as well. Shipped makes it as its constructor does, on a base
	// of its own choice, to call a server. Nil says that there is no such thing.
	Retry, Full func(base http.RoundTripper, policy Policy) (Client, error)
	Shipped     func(server string) (Client, error)

	// Hedges says that what it sends again it sends without waiting for an answer,
	// so that it takes no part where answers are retried.
	Hedges bool

	// Deaf says that it retries no 429, which it cannot be told either.
	Deaf bool

	// Observes says that it writes no headers but a trace's.
	Observes bool
}

// A Client is a contestant that is ready to send.
type Client struct {
	// Get sends a GET, reads the answer to its end, closes it, and returns its status.
	Get func(ctx context.Context, url string) (int, error)

	// Put sends a body in the way that the contestant documents for one that can
	// be read again.
	Put func(ctx context.Context, url string, body Upload) (int, error)
}

// A Policy is how a contestant retries. Each knows answers with 429 and 503, as
// far as it lets itself be told.
type Policy struct {
	Max   int           // retries after the first attempt
	First time.Duration // the first wait, or its ceiling; 0: no waits
	Most  time.Duration // the longest

	// Endless says that every call is retried, which a budget of retries would end.
	Endless bool

	// Origin is where a key may go that is bound to an origin; empty means memory's.
	Origin string
}

// noWaits is the policy of subjects that measure work.
func noWaits() Policy { return Policy{Max: 3} }

// Contestants are all that are compared: what one writes by hand, ours, and the
// others; last the one that leaves timers behind.
func Contestants() []Contestant {
	return []Contestant{
		byHand(), tripwareChain(), heimdallClient(), rehttpTransport(), retryableClient(), failsafeTransport(),
		azcorePipeline(), restyV2(), restyV3(), otelTransport(), hedgedTransport(),
	}
}

// doer is what http.Client and clients like it have.
type doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// standard returns a Client for whoever takes requests of net/http.
func standard(d doer) Client {
	return Client{
		Get: func(ctx context.Context, url string) (int, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
			if err != nil {
				return 0, err
			}
			return finish(d.Do(req))
		},
		Put: func(ctx context.Context, url string, body Upload) (int, error) {
			req, err := body.request(ctx, url)
			if err != nil {
				return 0, err
			}
			return finish(d.Do(req))
		},
	}
}

// above puts a Client of net/http on a round tripper.
func above(rt http.RoundTripper) Client { return standard(&http.Client{Transport: rt}) }

// finish reads an answer to its end.
func finish(resp *http.Response, err error) (int, error) {
	if resp == nil {
		if err == nil {
			err = errors.New("bench: neither an answer nor an error")
		}
		return 0, err
	}
	_, errRead := io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, errors.Join(err, errRead, resp.Body.Close())
}

// ok turns any status but 200 into an error: what fails fast must not look fast.
func ok(status int, err error) error {
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("bench: status %d instead of 200", status)
	}
	return err
}
