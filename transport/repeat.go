package transport

// Repeat is the fact under which a typed call says what a second copy of its
// request would do. The zero value leaves it to the request's method.
type Repeat int

// What is known of a repeated request.
const (
	RepeatByMethod Repeat = iota // RFC 9110 section 9.2.2: safe if the method is idempotent
	RepeatAlways                 // harmless whatever the method
	RepeatRefused                // harmless only after an answer that says it was not processed: 429 and 503
)
