package shape

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"github.com/tripware/tripware/transport/redact"
)

// A RequestStatus is the part of the status of an asynchronous request that all services share.
type RequestStatus struct {
	IsSuccess     bool   `json:"isSuccess"` // false is final: the request was processed and failed
	Action        string `json:"action"`    // such as "Create"
	Status        string `json:"status"`    // a sentence, such as "Created alert"
	ProcessedAt   Time   `json:"processedAt,omitzero"`
	IntegrationID string `json:"integrationId"`
}

// Failure returns an [ActionError] if the request failed, and nil otherwise.
func (s RequestStatus) Failure() error {
	if s.IsSuccess {
		return nil
	}
	s.Action, s.Status = redact.Cut(s.Action, redact.MaxValue), redact.Cut(s.Status, redact.MaxError)
	return &ActionError{RequestStatus: s}
}

// An ActionError reports that the server accepted an asynchronous request, processed it, and
// failed. It is the cause of a [services.Error] for which errors.Is matches [services.ErrFailed].
type ActionError struct{ RequestStatus }

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
