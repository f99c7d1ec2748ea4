package opsgenietest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/services/internal/sim"
)

// Peek returns the data that a GET of path would return, for a test to check. path is
// below [Server.URL] and may have a query, as in "/v2/teams" or
// "/v2/schedules/Ops?identifierType=name".
//
// Peek does not count as a request: it is subject to no faults and no rate limits, is not
// in [Server.Requests], and does not make pending writes take effect. It returns an error
// if the GET would, or if the API has no such GET.
func (s *Server) Peek(path string) (json.RawMessage, error) {
	target, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("opsgenietest: peek: parse path: %w", err)
	}
	route, values, _ := s.engine.Router.Find(http.MethodGet, target.EscapedPath())
	if route == nil {
		return nil, fmt.Errorf("opsgenietest: peek at %s: the API has no such GET", path)
	}
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	in := &sim.Call{Method: http.MethodGet, Arrived: target.EscapedPath(), Query: target.Query(), Route: route, Path: values}
	c := &call{Call: in, route: s.rows[route.Pattern]}
	a, err := c.route.serve(s.world, c)
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
