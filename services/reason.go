package services

import (
	"fmt"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
)

// Reason returns why the call was not retried once more although its last response or error
// called for it. It is empty if no further retry was needed, as after a 404. Package retry
// lists the reasons.
func (e *Error) Reason() transport.Reason { return e.call.Reason() }

// trace returns what identifies the call in logs, and how its retries ended, unless the text
// of the error says so already.
func (e *Error) trace(text string) string {
	var parts []string
	if request := "request " + oneLine(e.RequestID); e.RequestID != "" && !strings.Contains(text, "["+request+"]") {
		parts = append(parts, request)
	}
	parts = append(parts, e.retries(text)...)
	if len(parts) == 0 {
		return ""
	}
	return " [" + strings.Join(parts, ", ") + "]"
}

// retries returns the number of attempts, if there were several, and why there was no
// further one. Without a response, the error of the retry loop says why and usually how
// many.
func (e *Error) retries(text string) []string {
	attempts, why := fmt.Sprintf("%d attempts", e.Attempts), shownReason(e.Reason())
	if e.Reason() == reasonDeadline {
		why += e.deadline()
	}
	switch {
	case e.Status == 0 && (e.Attempts <= 1 || strings.Contains(text, attempts)):
		return nil
	case e.Status == 0, e.Attempts > 1 && why == "":
		return []string{attempts}
	case e.Attempts > 1:
		return []string{attempts, "no more: " + why}
	case why == "" || e.Reason() == reasonAttempts:
		return nil
	}
	return []string{"not retried: " + why}
}

// deadline returns how long the server asks to wait and how much time there is, as far as they
// are known.
func (e *Error) deadline() string {
	var known []string
	if e.RetryAfter() > 0 {
		known = append(known, fmt.Sprintf("the server asks for %v", short(e.RetryAfter())))
	}
	if e.left > 0 {
		known = append(known, fmt.Sprintf("the context ends in %v", short(e.left)))
	}
	if len(known) == 0 {
		return ""
	}
	return " (" + strings.Join(known, ", ") + ")"
}

// short rounds d, so that it can be read.
func short(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}

// These are retry.ReasonAttempts and retry.ReasonDeadline. This package must not import a
// middleware.
const (
	reasonAttempts = "attempts"
	reasonDeadline = "deadline"
)

// shownReason returns the text of a reason of package retry, or the empty string if it says
// nothing about the request. The reason of another retry loop is its own text.
func shownReason(reason transport.Reason) string {
	switch reason {
	case "nested":
		return ""
	case reasonAttempts:
		return "all retries are used"
	case "elapsed":
		return "time for retries is used up"
	case reasonDeadline:
		return "deadline is too close"
	case "budget":
		return "budget is spent"
	case "not replayable":
		return "request body cannot be sent again (use services.File.Open or a Content that can seek, or raise retry.WithReplayBuffer)"
	case "request body":
		return "request body failed"
	case "method":
		return "request is not safe to retry"
	case "classifier":
		return "classifier said no"
	case "hint too long":
		return "server asks for too long a wait"
	case "limiter":
		return "rate limiter would wait too long"
	case "breaker":
		return "circuit breaker is open for too long"
	case "bulkhead":
		return "too many calls are running"
	case "unknown host":
		return "host does not exist"
	}
	return oneLine(string(reason))
}
