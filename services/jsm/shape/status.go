package shape

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"github.com/tripware/tripware/transport/redact"
)

// An ActionError reports that the server accepted an asynchronous request, processed it, and
// failed, for example because the plan of the site does not include the action. It is the
// cause of a [services.Error] for which errors.Is matches [services.ErrFailed].
//
// [services.Error]: https://pkg.go.dev/github.com/tripware/tripware/services#Error
// [services.ErrFailed]: https://pkg.go.dev/github.com/tripware/tripware/services#ErrFailed
type ActionError struct {
	Action string // such as "Snooze"; may be empty
	Status string // the server's sentence; may be empty
}

// NewActionError returns the error of an action with the server's sentence, both cut to a
// bound.
func NewActionError(action, status string) *ActionError {
	return &ActionError{Action: redact.Cut(action, redact.MaxValue), Status: redact.Cut(status, redact.MaxError)}
}

// Error returns the action that failed with the server's reason.
func (e *ActionError) Error() string {
	action := cmp.Or(strings.ToLower(oneLine(e.Action)), "request")
	return fmt.Sprintf("%s failed: %s", action, cmp.Or(oneLine(e.Status), "the server gave no reason"))
}

// oneLine returns text from the server without control characters, cut to a bound.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, redact.Cut(text, redact.MaxError))
}
