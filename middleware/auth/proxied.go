package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/transport"
)

// errProxied is returned for a request that would send a credential in the clear through a
// proxy.
var errProxied = errors.New("a proxy could read the credential, because the request is plain http: " +
	"exclude the origin with NoProxy, or allow it with auth.WithPlainHTTP")

// baseBelow returns the base below rt, if it can be found and the origin is http.
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

// proxied reports whether the base would send req through a proxy. If its Proxy function
// fails, the base will not send the request.
func (s *signer) proxied(req *http.Request) bool {
	if s.base.Proxy == nil {
		return false
	}
	via, err := s.base.Proxy(req)
	return err == nil && via != nil
}

// proxyFault returns an error if requests to an http origin go through a proxy. It can
// only try a request to the origin; a Proxy function may depend on more than that.
func (s *signer) proxyFault() (fault error) {
	if s.base == nil || s.plain {
		return nil
	}
	defer func() {
		if recover() != nil {
			fault = nil // each request is checked later anyway
		}
	}()
	target := &url.URL{Scheme: s.at.scheme, Host: s.at.written, Path: "/"}
	if s.proxied(&http.Request{Method: http.MethodGet, URL: target, Host: target.Host, Header: http.Header{}}) {
		return fmt.Errorf("auth: origin %q: %w", s.at, errProxied)
	}
	return nil
}
