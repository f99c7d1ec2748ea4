package services

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// The kinds of errors, for errors.Is. An [Error] has at most one kind.
var (
	ErrArgument     = errors.New("services: invalid argument, not sent")           // see ArgumentError
	ErrUnauthorised = errors.New("services: not authenticated")                    // 401
	ErrPlan         = errors.New("services: not included in the account's plan")   // 402
	ErrForbidden    = errors.New("services: not allowed")                          // 403
	ErrNotFound     = errors.New("services: not found")                            // 404
	ErrNotProcessed = errors.New("services: not processed yet")                    // set by the vendor's codec
	ErrConflict     = errors.New("services: conflict")                             // 409
	ErrInvalid      = errors.New("services: invalid request")                      // 400 and 422
	ErrInUse        = errors.New("services: resource in use")                      // 428
	ErrThrottled    = errors.New("services: throttled")                            // 429
	ErrServer       = errors.New("services: server error")                         // 500 to 599
	ErrResponse     = errors.New("services: response cannot be read or decoded")   // of a success: wrong, or broken off
	ErrTooLarge     = errors.New("services: response is too large")                // see WithMaxBody
	ErrFailed       = errors.New("services: request was accepted and then failed") // see Pending.Wait and FailingEnvelope
	ErrRedirect     = errors.New("services: redirect refused")                     // see RedirectError
)

// maxErrorBody is how much of a body an [Error] keeps, in bytes.
const maxErrorBody = 4 << 10

// An Error reports why a typed call failed. Three kinds of failure can be distinguished:
//
//   - The caller's: errors.Is matches [ErrArgument], and nothing was sent.
//   - The server's: Status is not zero. Kind belongs to the status, or is [ErrResponse] if a
//     success cannot be read or lacks what the call needs.
//   - The network's, and the end of the context: Status is zero, and errors.Is matches the
//     cause.
//
// An asynchronous request that the server accepted and then failed for good is an Error
// too. Its Err is the vendor's error, its Status that of the status response.
type Error struct {
	Route         string              // such as "POST /v2/alerts/{identifier}/close"
	Status        int                 // of the HTTP response; 0 if there is none
	Code          int                 // the vendor's code; 0 if there is none
	Type          string              // the vendor's name for the error, or empty
	Message       string              // the server's sentence, or empty
	Fields        map[string]string   // problems with fields of the request, by name
	RequestID     string              // the server's id of the request, or empty
	TransactionID string              // the id of the call in logs, metrics and the request header
	Took          time.Duration       // as the server measured it; 0 if it did not say
	RateLimit     transport.RateLimit // the rate limit of the response
	Attempts      int                 // number of attempts; 0 if nothing was sent, or if the transport is not a [transport.Chain]
	Body          ErrorBody           // the first 4 KiB of the response body
	Kind          error               `json:"-"` // one of this package's sentinels, or nil
	Err           error               `json:"-"` // the cause, or nil if the status alone is the failure

	call *transport.Call
	left time.Duration // until the deadline of the caller's context; zero without one
}

// Error returns one line with the route, the status, the server's sentence, the problems
// with fields, the cause, the request id, the number of attempts if there were several, and
// why there was no further one. It contains neither bodies nor credentials.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("services: " + e.Route)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d", e.Status)
		if e.Code != 0 {
			fmt.Fprintf(&b, " (%d)", e.Code)
		}
		if e.Message == "" && e.Err == nil {
			b.WriteString(" " + strings.ToLower(http.StatusText(e.Status)))
		}
	}
	if e.Message != "" {
		b.WriteString(": " + oneLine(e.Message))
	}
	for i, name := range slices.Sorted(maps.Keys(e.Fields)) {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		b.WriteString(separator + oneLine(name) + ": " + oneLine(e.Fields[name]))
	}
	if e.Err != nil {
		b.WriteString(": " + oneLine(textOf(e.Err)))
	}
	b.WriteString(e.trace(b.String()))
	return b.String()
}

// textOf returns the text of cause without the name of this package, which the text of the
// error begins with.
func textOf(cause error) string {
	if r, ok := cause.(*RedirectError); ok { //nolint:errorlint // a wrapped one has more to say
		return r.text()
	}
	return cause.Error()
}

// Is reports whether target is the kind of e.
func (e *Error) Is(target error) bool { return e.Kind != nil && target == e.Kind }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// MarshalJSON writes the fields except Kind and Err, and adds Reason and Error, the text of
// the error.
func (e *Error) MarshalJSON() ([]byte, error) {
	type fields Error
	return json.Marshal(struct {
		*fields

		Reason transport.Reason `json:",omitzero"`
		Error  string
	}{(*fields)(e), e.Reason(), e.Error()})
}

// Call returns the record of the call. It is nil if e was not returned by a call.
func (e *Error) Call() *transport.Call { return e.call }

// RetryAfter returns how long the server asked to wait, or zero.
func (e *Error) RetryAfter() time.Duration { return e.RateLimit.RetryAfter }

// Retryable reports whether another call may succeed. A retry loop asks it if the call was
// made for another one, such as for a token (auth.Refresh). It is false for an invalid
// request and for a status from 300 to 499, except 408, 425, 429 and what the codec calls
// throttled or not processed; without a response, the cause decides.
func (e *Error) Retryable() bool {
	switch {
	case e.Is(ErrThrottled), e.Is(ErrNotProcessed), e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooEarly:
		return true
	case errors.Is(e, ErrArgument), e.Is(ErrFailed), e.Is(ErrRedirect), e.Is(ErrTooLarge):
		return false
	case e.Status >= http.StatusMultipleChoices:
		return e.Status >= http.StatusInternalServerError
	}
	cause, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](e.Err)
	return !ok || cause.Retryable()
}

// Timeout reports whether the cause is a timeout.
func (e *Error) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Err)
	return ok && t.Timeout()
}

// kindOf returns the kind that belongs to a status, or nil.
func kindOf(status int) error {
	switch {
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		return ErrInvalid
	case status == http.StatusUnauthorized:
		return ErrUnauthorised
	case status == http.StatusPaymentRequired:
		return ErrPlan
	case status == http.StatusForbidden:
		return ErrForbidden
	case status == http.StatusNotFound:
		return ErrNotFound
	case status == http.StatusConflict:
		return ErrConflict
	case status == http.StatusPreconditionRequired:
		return ErrInUse
	case status == http.StatusTooManyRequests:
		return ErrThrottled
	case status >= http.StatusInternalServerError:
		return ErrServer
	}
	return nil
}

// ErrorBody is the beginning of a response body. It prints and marshals as its size, since
// a body may repeat secrets of the request. Convert it to []byte to read it.
type ErrorBody []byte

// String returns the size, such as "[122 bytes]".
func (b ErrorBody) String() string { return fmt.Sprintf("[%d bytes]", len(b)) }

// Format writes the size, whatever the verb.
func (b ErrorBody) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(b.String())) }

// MarshalText returns the result of String.
func (b ErrorBody) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// LogValue returns the result of String.
func (b ErrorBody) LogValue() slog.Value { return slog.StringValue(b.String()) }

// An ArgumentError reports one invalid field of a request. errors.Is matches [ErrArgument].
// The [Error] of a call wraps one for each invalid field.
type ArgumentError struct {
	Field   string // its name in the request that would be sent
	Problem string // such as "is required"; without the value, which may be private
}

// Error returns the field and the problem.
func (e *ArgumentError) Error() string { return "services: " + e.text() }

func (e *ArgumentError) text() string { return "argument " + e.Field + " " + e.Problem }

// Is reports whether target is [ErrArgument].
func (e *ArgumentError) Is(target error) bool { return target == ErrArgument }

// faults joins errors on one line; errors.Join would use several.
type faults []error

func (f faults) Error() string {
	texts := make([]string, len(f))
	for i, err := range f {
		if a, ok := err.(*ArgumentError); ok { //nolint:errorlint // a wrapped one has more to say
			texts[i] = a.text()
			continue
		}
		texts[i] = oneLine(err.Error())
	}
	return strings.Join(texts, "; ")
}

// flat returns the errors that errors.Join has joined. Any other error is returned alone,
// also if it wraps a joined one, because its text says more.
func flat(err error) faults {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return faults{err}
	}
	var parts faults
	var lines []string
	for _, part := range joined.Unwrap() {
		parts, lines = append(parts, flat(part)...), append(lines, part.Error())
	}
	if err.Error() != strings.Join(lines, "\n") { // it wraps several in another text
		return faults{err}
	}
	return parts
}

func (f faults) Unwrap() []error { return f }

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, &ArgumentError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// join returns f as an error, or nil if f is empty.
func (f faults) join() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// A masked error has the text of its cause without secrets: those in the URLs that net/http
// quotes, and those in texts from the server.
type masked struct {
	text  string
	cause error
}

func (m *masked) Error() string { return m.text }
func (m *masked) Unwrap() error { return m.cause }

// mask returns err as a [masked] error, or nil for nil. An error without secrets in its text
// is wrapped too, because those that it wraps may have some. The vendor may be nil.
func mask(err error, vendor *record.Vendor) error {
	if err == nil {
		return nil
	}
	return &masked{text: redact.Cut(vendor.Masked(maskURLs(err, err.Error())), redact.MaxError), cause: err}
}

// maskURLs masks the URLs that errors of net/http quote in text.
func maskURLs(err error, text string) string {
	for {
		u, ok := errors.AsType[*url.Error](err)
		if !ok {
			return text
		}
		shown := redact.Mask
		if parsed, err := url.Parse(u.URL); err == nil {
			shown = redact.URL(parsed)
		}
		text = strings.ReplaceAll(text, strconv.Quote(u.URL), strconv.Quote(shown))
		text = strings.ReplaceAll(text, u.URL, shown)
		err = u.Err
	}
}

// maxSentence is how many bytes of one text an error shows.
const maxSentence = 1 << 10

// oneLine returns text without control characters, cut to maxSentence.
func oneLine(text string) string {
	if len(text) > maxSentence {
		text = strings.ToValidUTF8(text[:maxSentence], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
