package transport

import (
	"errors"

	"github.com/tripware/tripware/transport/redact"
)

// CallOfError returns the record of the call that ended with err, or nil if err does not
// come from a chain. If a call failed because another one did, such as that for a token, it
// returns the record of the outer call; the other is that of the error that err wraps.
func CallOfError(err error) *Call {
	if carrier, ok := errors.AsType[interface {
		error
		Call() *Call
	}](err); ok {
		return carrier.Call()
	}
	return nil
}

// A callError adds the record to an error that leaves a chain. Its text is the cause's.
type callError struct {
	cause error
	call  *Call
}

// Error returns the text of the cause without anything that looks like a secret, because
// net/http quotes URLs and parts of responses.
func (e *callError) Error() string { return redact.Cut(e.cause.Error(), redact.MaxError) }
func (e *callError) Unwrap() error { return e.cause }
func (e *callError) Call() *Call   { return e.call }

// Timeout reports whether the cause is a timeout. http.Client calls it on the error itself,
// not on the errors that it wraps.
func (e *callError) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.cause)
	return ok && t.Timeout()
}

// attach adds the record to err, unless it is the outermost one there. An error of another
// call, such as that of a token source, keeps the record of its own call further inside.
func (s *scope) attach(err error) error {
	s.setClass(ClassifyError(&s.req, err))
	if err == nil || CallOfError(err) == s.call {
		return err
	}
	return &callError{cause: err, call: s.call}
}

// setClass records how the round trip ended. An earlier one may have set another class.
func (s *scope) setClass(class ErrorClass) {
	if class == "" && s.call.opened {
		return
	}
	s.call.write(func() {
		if class != "" || s.call.rarities() != nil {
			s.call.rarely().class = class
		}
	})
}
