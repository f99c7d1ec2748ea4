package opsgenietest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Peek returns the data that a GET of a path, such as "/v2/teams" or
// "/v2/schedules/Ops?identifierType=name", would be answered, for a test to look
// at. It is no request: it meets no fault and no rate limit, stands in no
// journal, and nothing that waits is processed by it. The path has no prefix of
// [WithPathPrefix]. The error is that of the response, or says that no GET leads
// there.
func (s *Server) Peek(path string) (json.RawMessage, error) {
	target, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("opsgenietest: peek: %w", err)
	}
	route, values, _ := s.routes.find(http.MethodGet, target.EscapedPath())
	if route == nil {
		return nil, fmt.Errorf("opsgenietest: peek: no GET leads to %q", path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{method: http.MethodGet, arrived: target.EscapedPath(), query: target.Query(), route: route, path: values}
	a, err := route.serve(s.world, c)
	if err != nil {
		return nil, fmt.Errorf("opsgenietest: peek at %s: %w", path, err)
	}
	if a.file != nil {
		return a.file.content, nil
	}
	data, err := json.Marshal(a.data)
	if err != nil {
		return nil, fmt.Errorf("opsgenietest: peek at %s: %w", path, err)
	}
	return data, nil
}
