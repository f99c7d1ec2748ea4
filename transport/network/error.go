package network

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/internal/proxy"
)

// A ProxyError says that a proxy could not be reached, or refused to open a
// tunnel (CONNECT, or the request of socks) to a host, so that nothing of the
// request was sent to that host. Callers find it with errors.AsType. What a proxy
// answers to a request for an http host is a response like any other.
//
// Its fields are
//
//	Status int    // of the proxy's response to CONNECT, not 200; 0 if there was none
//	Proxy  string // protocol://host:port, without credentials
//	Target string // host:port
//	Err    error  // what failed if Status is 0; else what the cloned transport's own OnProxyConnectResponse returned, or nil
//
// A Status of 407 means that the proxy wants other credentials. The methods NotSent
// and Retryable tell a retry loop what to do: to repeat the request, whatever its
// method, unless the proxy refused it with a status below 500.
//
// A refused CONNECT is a ProxyError wherever the transport comes from [New] or
// [Clone]; a proxy that could not be reached is one only below the Chain of package
// transport, which asks the base for the proxy's name.
type ProxyError = proxy.Error

type connectHook = func(ctx context.Context, proxyURL *url.URL, req *http.Request, resp *http.Response) error

// refusal returns a hook that turns a refused CONNECT into a *ProxyError, after
// next, if there is one, had its say.
func refusal(next connectHook) connectHook {
	return func(ctx context.Context, proxyURL *url.URL, req *http.Request, resp *http.Response) error {
		var err error
		if next != nil {
			err = next(ctx, proxyURL, req, resp)
		}
		if _, told := errors.AsType[*ProxyError](err); told || resp.StatusCode == http.StatusOK {
			return err // told: the clone of a base of ours
		}
		return &ProxyError{Status: resp.StatusCode, Proxy: proxy.Name(proxyURL), Target: req.Host, Err: err}
	}
}
