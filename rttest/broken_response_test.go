package rttest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tripware/tripware/rttest"
)

// changing returns a decorator that calls f on each response with a body.
func changing(f func(resp *http.Response) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		resp, err := base.RoundTrip(req)
		if err != nil || resp == nil || resp.Body == nil {
			return resp, err
		}
		return f(resp)
	})
}

type closedTwice struct{ io.ReadCloser }

func (c closedTwice) Close() error {
	_ = c.ReadCloser.Close()
	return c.ReadCloser.Close()
}

// withoutTrace hides the hooks of httptrace.
type withoutTrace struct{ context.Context }

func (w withoutTrace) Value(key any) any {
	if key != nil && reflect.TypeOf(key).PkgPath() == "net/http/httptrace" {
		return nil
	}
	return w.Context.Value(key)
}

func responseFaults() []fault {
	return []fault{
		{check: "response-untouched", wrap: changing(func(resp *http.Response) (*http.Response, error) {
			resp.Uncompressed = false
			return resp, nil
		})},
		{check: "response-request-set", wrap: changing(func(resp *http.Response) (*http.Response, error) {
			resp.Request = nil
			return resp, nil
		})},
		{check: "response-body-unread", wrap: changing(func(resp *http.Response) (*http.Response, error) {
			if resp.StatusCode == http.StatusSwitchingProtocols {
				return resp, nil
			}
			body, err := slurp(resp)
			if err != nil {
				return nil, err
			}
			resp.Body = io.NopCloser(strings.NewReader(body))
			return resp, nil
		})},
		{check: "response-body-readable", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			ctx, cancel := context.WithCancel(req.Context())
			defer cancel() // and the body is cut off
			return base.RoundTrip(req.WithContext(ctx))
		}), also: []string{"trailers-come-through", "concurrent-http1", "concurrent-http2", "same-request-twice", "idle-connections-stay",
			"early-response-comes-through"}},
		{check: "response-body-closed-once", wrap: changing(func(resp *http.Response) (*http.Response, error) {
			if resp.StatusCode != http.StatusSwitchingProtocols {
				resp.Body = closedTwice{resp.Body}
			}
			return resp, nil
		})},
		{check: "trailers-come-through", wrap: changing(func(resp *http.Response) (*http.Response, error) {
			c := *resp
			return &c, nil
		})},
		{check: "informational-responses-seen", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			return base.RoundTrip(req.WithContext(withoutTrace{req.Context()}))
		})},
		{check: "upgrade-stays-writable", wrap: changing(func(resp *http.Response) (*http.Response, error) {
			resp.Body = struct{ io.ReadCloser }{resp.Body}
			return resp, nil
		})},
	}
}

// elsewhere unwraps to another round tripper than its base.
type elsewhere struct{ passing }

func (*elsewhere) Unwrap() http.RoundTripper { return http.DefaultTransport }

func connectionFaults() []fault {
	concurrent := []string{"concurrent-http1", "concurrent-http2", "same-request-twice"}
	return []fault{
		{check: "idle-close-reaches-base", wrap: func(base http.RoundTripper) http.RoundTripper {
			return struct{ http.RoundTripper }{base}
		}},
		{check: "idle-connections-stay", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			if c, ok := base.(interface{ CloseIdleConnections() }); ok && err != nil {
				c.CloseIdleConnections()
			}
			return resp, err
		})},
		{check: "unwrap-leads-to-base", options: []rttest.Option{rttest.Unwraps()}, wrap: func(base http.RoundTripper) http.RoundTripper {
			return &elsewhere{passing{base}}
		}},
		{check: "concurrent-http1", wrap: oneCaller(1), also: concurrent},
		{check: "concurrent-http2", wrap: oneCaller(2)},
		{check: "same-request-twice", wrap: eachOnce},
		{check: "goroutines-end", wrap: doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			type answer struct {
				resp *http.Response
				err  error
			}
			answered := make(chan answer) // without room: who comes late blocks for ever
			go func() {
				resp, err := base.RoundTrip(req)
				answered <- answer{resp, err}
			}()
			select {
			case a := <-answered:
				return a.resp, a.err
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		})},
	}
}

// oneCaller refuses a call while another is running, with one version of HTTP.
func oneCaller(version int) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper {
		var busy atomic.Int32
		return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			defer busy.Add(-1)
			others := busy.Add(1) - 1
			resp, err := base.RoundTrip(req)
			if err == nil && resp != nil && others > 0 && resp.ProtoMajor == version {
				_ = resp.Body.Close()
				return nil, errors.New("another call is under way")
			}
			return resp, err
		})(base)
	}
}

// eachOnce refuses a request that is already being sent.
func eachOnce(base http.RoundTripper) http.RoundTripper {
	var under sync.Map
	return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
		if _, twice := under.LoadOrStore(req, true); twice {
			return nil, errors.New("this request is under way")
		}
		defer under.Delete(req)
		return base.RoundTrip(req)
	})(base)
}

func guardFaults() []fault {
	guards := []rttest.Option{rttest.Guards()}
	return []fault{
		{check: "guards-nothing", wrap: half(false, true, true), options: guards},
		{check: "guards-both", wrap: half(true, false, true), options: guards},
		{check: "guards-response", wrap: half(true, true, false), options: guards},
	}
}
