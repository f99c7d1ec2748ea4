package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/services/internal/errorbody"
	"github.com/tripware/tripware/transport"
)

// The headers of Opsgenie's responses that are about rate limits, in canonical form: see
// https://docs.opsgenie.com/docs/api-rate-limiting.
const (
	HeaderState        = "X-Ratelimit-State"
	HeaderReason       = "X-Ratelimit-Reason"
	HeaderPeriod       = "X-Ratelimit-Period-In-Sec"
	HeaderResponseTime = "X-Response-Time"
)

const headerRequestID = "X-Request-Id"

// Atlassian sends these from api.atlassian.com, which serves parts of Opsgenie's API: see
// https://developer.atlassian.com/cloud/jira/platform/rate-limiting.
const (
	headerNearLimit   = "X-Ratelimit-Nearlimit"
	headerDraftReason = "Ratelimit-Reason"
)

// Throttled is the value of [HeaderState] by which the server asks the client to slow down.
// The other value is "OK".
const Throttled = "THROTTLED"

// ReadLimit returns said, the rate limit in the headers in general use, with the values of
// Opsgenie's and Atlassian's headers: the state, the reason, the period of the window that
// was exceeded, the server's id of the request, its response time, and whether less than a
// fifth of a quota is left. Pass it to [ratelimit.WithReader]. It is safe for concurrent use.
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

// duration parses a number of seconds. It returns zero if text is invalid or out of range.
func duration(text string) time.Duration {
	if text == "" {
		return 0 // no error to allocate
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0
	}
	return errorbody.Seconds(n)
}
