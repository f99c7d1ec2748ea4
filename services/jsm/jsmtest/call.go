package jsmtest

import (
	"encoding/base64"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// Short names for the machinery of simulated APIs.
type (
	document = sim.Document
	problems = sim.Problems
	refusal  = sim.Refusal
	item     = sim.Item
	shelf    = sim.Shelf
	shelves  = sim.Shelves
	field    = sim.Field
	schema   = sim.Schema
	subject  = sim.Subject
)

// A handler implements one operation. The world is locked while it runs.
type handler func(*world, *call) (response, error)

// A bodyKind is the kind of body that a route expects.
type bodyKind int

const (
	noBody     bodyKind = iota // a body is ignored
	jsonBody                   // a JSON object
	uploadBody                 // multipart/form-data
)

// A route is one row of the table of operations.
type route struct {
	pattern string // without the prefix
	domain  Domain // empty for operations without credentials
	body    bodyKind
	serve   handler
}

func allRoutes() []route {
	return slices.Concat(
		[]route{{"GET " + tenantPath, "", noBody, tenantInfo}},
		alertRoutes(), alertActionRoutes(), noteRoutes(), attachmentRoutes(), eventRoutes(),
		scheduleRoutes(), rotationRoutes(), overrideRoutes(), onCallRoutes(),
		teamRoutes(), roleRoutes(), routingRuleRoutes(), escalationRoutes(), heartbeatRoutes(),
	)
}

// A call is one request to the server, with its row in the table of operations.
type call struct {
	*sim.Call

	route *route // nil if no route matches
	actor string // who sent it, as a display name
}

// The prefixes of the operations: those of the API, and that of the events.
const (
	directPrefix  = "/jsm/ops/api/" + cloudID
	gatewayPrefix = "/ex/jira/" + cloudID + "/jsm/ops/api"
	compassPrefix = "/compass/cloud/" + cloudID + "/ops"
	eventsPrefix  = "/jsm/ops/integration"

	tenantPath = "/_edge/tenant_info"
)

// inside cuts the prefix of an escaped path.
func inside(path string) (rest string, ok bool) {
	if path == tenantPath || strings.HasPrefix(path, filePath) {
		return path, true
	}
	for _, prefix := range []string{directPrefix, gatewayPrefix, compassPrefix} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return rest, strings.HasPrefix(rest, "/v1/")
		}
	}
	rest, ok = strings.CutPrefix(path, eventsPrefix)
	return rest, ok && strings.HasPrefix(rest, "/v2/")
}

// tenantInfo responds with the cloud id.
func tenantInfo(*world, *call) (response, error) {
	return response{data: map[string]string{"cloudId": cloudID}}, nil
}

// simulated is the server as the engine sees it.
type simulated struct{ *Server }

func (s simulated) Locate(path string) (string, bool) { return inside(path) }

// Work applies the request to the world or refuses it.
func (s simulated) Work(in *sim.Call) sim.Wire {
	c := &call{Call: in}
	if in.Route != nil {
		c.route = s.rows[in.Route.Pattern]
	}
	quota := http.Header{}
	if err := s.admit(c, quota); err != nil {
		return s.encode(in, response{header: quota}, err)
	}
	s.world.Queue.Tick()
	a, err := c.route.serve(s.world, c)
	a.header = quota
	return s.encode(in, a, err)
}

func (s simulated) Refuse(c *sim.Call, err error) sim.Wire { return s.encode(c, response{}, err) }

func (s simulated) Throttled() *refusal { return s.throttled(nil) }

// admit refuses a request for reasons other than its body. It sets the headers that state
// what is left of a limit.
func (s *Server) admit(c *call, quota http.Header) error {
	if err := s.authenticate(c); err != nil {
		return err
	}
	switch {
	case c.route == nil && len(c.Allowed) > 0:
		return &refusal{
			Status: http.StatusMethodNotAllowed, Message: "Method not allowed",
			Header: http.Header{"Allow": {strings.Join(c.Allowed, ", ")}},
		}
	case c.route == nil:
		return sim.Refuse(http.StatusNotFound, "No such resource")
	}
	if err := s.pace(c, quota); err != nil {
		return err
	}
	if err := s.plan(c); err != nil {
		return err
	}
	if c.TooLong {
		return sim.Refuse(http.StatusRequestEntityTooLarge, "Request body is too large")
	}
	want := map[bodyKind]string{jsonBody: "application/json", uploadBody: "multipart/form-data"}[c.route.body]
	if got, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); want != "" && len(c.Body) > 0 && got != want {
		return sim.Refuse(http.StatusUnsupportedMediaType, "Content-Type must be "+want)
	}
	return nil
}

// authenticate checks the credential and its scopes, and sets the actor.
func (s *Server) authenticate(c *call) error {
	scheme, value, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if c.route != nil && c.route.domain == "" {
		return nil
	}
	if strings.HasPrefix(c.Arrived, eventsPrefix) {
		c.actor = "Integration"
		if !strings.EqualFold(scheme, "GenieKey") || value != DefaultKey {
			return sim.Refuse(http.StatusUnauthorized, "Could not authenticate")
		}
		return nil
	}
	switch {
	case strings.EqualFold(scheme, "Basic"):
		user, _ := base64.StdEncoding.DecodeString(value)
		if string(user) != DefaultEmail+":"+DefaultToken {
			return sim.Refuse(http.StatusUnauthorized, "Unauthorized")
		}
		c.actor = "Ada"
		if strings.HasPrefix(c.Arrived, gatewayPrefix) {
			return errScope()
		}
		return nil
	case strings.EqualFold(scheme, "Bearer"):
		scopes, ok := s.cfg.bearers[value]
		if !ok {
			return sim.Refuse(http.StatusUnauthorized, "Unauthorized")
		}
		c.actor = "App"
		return c.checkScopes(scopes)
	default:
		return sim.Refuse(http.StatusUnauthorized, "Unauthorized")
	}
}

func errScope() error {
	return sim.Refuse(http.StatusUnauthorized, "Unauthorized; scope does not match")
}

// checkScopes returns 401 if an OAuth token lacks a scope. Attachments have none: they
// take basic authentication only.
func (c *call) checkScopes(scopes []string) error {
	if c.route == nil {
		return nil
	}
	if strings.Contains(c.route.pattern, "/attachments") {
		return errScope()
	}
	words := []string{"read"}
	switch {
	case strings.HasSuffix(c.route.pattern, "/ping"):
		words = append(words, "write")
	case strings.HasSuffix(c.route.pattern, "/enable-ops"): // documented with the scope for reading only
	case c.Method == http.MethodDelete:
		words = append(words, "delete")
	case c.Method != http.MethodGet:
		words = append(words, "write")
	}
	for _, word := range words {
		if len(scopes) > 0 && !slices.Contains(scopes, word+":ops-"+string(c.route.domain)+":jira-service-management") {
			return errScope()
		}
	}
	return nil
}

// plan refuses what the plan of the site does not include.
func (s *Server) plan(c *call) error {
	switch {
	case s.cfg.plan != "Standard":
		return nil
	case strings.Contains(c.route.pattern, "/heartbeats"):
		return sim.Refuse(http.StatusPaymentRequired, "Please upgrade your pricing plan for Heartbeat Monitoring")
	case strings.Contains(c.route.pattern, "/attachments"):
		return sim.Refuse(http.StatusForbidden, "Feature is not available in your plan")
	default:
		return nil
	}
}
