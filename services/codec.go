package services

import "net/http"

// A Codec knows the form of one vendor's responses. For plain JSON use [JSON]; a Codec for
// another form may embed it, to read errors as it does. A Codec must be safe for concurrent
// use.
type Codec interface {
	// Envelope returns what a response with a status of success is decoded into by
	// encoding/json: a pointer to the vendor's envelope, a struct in which the member that
	// holds the data is of type any and set to data, a pointer. Decoding then fills data in
	// the same pass. If the vendor has several names for that member, there is one for each. It
	// may be called again for the same response. A vendor that sends some data without an
	// envelope returns a [BareEnvelope].
	Envelope(data any) Envelope

	// Fault fills e with what the response of an error says. Route, status, ids, rate limit
	// and the kind of the status are set already, and Fault may replace them. The body may be
	// anything: a gateway's HTML, empty, or cut off. It must not be kept.
	Fault(resp *http.Response, body []byte, e *Error)
}

// An Envelope is the JSON object in which a vendor wraps the data of a response.
type Envelope interface {
	// Fill writes to m what the decoded envelope and the headers say: Result, Took,
	// RequestID, Paging. The request id and the rate limit of well-known headers are set
	// already.
	Fill(header http.Header, m *Metadata)
}

// A FailingEnvelope is an [Envelope] of a vendor that reports errors with a status of success,
// such as {"ok":false} or the errors of GraphQL. The retry loop takes such a response for a
// success, unless a classifier of package retry knows better.
type FailingEnvelope interface {
	Envelope

	// Failed reports whether the decoded envelope is that of an error. The call then returns
	// an [Error] with the kind [ErrFailed], which the codec's Fault fills.
	Failed() bool
}

// A BareEnvelope is an [Envelope] that a response may lack.
type BareEnvelope interface {
	Envelope

	// Bare reports whether the body of a response is the data itself. Data is then decoded
	// from it, and Fill is called without anything having been decoded into the envelope.
	Bare(body []byte) bool
}
