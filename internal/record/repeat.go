package record

// A Repeat is the [Fact] by which a typed call tells the retry loop what a second
// copy of its request would do: a services.Repeat, which the loop does not know.
type Repeat int

// What is known of a repeated request.
const (
	RepeatByMethod Repeat = iota // RFC 9110 section 9.2.2: safe if the method is idempotent
	RepeatAlways                 // harmless whatever the method
	RepeatRefused                // harmless only after an answer that says it was not processed: 429 and 503
)
