package wire

import (
	"net/http"
	"strings"

	"github.com/tripware/tripware/transport"
)

// The headers of Atlassian's gateway about rate limits that are not in general use, in
// canonical form: see https://developer.atlassian.com/cloud/jira/platform/rate-limiting.
const (
	HeaderReason    = "Ratelimit-Reason"
	HeaderNearLimit = "X-Ratelimit-Nearlimit"
)

// ReadLimit returns said, the rate limit in the headers in general use, with the values of
// Atlassian's headers: the name of the limit that applied, whether less than a fifth of a
// quota is left, and the gateway's id of the request. Pass it to [ratelimit.WithReader]. It is
// safe for concurrent use.
//
// [ratelimit.WithReader]: https://pkg.go.dev/github.com/tripware/tripware/middleware/ratelimit#WithReader
func ReadLimit(header http.Header, said transport.RateLimit) transport.RateLimit {
	said.Reason = first(header, HeaderReason)
	said.RequestID = first(header, HeaderTraceID)
	said.NearLimit = strings.EqualFold(strings.TrimSpace(first(header, HeaderNearLimit)), "true")
	return said
}
