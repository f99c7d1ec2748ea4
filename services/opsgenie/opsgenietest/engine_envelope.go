package opsgenietest

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// A response is the result of a handler. It is sent in the API's envelope unless it is a
// file.
type response struct {
	status int // 0 means 200
	result string
	data   any
	paging *paging
	file   *file

	expandable []string // what an "expand" parameter accepts
	marker     string   // the cursor of the next page
	total      *int     // the number of items on all pages, if the API has it
}

// A file is a response without an envelope.
type file struct {
	mediaType string
	content   []byte
}

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

// An envelope is the JSON of all responses, successful or not.
// See https://docs.opsgenie.com/docs/response.
type envelope struct {
	Message   string            `json:"message,omitzero"`
	Code      int               `json:"code,omitzero"`
	Errors    map[string]string `json:"errors,omitzero"`
	Result    string            `json:"result,omitzero"`
	Data      any               `json:"data,omitzero"`
	Paging    *paging           `json:"paging,omitzero"`
	Marker    string            `json:"marker,omitzero"`
	Total     *int              `json:"totalCount,omitzero"`
	Took      float64           `json:"took"`
	RequestID string            `json:"requestId"`

	Expandable []string `json:"expandable,omitzero"`
}

// A wire is a response as it is sent.
type wire struct {
	status int
	header http.Header
	body   []byte
}

// encode encodes a response or, if err is not nil, an error response.
func (s *Server) encode(c *call, a response, err error) wire {
	took := max(0, s.world.now().Sub(c.at).Seconds())
	e := envelope{
		Result: a.result, Data: a.data, Paging: a.paging, Marker: a.marker, Total: a.total, Expandable: a.expandable,
		Took: took, RequestID: c.id,
	}
	out := wire{status: max(a.status, http.StatusOK), header: http.Header{
		"Content-Type":      {"application/json"},
		"X-Request-Id":      {c.id},
		"X-Response-Time":   {strconv.FormatFloat(took, 'f', -1, 64)},
		"X-Ratelimit-State": {"OK"},
	}}
	if err != nil {
		no, ok := errors.AsType[*refusal](err)
		if !ok {
			no = &refusal{status: http.StatusInternalServerError, message: err.Error()}
		}
		e = envelope{Message: no.message, Code: no.code, Errors: no.errors, Took: took, RequestID: c.id}
		out.status = no.status
		maps.Copy(out.header, no.header)
	}
	if a.file != nil && err == nil {
		out.header.Set("Content-Type", a.file.mediaType)
		out.body = a.file.content
		return out
	}
	a.paging.headers(out.header)
	body, err := json.Marshal(e)
	if err != nil { // all data can be encoded, but an error must not look like success
		out.status, body = http.StatusInternalServerError, []byte(err.Error())
	}
	out.body = body
	return out
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

func priorities() []string { return []string{"P1", "P2", "P3", "P4", "P5"} }

func isPriority(p string) bool { return slices.Contains(priorities(), p) }
