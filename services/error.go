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

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// The kinds of errors, for errors.Is. An [Error] is of one kind at most.
var (
	ErrArgument     = errors.New("services: invalid argument, not sent")           // see ArgumentError
	ErrUnauthorised = errors.New("services: not authenticated")                    // 401
	ErrPlan         = errors.New("services: not included in the account's plan")   // 402
	ErrForbidden    = errors.New("services: not allowed")                          // 403
	ErrNotFound     = errors.New("services: not found")                            // 404
	ErrNotProcessed = errors.New("services: not processed yet")                    // as the vendor's codec says
	ErrConflict     = errors.New("services: conflict")                             // 409
	ErrInvalid      = errors.New("services: invalid request")                      // 400 and 422
	ErrInUse        = errors.New("services: resource in use")                      // 428
	ErrThrottled    = errors.New("services: throttled")                            // 429
	ErrServer       = errors.New("services: server error")                         // 500 to 599
	ErrResponse     = errors.New("services: response cannot be read or decoded")   // with a status of success
	ErrTooLarge     = errors.New("services: response is too large")                // see WithMaxBody
	ErrFailed       = errors.New("services: request was accepted and then failed") // see Pending.Wait
	ErrRedirect     = errors.New("services: redirect refused")                     // see RedirectError
)

// maxErrorBody is how much of a body an [Error] keeps, in bytes.
const maxErrorBody = 4 << 10

// An Error says why a call failed. Its text is one line and holds neither
// bodies nor credentials.
type Error struct {
	Route         string
	Status        int                 // of the HTTP answer; zero when there was none
	Code          int                 // the vendor's own code; zero if it has none
	Type          string              // the vendor's name for the error, if it has one
	Message       string              // the vendor's sentence
	Fields        map[string]string   // what is wrong with fields of the request, by name
	RequestID     string              // the server's id of the request
	TransactionID string              // ours
	Took          time.Duration       // as the server measured it
	RateLimit     transport.RateLimit // what the answer said of rate limits
	Attempts      int                 // how often the call was sent; zero if it was not, or the transport keeps no record
	Body          ErrorBody           // the first 4 KiB of the answer
	Kind          error               `json:"-"` // one of this package's sentinels, or nil
	Err           error               `json:"-"` // the cause, where the failure is not the server's word

	call *transport.Call
}

// Error returns one line: the route, the status, the server's sentences, the
// cause, and what to look for in the server's logs.
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
	b.WriteString(e.trace())
	return b.String()
}

// textOf returns the text of a cause, without the package that stands before it already.
func textOf(cause error) string {
	if r, ok := cause.(*RedirectError); ok { //nolint:errorlint // a wrapped one has more to say
		return r.text()
	}
	return cause.Error()
}

// trace names what finds the call in logs.
func (e *Error) trace() string {
	var parts []string
	if e.RequestID != "" {
		parts = append(parts, "request "+oneLine(e.RequestID))
	}
	if e.Attempts > 1 {
		parts = append(parts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if len(parts) == 0 {
		return ""
	}
	return " [" + strings.Join(parts, ", ") + "]"
}

// Is reports whether target is the kind of e.
func (e *Error) Is(target error) bool { return e.Kind != nil && target == e.Kind }

// Unwrap returns the cause, nil when the server's word is the failure.
func (e *Error) Unwrap() error { return e.Err }

// MarshalJSON writes the fields, and the text of the error as "Error".
func (e *Error) MarshalJSON() ([]byte, error) {
	type fields Error
	return json.Marshal(struct {
		*fields

		Error string
	}{(*fields)(e), e.Error()})
}

// Call returns the record of the call.
func (e *Error) Call() *transport.Call { return e.call }

// RetryAfter returns how long the server asked to wait; zero if it did not.
func (e *Error) RetryAfter() time.Duration { return e.RateLimit.RetryAfter }

// Timeout reports whether the call ran out of time.
func (e *Error) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Err)
	return ok && t.Timeout()
}

// kindOf returns the kind that belongs to a status.
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

// ErrorBody is the beginning of an answer that was no success. It prints and
// marshals as its size: a body can hold what the request held. Convert it to
// []byte to look inside.
type ErrorBody []byte

// String returns the size.
func (b ErrorBody) String() string { return fmt.Sprintf("[%d bytes]", len(b)) }

// Format writes the size, whatever the verb.
func (b ErrorBody) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(b.String())) }

// MarshalText returns the size.
func (b ErrorBody) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// LogValue returns the size.
func (b ErrorBody) LogValue() slog.Value { return slog.StringValue(b.String()) }

// An ArgumentError says what is wrong with one field of a request. It Is
// [ErrArgument]. An [Error] wraps one for each field that is wrong.
type ArgumentError struct {
	Field   string // as it is called on the wire
	Problem string // such as "is required"; without the value, which may be private
}

// Error names the field and the problem.
func (e *ArgumentError) Error() string { return "services: " + e.text() }

func (e *ArgumentError) text() string { return "argument " + e.Field + " " + e.Problem }

// Is reports whether target is [ErrArgument].
func (e *ArgumentError) Is(target error) bool { return target == ErrArgument }

// faults joins errors in one line, where errors.Join takes several.
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

// flat returns the errors that errors.Join put together, which reads as several
// lines, and any other error by itself: what wraps a joined one has more to say.
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
	if err.Error() != strings.Join(lines, "\n") { // it wraps several in a sentence of its own
		return faults{err}
	}
	return parts
}

func (f faults) Unwrap() []error { return f }

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, &ArgumentError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// join returns nil for no faults.
func (f faults) join() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// A masked error reads without the URLs that net/http writes into errors, with
// all that stands in their query, and without what looks like a secret in a text
// that the server wrote; it unwraps to the error itself.
type masked struct {
	text  string
	cause error
}

func (m *masked) Error() string { return m.text }
func (m *masked) Unwrap() error { return m.cause }

// mask returns err as it may be shown. It is wrapped even where its own text is
// fit: what it wraps in turn may not be.
func mask(err error) error {
	if err == nil {
		return nil
	}
	return &masked{text: redact.Cut(maskURLs(err, err.Error()), redact.MaxError), cause: err}
}

// maskURLs treats the URLs that errors of net/http quote in text.
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

// maxSentence is how much of a foreign sentence an error shows, in bytes.
const maxSentence = 1 << 10

// oneLine makes foreign text fit for one line of a log.
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
