package rttest_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"time"
)

func requestFaults() []fault {
	return []fault{
		{check: "request-untouched", races: true, wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			req.Proto = "HTTP/1.1 (seen)"
			return base.RoundTrip(req)
		})},
		{check: "request-arrays-untouched", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			c := *req
			c.Header = maps.Clone(req.Header) // its slices are still the caller's
			if c.Header != nil {
				c.Header["Via"] = append(c.Header["Via"], "1.1 rttest")
			}
			return base.RoundTrip(&c)
		})},
		{check: "request-kept-after", races: true, wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			c := *req
			c.Header = req.Header.Clone()
			resp, err := base.RoundTrip(&c)
			delete(c.Header, "X-Rttest")
			return resp, err
		})},
		{check: "request-arrives", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			c := *req
			c.Host = ""
			return base.RoundTrip(&c)
		})},
		{check: "request-late-trailer", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			return base.RoundTrip(req.Clone(req.Context()))
		})},
		{check: "request-nil-header", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			c := *req
			c.Header = req.Header.Clone()
			c.Header["X-Agent"] = []string{"rttest"}
			return base.RoundTrip(&c)
		})},
		{check: "request-nil-url", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			if req.URL.Host == "" {
				return nil, errors.New("no host")
			}
			return base.RoundTrip(req)
		})},
	}
}

// closing closes the request's body a second time if the result matches.
func closing(when func(req *http.Request, before error, err error) bool) func(http.RoundTripper) http.RoundTripper {
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		before := req.Context().Err()
		resp, err := base.RoundTrip(req)
		if req.Body != nil && when(req, before, err) {
			_ = req.Body.Close()
		}
		return resp, err
	})
}

type withoutDeadline struct{ context.Context }

func (withoutDeadline) Deadline() (time.Time, bool) { return time.Time{}, false }

func bodyFaults() []fault {
	return []fault{
		{check: "body-closed-on-success", wrap: closing(func(_ *http.Request, _, err error) bool { return err == nil })},
		{check: "body-closed-on-error", wrap: closing(func(_ *http.Request, _, err error) bool {
			_, broken := errors.AsType[*net.OpError](err)
			return broken
		})},
		{check: "body-closed-when-cancelled-before", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			if err := req.Context().Err(); err != nil {
				return nil, err // and the body stays open
			}
			return base.RoundTrip(req)
		})},
		{check: "body-closed-when-cancelled-meanwhile", wrap: closing(func(req *http.Request, before, _ error) bool {
			return before == nil && req.Context().Err() != nil
		})},
		{check: "cancel-passed-on", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			before := req.Context().Err()
			resp, err := base.RoundTrip(req)
			if err != nil && before == nil && req.Context().Err() != nil {
				err = errors.New("the server does not answer")
			}
			return resp, err
		})},
		{check: "context-passed-on", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			return base.RoundTrip(req.WithContext(withoutDeadline{req.Context()}))
		})},
	}
}

// slurp reads a whole response.
func slurp(resp *http.Response) (string, error) {
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}
