package network

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/internal/proxy"
)

// A ProxyError reports that a proxy could not be reached, or refused to open a tunnel to
// a host (by CONNECT or SOCKS). No part of the request was sent to the host. Use
// errors.AsType to find it. A proxy's response to a request for an http host is an
// ordinary response, not a ProxyError.
//
// Its fields are
//
//	Status int    // of the proxy's response to CONNECT, never 200; 0 if there was no response
//	Proxy  string // protocol://host:port, without credentials
//	Target string // host:port
//	Err    error  // the cause if Status is 0; else the error of the transport's own OnProxyConnectResponse, or nil
//
// A Status of 407 means that the proxy requires other credentials. The methods NotSent
// and Retryable make a retry loop retry the request, whatever its method, unless the
// proxy refused it with a status below 500.
//
// Transports from [New] and [Clone] return a ProxyError for a refused CONNECT. For a proxy
// that could not be reached, only the Chain of package transport returns one, since it
// asks the base for the proxy's name.
type ProxyError = proxy.Error

type connectHook = func(ctx context.Context, proxyURL *url.URL, req *http.Request, resp *http.Response) error

// refusal returns a hook that calls next, if it is not nil, and then turns a refused
// CONNECT into a *ProxyError.
func refusal(next connectHook) connectHook {
	return func(ctx context.Context, proxyURL *url.URL, req *http.Request, resp *http.Response) error {
		var err error
		if next != nil {
			err = next(ctx, proxyURL, req, resp)
		}
		if _, told := errors.AsType[*ProxyError](err); told || resp.StatusCode == http.StatusOK {
			return err // told: next is another refusal, in the clone of a transport from New
		}
		return &ProxyError{Status: resp.StatusCode, Proxy: proxy.Name(proxyURL), Target: req.Host, Err: err}
	}
}
