package azcore

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
)

// ReadLimit adds the header X-Ms-Retry-After-Ms to what a chain reads of rate limits, as
// azcore does. Pass it to ratelimit.WithReader, with or without a limiter:
//
//	tripware.WithLimiter(nil, ratelimit.WithReader(azcore.ReadLimit))
//
// Of several hints the longest counts; azcore prefers Retry-After-Ms, then
// X-Ms-Retry-After-Ms. Numbers of remaining requests, such as those of
// X-Ms-Ratelimit-Remaining-Subscription-Reads, are not read, since they do not say when
// they grow again.
func ReadLimit(header http.Header, said transport.RateLimit) transport.RateLimit {
	lines := header["X-Ms-Retry-After-Ms"]
	if len(lines) == 0 {
		return said
	}
	own := transport.ParseRateLimit(http.Header{"Retry-After-Ms": lines, "Date": header["Date"]}, time.Time{})
	said.RetryAfter = max(said.RetryAfter, own.RetryAfter)
	said.HasRetryAfter = said.HasRetryAfter || own.HasRetryAfter
	return said
}
