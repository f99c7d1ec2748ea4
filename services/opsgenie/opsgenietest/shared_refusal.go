package opsgenietest

import (
	"maps"
	"net/http"
	"strconv"
	"time"
)

// A refusal is an error response.
type refusal struct {
	status  int
	code    int
	message string
	errors  map[string]string
	header  http.Header
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, message string) error { return &refusal{status: status, message: message} }

// problems collects the errors of a request by field.
type problems map[string]string

// add adds an error for a field if bad is true. The first error of a field counts.
func (p problems) add(bad bool, field, sentence string) {
	if _, known := p[field]; bad && !known {
		p[field] = sentence
	}
}

// err returns 422 with the errors, or nil if there are none.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &refusal{
		status:  http.StatusUnprocessableEntity,
		message: "Request body is not processable. Please check the errors.",
		errors:  p,
	}
}

// A wire is a response as it is sent.
type wire struct {
	status int
	header http.Header
	body   []byte
}

// head writes the status and the headers.
func (o *wire) head(w http.ResponseWriter) {
	maps.Copy(w.Header(), o.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(o.body)))
	w.WriteHeader(o.status)
}

// A Time is a time that is encoded as the API does: in UTC, with milliseconds.
type Time struct{ time.Time }

// MarshalJSON encodes the time as a string such as "2026-05-26T09:30:00.123Z".
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`), nil
}

// parseTime parses the forms of ISO 8601 that the API's documentation shows.
func parseTime(text string) (Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Time{t.UTC()}, true
		}
	}
	return Time{}, false
}
