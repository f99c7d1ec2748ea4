package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
)

// The headers of Opsgenie's answers that are about rate limits, in the form that
// net/http keeps them: see https://docs.opsgenie.com/docs/api-rate-limiting.
const (
	HeaderState        = "X-Ratelimit-State"
	HeaderReason       = "X-Ratelimit-Reason"
	HeaderPeriod       = "X-Ratelimit-Period-In-Sec"
	HeaderResponseTime = "X-Response-Time"
)

const headerRequestID = "X-Request-Id"

// These are Atlassian's, which answers for Opsgenie at api.atlassian.com: see
// https://developer.atlassian.com/cloud/jira/platform/rate-limiting.
const (
	headerNearLimit   = "X-Ratelimit-Nearlimit"
	headerDraftReason = "Ratelimit-Reason"
)

// Throttled is the state of a server that asks to slow down; any other is "OK".
const Throttled = "THROTTLED"

// ReadLimit adds to said what only Opsgenie's and Atlassian's headers say: the
// state, the reason, the period of the window that was hit, the server's id of the
// request, how long it took, and whether less than a fifth of a quota is left. It is the reader that
// [ratelimit.WithReader] takes, and is safe for concurrent use.
//
// [ratelimit.WithReader]: https://pkg.go.dev/github.com/tripware/tripware/middleware/ratelimit#WithReader
func ReadLimit(header http.Header, said transport.RateLimit) transport.RateLimit {
	said.State = first(header, HeaderState)
	said.Throttled = strings.EqualFold(said.State, Throttled)
	if said.Reason = first(header, HeaderReason); said.Reason == "" {
		said.Reason = first(header, headerDraftReason)
	}
	said.RequestID = first(header, headerRequestID)
	said.Period = duration(first(header, HeaderPeriod))
	said.ResponseTime = duration(first(header, HeaderResponseTime))
	said.NearLimit = strings.EqualFold(strings.TrimSpace(first(header, headerNearLimit)), "true")
	return said
}

func first(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// duration reads a number of seconds; zero for what is no sensible time.
func duration(text string) time.Duration {
	if text == "" {
		return 0 // no error to allocate
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0
	}
	return seconds(n)
}
