package jsmtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

// A response is the result of a handler.
type response struct {
	status int // 0 means 200
	data   any // nil means no body
	file   *file
	header http.Header
}

// A file is a response that is not JSON.
type file struct {
	mediaType string
	content   []byte
}

// encode encodes a response or, if err is not nil, an error response.
func (s *Server) encode(c *sim.Call, a response, err error) sim.Wire {
	out := sim.Wire{Status: cmp.Or(a.status, http.StatusOK), Header: http.Header{}}
	maps.Copy(out.Header, a.header)
	out.Header.Set("Atl-Traceid", strings.ReplaceAll(c.ID, "-", ""))
	data := a.data
	if err != nil {
		no, ok := errors.AsType[*refusal](err)
		if !ok {
			no = &refusal{Status: http.StatusInternalServerError, Message: err.Error()}
		}
		out.Status, a.file, data = no.Status, nil, s.errorBody(c, no)
		maps.Copy(out.Header, no.Header)
	}
	switch {
	case a.file != nil:
		out.Header.Set("Content-Type", a.file.mediaType)
		out.Body = a.file.content
	case data != nil:
		out.Header.Set("Content-Type", "application/json")
		body, err := json.Marshal(data)
		if err != nil { // all data can be encoded, but an error must not look like success
			out.Status, body = http.StatusInternalServerError, []byte(err.Error())
		}
		out.Body = body
	}
	return out
}

// errorBody returns the body of an error in the form in which the service sends it: one
// for credentials, one for events, and one for everything else.
func (s *Server) errorBody(c *sim.Call, no *refusal) any {
	if strings.HasPrefix(c.Arrived, eventsPrefix) {
		return map[string]any{"message": no.Message, "took": s.took(c), "requestId": c.ID}
	}
	if no.Status == http.StatusUnauthorized {
		return map[string]any{"code": no.Status, "message": no.Message}
	}
	if len(no.Errors) == 0 {
		return map[string]any{"errors": []document{{"title": no.Message}}}
	}
	all := []document{}
	for _, name := range slices.Sorted(maps.Keys(no.Errors)) {
		all = append(all, document{"title": no.Errors[name], "code": "INVALID", "detail": name})
	}
	return map[string]any{"errors": all}
}

// took returns how long the request has taken in seconds.
func (s *Server) took(c *sim.Call) float64 { return s.world.took(c) }

// pace takes a token for the request from the bucket of its domain, or returns 429. It
// sets the headers that state what is left.
func (s *Server) pace(c *call, quota http.Header) error {
	limit, left := s.engine.Take(c.Call)
	if limit == nil {
		return nil
	}
	if left < 0 {
		return s.throttled(limit)
	}
	quota.Set("X-Ratelimit-Limit", strconv.Itoa(limit.Burst))
	quota.Set("X-Ratelimit-Remaining", strconv.Itoa(left))
	if left*5 < limit.Burst {
		quota.Set("X-Ratelimit-Nearlimit", "true")
	}
	return nil
}

// throttled returns the platform's response to a request above a limit. Without a limit
// it states that of the platform for most operations.
func (s *Server) throttled(limit *sim.Limit) *refusal {
	most, wait := 100, time.Second
	if limit != nil {
		most, wait = limit.Burst, max(time.Second, time.Duration(float64(time.Second)/limit.PerSecond).Round(time.Second))
	}
	no := &refusal{Status: http.StatusTooManyRequests, Message: "Rate limit exceeded", Header: http.Header{}}
	no.Header.Set("X-Ratelimit-Limit", strconv.Itoa(most))
	no.Header.Set("X-Ratelimit-Remaining", "0")
	no.Header.Set("X-Ratelimit-Reset", s.world.Now().Add(wait+time.Second-1).Truncate(time.Second).Format(time.RFC3339))
	if s.cfg.varies(BareThrottling) {
		no.Header.Set("X-Failure-Category", "FAILURE_CLIENT_RATE_LIMIT")
		return no
	}
	no.Header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	no.Header.Set("Ratelimit-Reason", "jira-burst-based")
	return no
}
