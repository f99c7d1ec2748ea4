package services

import "errors"

// The errors of a server whose response lacks what an asynchronous request needs. Their
// kind is [ErrResponse].
var (
	errNoRequestID = errors.New("the server accepted the request but sent no request id")
	errNoEntityID  = errors.New("the server reports success but sent no id")
)

// failure returns the error of a call that ended with the response of m, which was a
// success, but not what the caller asked for.
func failure(m Metadata, kind, cause error) *Error {
	return &Error{
		Route: m.Route, Status: m.Status, RequestID: m.RequestID, TransactionID: m.TransactionID, Took: m.Took,
		RateLimit: m.RateLimit, Attempts: m.Attempts, Kind: kind, Err: mask(cause, nil), call: m.Call(),
	}
}

// failed returns the error of an asynchronous request that the server accepted and then
// failed for good, as the status in the response of m says. The error has the id of that
// request, not of the status call, since it identifies the request in other processes and
// for the vendor's support. It unwraps to cause, the vendor's error. A nil cause means
// that the request did not fail.
func failed(m Metadata, requestID string, cause error) error {
	if cause == nil {
		return nil
	}
	e := failure(m, ErrFailed, cause)
	e.RequestID = requestID
	return e
}
