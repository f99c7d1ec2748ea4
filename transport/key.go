package transport

import (
	"net/http"
	"strings"
	"time"
)

// HostKey returns the host of the request's URL, the same for every way to spell it: in lower
// case, without a trailing dot, and without the default port of the scheme. It is the default
// key of limiters, bulkheads and circuit breakers. Without a URL it is empty.
func HostKey(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	whole := strings.ToLower(req.URL.Host)
	name, port := whole, ""
	if i := strings.LastIndexByte(whole, ':'); i > strings.LastIndexByte(whole, ']') { // else it is part of an IPv6 address
		name, port = whole[:i], whole[i:]
	}
	bare := strings.TrimSuffix(name, ".")
	switch {
	case port == ":", port == ":80" && req.URL.Scheme == "http", port == ":443" && req.URL.Scheme == "https":
		return bare
	case len(bare) == len(name):
		return whole
	}
	return bare + port
}

// A KeyStatus describes a key of a layer, such as a host of a bulkhead or of a circuit
// breaker, to a page of live calls (see inspect.WithKeys) and to metrics.
type KeyStatus struct {
	Key    string
	State  string    // in a word, such as "open"; empty if the layer has no states
	Since  time.Time // when the state began; zero if unknown
	Until  time.Time // when the state ends by itself; zero if it does not, or if unknown
	Detail string    // what else there is to know, in a few words

	Refused uint64 // attempts that were refused since the layer has the key
	Opened  uint64 // how often a circuit has opened since then; zero for layers without circuits
}
