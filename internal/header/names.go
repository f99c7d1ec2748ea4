package header

// The headers in general use that describe a rate limit, a wait or a request, in
// the form that net/http keeps them. Those that begin with Draft, and RateLimit,
// are those of the IETF draft "RateLimit header fields for HTTP".
const (
	RequestID    = "X-Request-Id"
	RetryAfter   = "Retry-After"
	RetryAfterMs = "Retry-After-Ms" // Azure and OpenAI

	Limit     = "X-Ratelimit-Limit"
	Remaining = "X-Ratelimit-Remaining"
	Reset     = "X-Ratelimit-Reset"

	DashedLimit     = "X-Rate-Limit-Limit"
	DashedRemaining = "X-Rate-Limit-Remaining"
	DashedReset     = "X-Rate-Limit-Reset"

	DraftLimit     = "Ratelimit-Limit"
	DraftRemaining = "Ratelimit-Remaining"
	DraftReset     = "Ratelimit-Reset"
	RateLimit      = "Ratelimit"
)
