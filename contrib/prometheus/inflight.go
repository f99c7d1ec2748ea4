package prometheus

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tripware/tripware/transport/layer"
)

// InFlight is a middleware that counts the calls that run: those that have begun and have
// neither a response nor an error. Events cannot tell that, since they are published when
// something has ended. Place it above the retry loop: tripware.PerCall(c.InFlight).
func (c *Collector) InFlight(next http.RoundTripper) http.RoundTripper {
	return &inFlight{Link: layer.NewLink("prometheus.inflight", layer.AtCall, next, c.fault), collector: c}
}

type inFlight struct {
	layer.Link

	collector *Collector
}

func (f *inFlight) RoundTrip(req *http.Request) (*http.Response, error) {
	if fault := f.Fault(); fault != nil {
		return nil, layer.Refuse(req, fault)
	}
	running := f.collector.inFlight.of(values{f.collector.hosts.label(target(req))})
	running.Inc()
	defer running.Dec()
	return f.Send(req)
}

// target returns the host of a request as an event has it.
func target(req *http.Request) word {
	if req.URL == nil {
		return word{}
	}
	scheme := strings.ToLower(req.URL.Scheme)
	port, err := strconv.ParseUint(req.URL.Port(), 10, 16)
	if err != nil {
		port = 0
	}
	return hostOf(scheme, strings.ToLower(req.URL.Hostname()), int(port))
}
