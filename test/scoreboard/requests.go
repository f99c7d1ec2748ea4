package scoreboard

import (
	"fmt"
	"net/http"
	"time"

	"github.com/carlmjohnson/requests"

	"github.com/tripware/tripware/rttest"
)

const requestsModule = "github.com/carlmjohnson/requests"

// The caller chooses what to log: here what the documentation shows, but with the path
// instead of the whole URL.
func requestsLog() Peer {
	log := &sink{}
	return Peer{
		Name: "requests LogTransport", Module: requestsModule, Kind: KindObserver,
		Settings: "A function that writes method, path, status and duration.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return requests.LogTransport(base, func(req *http.Request, resp *http.Response, _ error, took time.Duration) {
				path := "" // a request may have no URL
				if req.URL != nil {
					path = req.URL.Path
				}
				_, _ = fmt.Fprintf(log, "%s %s %d %v\n", req.Method, path, resp.StatusCode, took)
			})
		},
		Claims: []rttest.Option{rttest.Logs(log.String)},
	}
}

// The text is the only setting.
func requestsAgent() Peer {
	return Peer{
		Name: "requests UserAgentTransport", Module: requestsModule, Kind: KindOther,
		Settings: "A User-Agent.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return requests.UserAgentTransport(base, "peers/1.0")
		},
	}
}
