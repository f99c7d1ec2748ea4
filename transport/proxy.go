package transport

import (
	"errors"
	"net/http"

	"github.com/tripware/tripware/internal/proxy"
)

// namedProxy returns err with the name of the proxy of base, if that proxy could not be
// reached. It calls the transport's Proxy function again, so the name is wrong if that
// function returns a different proxy each time.
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
