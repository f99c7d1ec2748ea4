package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/transport"
)

// errProxied is why a request with a credential is not sent in clear through a proxy.
var errProxied = errors.New("the request would go in clear through a proxy, which could read the credential: " +
	"reach the origin without the proxy (NoProxy), or allow it by auth.WithPlainHTTP")

// baseBelow returns the base that rt leads to, as far as it is known, where it could
// send a credential in clear.
func baseBelow(rt http.RoundTripper, to *origin) *http.Transport {
	if to.scheme != "http" {
		return nil
	}
	for _, below := range transport.Layers(rt) {
		if base, ok := below.(*http.Transport); ok {
			return base
		}
	}
	return nil
}

// proxied reports whether the base would send req through a proxy. Where its Proxy
// function fails, the base sends nothing either.
func (s *signer) proxied(req *http.Request) bool {
	if s.base.Proxy == nil {
		return false
	}
	via, err := s.base.Proxy(req)
	return err == nil && via != nil
}

// proxyFault reports a proxy that the requests of an http origin go through, as far
// as can be told without one: a Proxy function may want more than the origin.
func (s *signer) proxyFault() (fault error) {
	if s.base == nil || s.plain {
		return nil
	}
	defer func() {
		if recover() != nil {
			fault = nil // each request is asked for anyway
		}
	}()
	target := &url.URL{Scheme: s.at.scheme, Host: s.at.written, Path: "/"}
	if s.proxied(&http.Request{Method: http.MethodGet, URL: target, Host: target.Host, Header: http.Header{}}) {
		return fmt.Errorf("auth: origin %q: %w", s.at, errProxied)
	}
	return nil
}
