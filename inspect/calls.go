package inspect

import (
	"net/http"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// Calls returns the layer that sees the calls. Give it to tripware.WithTracing; in a chain of
// your own, place it above the logs of calls and the retry loop. Each round trip of the chain
// is a call of its own, so a typed call may have several.
//
// A call ends when its response's body is read to the end or closed. The layer reads no body,
// and never changes the outcome.
func (i *Inspector) Calls() transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &calls{Link: layer.NewLink("inspect.calls", layer.AtTrace, next, i.fault), in: i}
	}
}

type calls struct {
	layer.Link

	in *Inspector
}

func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.Fault() != nil {
		return nil, layer.Refuse(req, c.Fault())
	}
	t := c.in.begin(req)
	returned := false
	defer func() {
		if !returned { // a layer below panicked
			c.in.abandon(t)
		}
	}()
	resp, err := c.Send(req)
	returned = true
	size, held := t.head(&c.in.config, req, resp, err)
	if err != nil || !hasBody(resp) {
		c.in.finish(t, size)
	} else {
		resp.Body = c.in.reader(t, held, req, resp)
		c.in.read(t, size)
	}
	return resp, err
}
