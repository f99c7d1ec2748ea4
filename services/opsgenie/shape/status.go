package shape

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"github.com/tripware/tripware/services"
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

// Verdict returns an [ActionError] for a request that failed, else nil. The
// service is such as "alert", and m that of the answer which told.
func (s RequestStatus) Verdict(service, requestID string, m services.Metadata) error {
	if s.IsSuccess {
		return nil
	}
	s.Action, s.Status = redact.Cut(s.Action, redact.MaxValue), redact.Cut(s.Status, redact.MaxError)
	return &ActionError{RequestStatus: s, Service: service, RequestID: requestID, TransactionID: m.TransactionID}
}

// An ActionError says that a request was accepted and then failed for good.
type ActionError struct {
	RequestStatus

	Service       string // such as "alert"
	RequestID     string // of the request that failed
	TransactionID string // ours, of the call that told
}

// Error says what failed and the server's sentence about it.
func (e *ActionError) Error() string {
	action := cmp.Or(strings.ToLower(oneLine(e.Action)), "request")
	text := fmt.Sprintf("%s: %s: %s", e.Service, action, cmp.Or(oneLine(e.Status), "it was processed and did not succeed"))
	if e.RequestID != "" {
		text += " [request " + oneLine(e.RequestID) + "]"
	}
	return text
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
