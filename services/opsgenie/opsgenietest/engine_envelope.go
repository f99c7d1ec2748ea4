package opsgenietest

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/tripware/tripware/services/internal/sim"
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

// encode encodes a response or, if err is not nil, an error response.
func (s *Server) encode(c *sim.Call, a response, err error) sim.Wire {
	took := max(0, s.world.Now().Sub(c.At).Seconds())
	e := envelope{
		Result: a.result, Data: a.data, Paging: a.paging, Marker: a.marker, Total: a.total, Expandable: a.expandable,
		Took: took, RequestID: c.ID,
	}
	out := sim.Wire{Status: max(a.status, http.StatusOK), Header: http.Header{
		"Content-Type":      {"application/json"},
		"X-Request-Id":      {c.ID},
		"X-Response-Time":   {strconv.FormatFloat(took, 'f', -1, 64)},
		"X-Ratelimit-State": {"OK"},
	}}
	if err != nil {
		no, ok := errors.AsType[*refusal](err)
		if !ok {
			no = &refusal{Status: http.StatusInternalServerError, Message: err.Error()}
		}
		e = envelope{Message: no.Message, Code: no.Code, Errors: no.Errors, Took: took, RequestID: c.ID}
		out.Status = no.Status
		maps.Copy(out.Header, no.Header)
	}
	if a.file != nil && err == nil {
		out.Header.Set("Content-Type", a.file.mediaType)
		out.Body = a.file.content
		return out
	}
	a.paging.headers(out.Header)
	body, err := json.Marshal(e)
	if err != nil { // all data can be encoded, but an error must not look like success
		out.Status, body = http.StatusInternalServerError, []byte(err.Error())
	}
	out.Body = body
	return out
}

func priorities() []string { return []string{"P1", "P2", "P3", "P4", "P5"} }

func isPriority(p string) bool { return slices.Contains(priorities(), p) }
