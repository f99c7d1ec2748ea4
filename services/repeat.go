package services

import "github.com/tripware/tripware/internal/record"

// A Repeat says whether an operation is safe to retry. It is given beside the route and is
// the only source: it decides which failed attempts of the call are retried.
type Repeat int

// Whether an operation is safe to retry. Every operation is retried if no part of the
// request was sent.
const (
	// ByMethod retries if the HTTP method is idempotent (RFC 9110 section 9.2.2), and
	// otherwise after a status that the retry policy lists for every method.
	ByMethod = Repeat(record.RepeatByMethod)

	// SafeToRetry retries whatever the method: a second copy changes nothing.
	SafeToRetry = Repeat(record.RepeatAlways)

	// RetryIfRefused retries only after a status that means that the request was not
	// processed, 429 and 503: a second copy would add something twice or be refused as a
	// conflict.
	RetryIfRefused = Repeat(record.RepeatRefused)
)
