package header

// The canonical names of common headers that describe a rate limit, a wait or a request.
// RateLimit and the names that begin with Draft are from the IETF draft "RateLimit header
// fields for HTTP".
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
