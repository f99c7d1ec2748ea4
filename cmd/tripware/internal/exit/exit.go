// Package exit holds the exit codes of the program. An [Error] carries the code with which
// the program ends.
package exit

import (
	"errors"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
)

// The exit codes.
const (
	OK        = 0 // everything was done
	Failed    = 1 // something failed, or the program was interrupted
	Usage     = 2 // the command, a flag or a request is wrong, and nothing was sent
	Throttled = 3 // the server still limited the rate after all retries
	NotFound  = 4 // what was asked for does not exist
	Unsettled = 5 // the server accepted the request, and its outcome is not known yet
	Partial   = 6 // a part was done, and the rest failed, was skipped or was forbidden
)

// An Error ends the program with a code. Its text is that of Err.
type Error struct {
	Code int
	Err  error // printed unless it is nil
}

// Error returns the text of Err, or an empty string if there is none.
func (e *Error) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Code returns the exit code for an error: that of an [Error], else the one that fits the
// kind of a typed call's error, else [Failed]. For nil it is [OK].
func Code(err error) int {
	if own, ok := errors.AsType[*Error](err); ok {
		return own.Code
	}
	switch {
	case err == nil:
		return OK
	case errors.Is(err, services.ErrArgument):
		return Usage
	case errors.Is(err, poll.ErrUnsettled):
		return Unsettled
	case errors.Is(err, services.ErrThrottled):
		return Throttled
	case errors.Is(err, services.ErrNotFound):
		return NotFound
	}
	return Failed
}
