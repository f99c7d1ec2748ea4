package bench

import (
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// oneCopy is the least that the work can cost: one round tripper that does it all
// with a single copy of the request. It keeps no record of the call, knows no
// hints, budget, deadline, broken connection or endless body, and is a reference only.
func oneCopy() contestant {
	return contestant{
		name:  nameOneCopy,
		setup: "one round tripper that retries and carries everything with a single copy of the request; a reference, not a client",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return above(&repeater{next: base, max: p.max}), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			return above(&repeater{next: base, max: p.max, meter: newMeter()}), nil
		},
	}
}

// A repeater retries 429 and 503 at once. With a meter it also signs and meters.
type repeater struct {
	next  http.RoundTripper
	max   int
	meter *meter
}

func (r *repeater) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req
	if r.meter != nil {
		sent = signedCopy(req)
	}
	for retries := 0; ; retries++ {
		resp, err := r.attempt(sent)
		if err != nil || retries == r.max || !retryable(resp.StatusCode) {
			return resp, err
		}
		drop(resp)
		if sent.GetBody != nil {
			body, err := sent.GetBody()
			if err != nil {
				return nil, err
			}
			again := *sent
			again.Body = body
			sent = &again
		}
	}
}

func (r *repeater) attempt(req *http.Request) (*http.Response, error) {
	if r.meter == nil {
		return r.next.RoundTrip(req)
	}
	begin := time.Now()
	resp, err := r.next.RoundTrip(req)
	r.meter.attempt(req.Context(), begin, resp)
	return resp, err
}

// signedCopy copies the struct and the header map, and shares the header's values.
func signedCopy(req *http.Request) *http.Request {
	const added = 3
	signed := *req
	signed.Header = make(http.Header, len(req.Header)+added)
	maps.Copy(signed.Header, req.Header)
	values := []string{signature, userAgent, uuid.NewString()}
	signed.Header[headerAuth] = values[0:1:1]
	signed.Header[headerAgent] = values[1:2:2]
	signed.Header[headerTransaction] = values[2:3:3]
	return &signed
}

// drop reads a body to its end and closes it.
func drop(resp *http.Response) {
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

// retryable reports whether a status is one of those that are retried.
func retryable(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}
