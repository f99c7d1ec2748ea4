package opsgenietest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A call is one request to the server.
type call struct {
	method  string
	arrived string // the path as it arrived, escaped
	host    string
	header  http.Header
	query   url.Values
	body    []byte
	tooLong bool
	id      string
	at      time.Time
	route   *route // nil if no route matches
	path    map[string]string
	allowed []string // if the method is wrong: the methods of the path
	entry   *Request // in the journal
}

// receive reads a request completely and records it in the journal. It returns an error
// if the body cannot be read.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) (*call, error) {
	c := &call{method: r.Method, arrived: r.URL.EscapedPath(), host: r.Host, header: r.Header, query: r.URL.Query(), at: s.world.now().Time}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.cfg.maxBody))
	if _, c.tooLong = errors.AsType[*http.MaxBytesError](err); err != nil && !c.tooLong {
		return nil, err
	}
	c.body = body
	path, inside := strings.CutPrefix(c.arrived, s.cfg.prefix)
	if strings.HasPrefix(c.arrived, filePath) { // attachments are outside of the API
		path, inside = c.arrived, true
	}
	if inside {
		c.route, c.path, c.allowed = s.routes.find(c.method, path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.id = s.world.dice.uuid()
	s.journal.enter(c)
	return c, nil
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

// decode decodes the JSON body into v. It returns 400 if the body is not JSON and 422 if
// it does not fit v.
func (c *call) decode(v any) error {
	if len(c.body) == 0 && c.route.body == optionalBody {
		return nil
	}
	if !json.Valid(c.body) {
		return refuse(http.StatusBadRequest, "Request body is not valid JSON")
	}
	if trimmed := bytes.TrimSpace(c.body); trimmed[0] != '{' {
		return problems{"body": "Request body must be an object."}.err()
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		field := "body"
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			field = wrong.Field
		}
		return problems{field: "Value of [" + field + "] has the wrong type."}.err()
	}
	return nil
}

// A ref is an identifier of a resource and its type.
type ref struct{ kind, value string }

// ref returns the identifier in the path, with its type from the query parameter param.
// The first of kinds is the default.
func (c *call) ref(param string, kinds ...string) (ref, error) {
	return c.refTo(c.path["identifier"], param, kinds...)
}

func (c *call) refTo(value, param string, kinds ...string) (ref, error) {
	kind, err := c.choice(param, kinds...)
	return ref{kind: kind, value: value}, err
}

// choice returns a query parameter that must be one of values. The first is the default.
func (c *call) choice(param string, values ...string) (string, error) {
	value := c.query.Get(param)
	if value == "" {
		return values[0], nil
	}
	if !slices.Contains(values, value) {
		return "", problems{param: "Must be one of " + strings.Join(values, ", ") + "."}.err()
	}
	return value, nil
}
