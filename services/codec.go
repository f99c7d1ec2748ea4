package services

import "net/http"

// A Codec knows one vendor's answers. It must be safe for concurrent use.
type Codec interface {
	// Envelope returns what a success is decoded into by encoding/json: a pointer
	// to the vendor's envelope, in which the member that holds the data is of type
	// any and set to data. Decoding then fills data in place, in the same pass. An
	// answer whose data is zero may be asked for twice.
	Envelope(data any) Envelope

	// Fault fills e with what an answer without success says. Route, status, ids,
	// rate limit and the kind that belongs to the status are filled in already;
	// Fault may replace them. The body may be anything: a gateway's HTML, nothing,
	// or cut off. It must not be kept.
	Fault(resp *http.Response, body []byte, e *Error)
}

// An Envelope is what a vendor wraps the data of a success in.
type Envelope interface {
	// Fill writes to m what the decoded envelope and the headers say: Result,
	// Took, RequestID, Paging. The request id and rate limit of well-known headers
	// are filled in already.
	Fill(header http.Header, m *Metadata)
}
