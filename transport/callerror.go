package transport

import (
	"errors"

	"github.com/tripware/tripware/transport/redact"
)

// CallOfError returns the record of the call that err ended, or nil when err
// does not come from a chain.
func CallOfError(err error) *Call {
	if carrier, ok := errors.AsType[interface {
		error
		Call() *Call
	}](err); ok {
		return carrier.Call()
	}
	return nil
}

// callError puts the record on an error that leaves a chain. It reads as its cause.
type callError struct {
	cause error
	call  *Call
}

// Error reads as the cause, less what looks like a secret: net/http quotes URLs
// and what a server said.
func (e *callError) Error() string { return redact.Cut(e.cause.Error(), redact.MaxError) }
func (e *callError) Unwrap() error { return e.cause }
func (e *callError) Call() *Call   { return e.call }

// Timeout answers for the cause: http.Client asks the error itself, not what it wraps.
func (e *callError) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.cause)
	return ok && t.Timeout()
}

func (c *Call) attach(err error) error {
	if err == nil || CallOfError(err) != nil {
		return err
	}
	return &callError{cause: err, call: c}
}
