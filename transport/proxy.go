package transport

import (
	"errors"
	"net/http"

	"github.com/tripware/tripware/internal/proxy"
)

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
