package sim

import (
	"maps"
	"net/http"
	"strconv"
	"time"
)

// A Refusal is an error response.
type Refusal struct { //nolint:errname // it is a response that handlers return as an error
	Status  int
	Code    int
	Message string
	Errors  map[string]string
	Header  http.Header
}

func (r *Refusal) Error() string { return r.Message }

// Refuse returns a refusal with a status and a message.
func Refuse(status int, message string) error { return &Refusal{Status: status, Message: message} }

// Problems collects the errors of a request by field.
type Problems map[string]string

// Add adds an error for a field if bad is true. The first error of a field counts.
func (p Problems) Add(bad bool, field, sentence string) {
	if _, known := p[field]; bad && !known {
		p[field] = sentence
	}
}

// Err returns 422 with the errors, or nil if there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &Refusal{
		Status:  http.StatusUnprocessableEntity,
		Message: "Request body is not processable. Please check the errors.",
		Errors:  p,
	}
}

// A Wire is a response as it is sent.
type Wire struct {
	Status int
	Header http.Header
	Body   []byte
}

// head writes the status and the headers.
func (o *Wire) head(w http.ResponseWriter) {
	maps.Copy(w.Header(), o.Header)
	w.Header().Set("Content-Length", strconv.Itoa(len(o.Body)))
	w.WriteHeader(o.Status)
}

// A Time is a time that is encoded as the API does: in UTC, with milliseconds.
type Time struct{ time.Time }

// MarshalJSON encodes the time as a string such as "2026-05-26T09:30:00.123Z".
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`), nil
}

// ParseTime parses the forms of ISO 8601 that the API's documentation shows.
func ParseTime(text string) (Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Time{t.UTC()}, true
		}
	}
	return Time{}, false
}
