package record

// A Repeat is the [Fact] by which a typed call tells the retry loop whether its request is
// safe to retry. It corresponds to a services.Repeat, which the loop cannot import.
type Repeat int

// The values of a Repeat.
const (
	RepeatByMethod Repeat = iota // safe to retry if the method is idempotent (RFC 9110 section 9.2.2)
	RepeatAlways                 // safe to retry, whatever the method
	RepeatRefused                // safe to retry only after a status that means it was not processed: 429 and 503
)
