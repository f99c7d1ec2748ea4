package transport

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
// Its Status is that of the proxy's response to CONNECT, which was not 200, or 0 if
// there was none; 407 means that the proxy wants other credentials. Its Proxy is
// protocol://host:port, without credentials, and its Target host:port. Its Err is
// what failed if Status is 0; else what the cloned transport's own
// OnProxyConnectResponse returned, or nil.
//
// A refused CONNECT is a ProxyError wherever the transport comes from [NewBase] or
// [CloneBase]; a proxy that could not be reached is one below a [Chain] only. Its
// methods NotSent and Retryable tell a retry loop what to do: to repeat the request,
// whatever its method, unless the proxy refused it with a status below 500.
type ProxyError = proxy.Error

// namedProxy returns err with the proxy's name if the way to a proxy of base is
// what failed. The proxy is asked for once more: a Proxy function of the caller's
// that chooses another one each time makes the name a wrong one.
func namedProxy(base http.RoundTripper, req *http.Request, err error) error {
	if !proxy.Unreached(err) {
		return err
	}
	if _, named := errors.AsType[*proxy.Error](err); named { // by a chain below
		return err
	}
	t := transportBelow(base)
	if t == nil || t.Proxy == nil {
		return err
	}
	via, none := t.Proxy(req)
	if none != nil || via == nil {
		return err
	}
	return &proxy.Error{Proxy: proxy.Name(via), Target: proxy.Address(req.URL), Err: err}
}

func transportBelow(rt http.RoundTripper) *http.Transport {
	for depth := 0; rt != nil && depth < maxLayers; depth++ {
		if t, ok := rt.(*http.Transport); ok {
			return t
		}
		rt = Unwrap(rt)
	}
	return nil
}

type proxyConnectHook = func(ctx context.Context, proxyURL *url.URL, req *http.Request, resp *http.Response) error

// proxyRefusal returns a hook that turns a refused CONNECT into a *ProxyError,
// after next, if there is one, had its say.
func proxyRefusal(next proxyConnectHook) proxyConnectHook {
	return func(ctx context.Context, proxyURL *url.URL, req *http.Request, resp *http.Response) error {
		var err error
		if next != nil {
			err = next(ctx, proxyURL, req, resp)
		}
		if _, told := errors.AsType[*proxy.Error](err); told || resp.StatusCode == http.StatusOK {
			return err // told: the clone of a base of ours
		}
		return &proxy.Error{Status: resp.StatusCode, Proxy: proxy.Name(proxyURL), Target: req.Host, Err: err}
	}
}
