package services

import "github.com/tripware/tripware/internal/record"

// Repeat says what a second copy of a request would do. A request type tells it by
// a method Repeat, where its method of HTTP does not say. The zero value leaves it
// to that method.
type Repeat int

// What is known of a repeated request.
const (
	RepeatByMethod = Repeat(record.RepeatByMethod) // RFC 9110 section 9.2.2: safe if the method is idempotent
	RepeatAlways   = Repeat(record.RepeatAlways)   // harmless whatever the method
	RepeatRefused  = Repeat(record.RepeatRefused)  // harmless only after an answer that says it was not processed: 429 and 503
)
