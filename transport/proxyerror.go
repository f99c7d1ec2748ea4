package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A ProxyError says that a proxy could not be reached, or refused to open a
// tunnel (CONNECT, or the request of socks) to a host, so that nothing of the
// request was sent to that host. A Status of 407 means that the proxy wants other
// credentials. Callers find it with errors.AsType. What a proxy answers to a
// request for an http host is a response like any other.
//
// A refused CONNECT is a ProxyError wherever the transport comes from [NewBase] or
// [CloneBase]; a proxy that could not be reached is one below a [Chain] only.
type ProxyError struct {
	Status int    // of the proxy's response to CONNECT, not 200; 0 if there was none
	Proxy  string // protocol://host:port, without credentials
	Target string // host:port
	Err    error  // what failed if Status is 0; else what the cloned transport's own OnProxyConnectResponse returned, or nil
}

// Error names proxy, target, status and cause, and no credentials. The status text
// is the standard one: a proxy's own could repeat what it was sent.
func (e *ProxyError) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("transport: connect to %s through proxy %s: %s", e.Target, e.Proxy, proxyCause(e.Err))
	}
	s := fmt.Sprintf("transport: proxy %s refused CONNECT %s: %d %s", e.Proxy, e.Target, e.Status, http.StatusText(e.Status))
	s = strings.TrimSuffix(s, " ")
	if e.Status == http.StatusProxyAuthRequired {
		s += " (check its username and password)"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns Err.
func (e *ProxyError) Unwrap() error { return e.Err }

// proxyCause leaves out what net/http says of the proxy, since Error says more.
func proxyCause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && proxyOp(op) && op.Err != nil {
		err = op.Err
	}
	if err == nil {
		return "unknown error"
	}
	return err.Error()
}

func proxyOp(op *net.OpError) bool { return op.Op == "proxyconnect" || op.Op == "socks connect" }

// namedProxy returns err with the proxy's name if the way to a proxy of base is
// what failed. The proxy is asked for once more: a Proxy function of the caller's
// that chooses another one each time makes the name a wrong one.
func namedProxy(base http.RoundTripper, req *http.Request, err error) error {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || !proxyOp(op) {
		return err
	}
	if _, named := errors.AsType[*ProxyError](err); named { // by a chain below
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
	return &ProxyError{Proxy: proxyName(via), Target: proxyTarget(req.URL), Err: err}
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

// proxyName returns u without its credentials, always with a port.
func proxyName(u *url.URL) string { return u.Scheme + "://" + proxyTarget(u) }

func proxyTarget(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	port := proxyDefaultPort(u.Scheme)
	if port == 0 {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
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
		if _, told := errors.AsType[*ProxyError](err); told || resp.StatusCode == http.StatusOK {
			return err // told: the clone of a base of ours
		}
		return &ProxyError{Status: resp.StatusCode, Proxy: proxyName(proxyURL), Target: req.Host, Err: err}
	}
}
