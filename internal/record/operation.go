package record

import "io"

// An Operation is the [Fact] by which a typed call tells the retry loop what it cannot see in
// the request.
type Operation struct {
	Repeat    Repeat
	WholeBody int64 // bytes of the response's body that are part of the attempt; 0 for none
}

// A Repeat says whether a request is safe to retry. It corresponds to a services.Repeat,
// which the loop cannot import.
type Repeat int

// The values of a Repeat.
const (
	RepeatByMethod Repeat = iota // safe to retry if the method is idempotent (RFC 9110 section 9.2.2)
	RepeatAlways                 // safe to retry, whatever the method
	RepeatRefused                // safe to retry only after a status that means it was not processed: 429 and 503
)

// A WholeBody is the body of a response that the retry loop has read to its end.
type WholeBody interface {
	io.ReadCloser

	// Whole returns all bytes of the body without copying them. The caller may keep them.
	Whole() []byte
}
