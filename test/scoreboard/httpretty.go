package scoreboard

import (
	"net/http"

	"github.com/henvic/httpretty"

	"github.com/tripware/tripware/rttest"
)

// It prints headers but not bodies, since it masks only credentials in known headers.
func httprettyPeer() Peer {
	log := &sink{}
	return Peer{
		Name: "httpretty", Module: "github.com/henvic/httpretty", Kind: KindObserver,
		Settings: "Request line and both headers, sanitized as by default; no bodies.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			logger := &httpretty.Logger{Time: true, RequestHeader: true, ResponseHeader: true}
			logger.SetFlusher(httpretty.OnEnd)
			logger.SetOutput(log)
			return logger.RoundTripper(base)
		},
		Claims: []rttest.Option{rttest.Logs(log.String)},
	}
}
