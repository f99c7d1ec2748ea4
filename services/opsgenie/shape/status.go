package shape

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"github.com/tripware/tripware/transport/redact"
)

// A RequestStatus is what the status of every asynchronous request tells.
type RequestStatus struct {
	IsSuccess     bool   `json:"isSuccess"` // false is final: the request was processed and failed
	Action        string `json:"action"`    // such as "Create"; the set is open
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

// An ActionError says that a request was accepted and then failed for good. It is the cause of
// a [services.Error] for which errors.Is matches [services.ErrFailed].
type ActionError struct{ RequestStatus }

// Error says what failed, with the server's sentence.
func (e *ActionError) Error() string {
	action := cmp.Or(strings.ToLower(oneLine(e.Action)), "request")
	return fmt.Sprintf("%s failed: %s", action, cmp.Or(oneLine(e.Status), "the server gave no reason"))
}

// oneLine makes foreign text fit for one line of a log.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, redact.Cut(text, redact.MaxError))
}
