package rttest_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
)

func answerFaults() []fault {
	return []fault{
		{check: "error-comes-through", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			if err != nil && req.Context().Err() == nil {
				err = fmt.Errorf("send: %v", err) //nolint:errorlint // that is the fault
			}
			return resp, err
		})},
		{check: "status-is-no-error", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode >= 500 && resp.Body != nil {
				_ = resp.Body.Close()
				return nil, errors.New(resp.Status)
			}
			return resp, err
		})},
		{check: "redirect-not-followed", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			if err != nil || resp == nil || resp.Header.Get("Location") == "" {
				return resp, err
			}
			_ = resp.Body.Close()
			next := req.Clone(req.Context())
			if next.URL, err = req.URL.Parse(resp.Header.Get("Location")); err != nil {
				return nil, err
			}
			return base.RoundTrip(next)
		})},
		{check: "no-cookies-kept", wrap: keepingCookies},
		{check: "sent-once", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode == http.StatusServiceUnavailable && req.Body == nil && resp.Body != nil {
				_ = resp.Body.Close()
				return base.RoundTrip(req)
			}
			return resp, err
		})},
		{check: "survives-a-bad-base", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			if err == nil && resp.StatusCode == http.StatusTeapot {
				return resp, nil
			}
			return resp, err
		})},
		{check: "panic-reaches-the-caller", wrap: doing(func(req *http.Request, base http.RoundTripper) (resp *http.Response, err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic: %v", p)
				}
			}()
			return base.RoundTrip(req)
		})},
		{check: "panic-leaves-no-lock", wrap: oneAtATime},
	}
}

func keepingCookies(base http.RoundTripper) http.RoundTripper {
	var mu sync.Mutex
	var kept []string
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		mu.Lock()
		c := *req
		if len(kept) > 0 {
			c.Header = req.Header.Clone()
			c.Header["Cookie"] = kept
		}
		mu.Unlock()
		resp, err := base.RoundTrip(&c)
		if err == nil && resp != nil && resp.Header["Set-Cookie"] != nil {
			mu.Lock()
			kept = resp.Header["Set-Cookie"]
			mu.Unlock()
		}
		return resp, err
	})(base)
}

// oneAtATime lets one request pass at a time, and never releases its lock after a panic.
func oneAtATime(base http.RoundTripper) http.RoundTripper {
	var once sync.Once
	var turn chan struct{}
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		once.Do(func() { turn = make(chan struct{}, 1) })
		select {
		case turn <- struct{}{}:
		case <-req.Context().Done():
			if req.Body != nil {
				_ = req.Body.Close()
			}
			return nil, req.Context().Err()
		}
		resp, err := base.RoundTrip(req)
		<-turn
		return resp, err
	})(base)
}

// half corrects only some faults of a base.
func half(nothing, both, response bool) func(http.RoundTripper) http.RoundTripper {
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		resp, err := base.RoundTrip(req)
		switch {
		case err == nil && resp == nil && nothing:
			return nil, errors.New("the base returned nothing")
		case err != nil && resp != nil && both:
			_ = resp.Body.Close()
			return nil, err
		case err == nil && resp != nil && response:
			if resp.Body == nil {
				resp.Body = http.NoBody
			}
			if resp.Request == nil {
				resp.Request = req
			}
		}
		return resp, err
	})
}
