package opsgenietest

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// A call is one request to the server, with its row in the table of operations.
type call struct {
	*rawCall

	route *route // nil if no route matches
}

// decode decodes the JSON body into v: see rawCall.decode.
func (c *call) decode(v any) error {
	if len(c.body) == 0 && c.route.body == optionalBody {
		return nil
	}
	return c.rawCall.decode(v)
}

// admit refuses a request for reasons other than its body.
func (s *Server) admit(c *call) error {
	if c.route == nil || !c.route.public() {
		if err := s.authenticate(c); err != nil {
			return err
		}
	}
	if c.route == nil {
		if len(c.allowed) > 0 {
			allow := http.Header{"Allow": {strings.Join(c.allowed, ", ")}}
			return &refusal{status: http.StatusMethodNotAllowed, message: "Method not allowed on this URL", header: allow}
		}
		return refuse(http.StatusNotFound, "No such URL")
	}
	if err := s.pace(c); err != nil {
		return err
	}
	if c.route.domain == DomainIncident && !slices.Contains([]string{"Standard", "Enterprise"}, s.cfg.plan) {
		return refuse(http.StatusPaymentRequired, "Your plan does not include this feature")
	}
	if c.tooLong {
		return refuse(http.StatusRequestEntityTooLarge, "Request body is too large")
	}
	return c.negotiate()
}

// authenticate checks the key and its rights.
// See https://docs.opsgenie.com/docs/authentication and .../api-access-management.
func (s *Server) authenticate(c *call) error {
	scheme, key, _ := strings.Cut(c.header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "GenieKey") {
		key = ""
	}
	switch {
	case key == s.cfg.key:
		return nil
	case key == "" || !slices.Contains(s.cfg.readOnly, key):
		return refuse(http.StatusUnauthorized, "Key is not valid or the integration is disabled")
	case c.method == http.MethodGet, c.route != nil && strings.HasSuffix(c.route.pattern, "/ping"):
		return nil
	default:
		return &refusal{status: http.StatusForbidden, code: 40301, message: "API key has no right to change anything"}
	}
}

// negotiate checks the media types of the body and the response.
func (c *call) negotiate() error {
	gives := c.route.gives()
	tree, _, _ := strings.Cut(gives, "/")
	fits := func(mediaType string) bool { return strings.Contains(c.header.Get("Accept"), mediaType) }
	if !c.route.public() && c.header.Get("Accept") != "" &&
		!slices.ContainsFunc([]string{"*/*", tree + "/*", gives}, fits) {
		return refuse(http.StatusNotAcceptable, "Only "+gives+" can be produced")
	}
	want := ""
	switch c.route.body {
	case optionalBody, jsonBody:
		want = "application/json"
	case uploadBody:
		want = "multipart/form-data"
	case noBody:
	}
	if want == "" || len(c.body) == 0 {
		return nil
	}
	if got, _, _ := mime.ParseMediaType(c.header.Get("Content-Type")); got != want {
		return refuse(http.StatusUnsupportedMediaType, "Content-Type must be "+want)
	}
	return nil
}

// ref returns the identifier in the path, with its type from the query parameter param.
// The first of kinds is the default.
func (c *call) ref(param string, kinds ...string) (ref, error) {
	return c.refTo(c.path["identifier"], param, kinds...)
}

func (c *call) refTo(value, param string, kinds ...string) (ref, error) {
	kind, err := c.choice(param, kinds...)
	return ref{kind: kind, value: value}, err
}
