package opsgenietest

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// A call is one request to the server, with its row in the table of operations.
type call struct {
	*sim.Call

	route *route // nil if no route matches
}

// decode decodes the JSON body into v: see [sim.Call.Decode].
func (c *call) decode(v any) error {
	if len(c.Body) == 0 && c.route.body == optionalBody {
		return nil
	}
	return c.Call.Decode(v)
}

// admit refuses a request for reasons other than its body.
func (s *Server) admit(c *call) error {
	if c.route == nil || !c.route.public() {
		if err := s.authenticate(c); err != nil {
			return err
		}
	}
	if c.route == nil {
		if len(c.Allowed) > 0 {
			allow := http.Header{"Allow": {strings.Join(c.Allowed, ", ")}}
			return &refusal{Status: http.StatusMethodNotAllowed, Message: "Method not allowed on this URL", Header: allow}
		}
		return sim.Refuse(http.StatusNotFound, "No such URL")
	}
	if err := s.pace(c); err != nil {
		return err
	}
	if c.route.domain == DomainIncident && !slices.Contains([]string{"Standard", "Enterprise"}, s.cfg.plan) {
		return sim.Refuse(http.StatusPaymentRequired, "Your plan does not include this feature")
	}
	if c.TooLong {
		return sim.Refuse(http.StatusRequestEntityTooLarge, "Request body is too large")
	}
	return c.negotiate()
}

// authenticate checks the key and its rights.
// See https://docs.opsgenie.com/docs/authentication and .../api-access-management.
func (s *Server) authenticate(c *call) error {
	scheme, key, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "GenieKey") {
		key = ""
	}
	switch {
	case key == s.cfg.key:
		return nil
	case key == "" || !slices.Contains(s.cfg.readOnly, key):
		return sim.Refuse(http.StatusUnauthorized, "Key is not valid or the integration is disabled")
	case c.Method == http.MethodGet, c.route != nil && strings.HasSuffix(c.route.pattern, "/ping"):
		return nil
	default:
		return &refusal{Status: http.StatusForbidden, Code: 40301, Message: "API key has no right to change anything"}
	}
}

// negotiate checks the media types of the body and the response.
func (c *call) negotiate() error {
	gives := c.route.gives()
	tree, _, _ := strings.Cut(gives, "/")
	fits := func(mediaType string) bool { return strings.Contains(c.Header.Get("Accept"), mediaType) }
	if !c.route.public() && c.Header.Get("Accept") != "" &&
		!slices.ContainsFunc([]string{"*/*", tree + "/*", gives}, fits) {
		return sim.Refuse(http.StatusNotAcceptable, "Only "+gives+" can be produced")
	}
	want := ""
	switch c.route.body {
	case optionalBody, jsonBody:
		want = "application/json"
	case uploadBody:
		want = "multipart/form-data"
	case noBody:
	}
	if want == "" || len(c.Body) == 0 {
		return nil
	}
	if got, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); got != want {
		return sim.Refuse(http.StatusUnsupportedMediaType, "Content-Type must be "+want)
	}
	return nil
}

// ref returns the identifier in the path, with its type from the query parameter param.
// The first of kinds is the default.
func (c *call) ref(param string, kinds ...string) (sim.Ref, error) {
	return c.refTo(c.Path["identifier"], param, kinds...)
}

func (c *call) refTo(value, param string, kinds ...string) (sim.Ref, error) {
	kind, err := c.Choice(param, kinds...)
	return sim.Ref{Kind: kind, Value: value}, err
}
