package jsmtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/tripware/tripware/services/internal/sim"
)

// Peek returns the data that a GET of path would return, for a test to check. path is
// without the prefix and may have a query, as in "/v1/teams" or
// "/v1/schedules?expand=rotation".
//
// Peek does not count as a request: it is subject to no faults and no rate limits, is not
// in [Server.Requests], and does not make pending writes take effect. It returns an error
// if the GET would, or if the API has no such GET.
func (s *Server) Peek(path string) (json.RawMessage, error) {
	target, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("jsmtest: peek: parse path: %w", err)
	}
	found, values, _ := s.engine.Router.Find(http.MethodGet, target.EscapedPath())
	if found == nil {
		return nil, fmt.Errorf("jsmtest: peek at %s: the API has no such GET", path)
	}
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	in := &sim.Call{Method: http.MethodGet, Arrived: directPrefix + target.EscapedPath(), Query: target.Query(), Route: found, Path: values}
	c := &call{Call: in, route: s.rows[found.Pattern]}
	a, err := c.route.serve(s.world, c)
	if err != nil {
		return nil, fmt.Errorf("jsmtest: peek at %s: %w", path, err)
	}
	if a.file != nil {
		return a.file.content, nil
	}
	data, err := json.Marshal(a.data)
	if err != nil {
		return nil, fmt.Errorf("jsmtest: peek at %s: %w", path, err)
	}
	return data, nil
}
