package header

// The headers that say something of rate limits, in the form that net/http
// keeps them. The first five are those of Opsgenie's API
// (https://docs.opsgenie.com/docs/api-rate-limiting), which other vendors share
// in part; the last are those of the IETF's draft "RateLimit header fields for HTTP".
const (
	State        = "X-Ratelimit-State"
	Reason       = "X-Ratelimit-Reason"
	Period       = "X-Ratelimit-Period-In-Sec"
	RequestID    = "X-Request-Id"
	ResponseTime = "X-Response-Time"
	RetryAfter   = "Retry-After"
	Limit        = "X-Ratelimit-Limit"
	Remaining    = "X-Ratelimit-Remaining"
	Reset        = "X-Ratelimit-Reset"
	RateLimit    = "Ratelimit"

	RetryAfterMs    = "Retry-After-Ms" // Azure and OpenAI
	DashedRemaining = "X-Rate-Limit-Remaining"
	DraftRemaining  = "Ratelimit-Remaining"
	NearLimit       = "X-Ratelimit-Nearlimit" // Atlassian
	DraftReason     = "Ratelimit-Reason"      // Atlassian
)
