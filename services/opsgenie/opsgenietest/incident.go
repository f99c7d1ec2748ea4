package opsgenietest

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const incidentFamily = "incident"

// An Incident is an incident as the server stores it. The fields that have a JSON name
// are those in the API's responses.
//
// API: https://docs.opsgenie.com/docs/incident-api
type Incident struct {
	ID               string            `json:"id"`
	TinyID           string            `json:"tinyId"`
	Message          string            `json:"message"`
	Description      string            `json:"description,omitzero"`
	Status           string            `json:"status"` // open, resolved or closed
	ServiceID        string            `json:"serviceId,omitzero"`
	ImpactedServices []string          `json:"impactedServices"`
	Tags             []string          `json:"tags"`
	CreatedAt        Time              `json:"createdAt"`
	UpdatedAt        Time              `json:"updatedAt"`
	ImpactStartDate  Time              `json:"impactStartDate"`
	ImpactEndDate    Time              `json:"impactEndDate,omitzero"` // when it was resolved or closed; zero while it is open
	Priority         string            `json:"priority"`
	OwnerTeam        string            `json:"ownerTeam"` // the id of the first responder that is a team
	Responders       []Responder       `json:"responders"`
	ExtraProperties  map[string]string `json:"extraProperties"` // the details of requests
	Links            Links             `json:"links"`
	Actions          []string          `json:"actions"`

	Notes            []Note   `json:"-"` // the oldest first
	Logs             []Log    `json:"-"` // the oldest first
	ResponderAlerts  []string `json:"-"` // ids of the alerts created for its responders
	AssociatedAlerts []string `json:"-"` // ids added by [Server.AssociateAlerts]
}

// Links contains the URLs of an incident.
type Links struct {
	Web string `json:"web"`
	API string `json:"api"`
}

// Incidents returns copies of all incidents, the oldest first. They do not include
// pending writes: see [Server.Settle].
func (s *Server) Incidents() []Incident {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	out := make([]Incident, len(s.world.incidents.Rows))
	for i, in := range s.world.incidents.Rows {
		out[i] = in.clone()
	}
	return out
}

func (i *Incident) clone() Incident {
	out := *i
	for _, list := range []*[]string{&out.ImpactedServices, &out.Tags, &out.Actions, &out.ResponderAlerts, &out.AssociatedAlerts} {
		*list = slices.Clone(*list)
	}
	out.Responders, out.ExtraProperties = slices.Clone(i.Responders), maps.Clone(i.ExtraProperties)
	out.Notes, out.Logs = slices.Clone(i.Notes), slices.Clone(i.Logs)
	return out
}

// AssociateAlerts adds alerts to those that are associated with an incident. The API
// can only list them: in the product, users and incident rules add them. It returns an
// error if the incident does not exist.
func (s *Server) AssociateAlerts(incidentID string, alertIDs ...string) error {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	in, ok := s.world.incidents.Find(sim.Ref{Kind: "id", Value: incidentID})
	if !ok {
		return errors.New("opsgenietest: associate alerts: unknown incident id " + strconv.Quote(incidentID))
	}
	in.AssociatedAlerts = union(in.AssociatedAlerts, alertIDs)
	return nil
}

func incidentRoutes() []route {
	const at = "/v1/incidents/{identifier}"
	return []route{
		{"GET /v1/incidents", DomainIncident, noBody, (*world).listIncidents},
		{"GET /v1/incidents/", DomainIncident, noBody, (*world).listIncidents}, // as the API's description has it
		{"POST /v1/incidents/create", DomainIncident, jsonBody, (*world).createIncident},
		{"GET /v1/incidents/requests/{requestId}", DomainIncident, noBody, statusOf(incidentFamily)},
		{"GET " + at, DomainIncident, noBody, (*world).getIncident},
		{"GET " + at + "/logs", DomainIncident, noBody, incidentList((*Incident).logs, func(l Log) string { return l.Offset })},
		{"GET " + at + "/notes", DomainIncident, noBody, incidentList((*Incident).notes, func(n Note) string { return n.Offset })},
		{"GET " + at + "/responder-alert-ids", DomainIncident, noBody, incidentList((*Incident).responderAlerts, itself)},
		{"GET " + at + "/associated-alert-ids", DomainIncident, noBody, incidentList((*Incident).associatedAlerts, itself)},
	}
}

func (i *Incident) logs() []Log                { return i.Logs }
func (i *Incident) notes() []Note              { return i.Notes }
func (i *Incident) responderAlerts() []string  { return i.ResponderAlerts }
func (i *Incident) associatedAlerts() []string { return i.AssociatedAlerts }

// itself returns an id, which is its own cursor.
func itself(id string) string { return id }

// incidentList returns the handler of a list below an incident.
func incidentList[E any](rows func(*Incident) []E, cursor func(E) string) handler {
	return func(w *world, c *call) (response, error) {
		i, key, err := w.findIncident(c)
		if err != nil {
			return response{}, err
		}
		page, links, err := byCursor(w, c, rows(i), cursor, key.Kind)
		return response{data: page, paging: links}, err
	}
}

// findIncident returns the incident in a request's path, or 404.
func (w *world) findIncident(c *call) (*Incident, sim.Ref, error) {
	key, err := c.ref("identifierType", "id", "tiny")
	if err != nil {
		return nil, key, err
	}
	i, ok := w.incidents.Find(key)
	if !ok {
		return nil, key, sim.Refuse(http.StatusNotFound, "No incident exists with "+key.Kind+" ["+key.Value+"]")
	}
	return i, key, nil
}

func (w *world) getIncident(c *call) (response, error) {
	i, _, err := w.findIncident(c)
	return response{data: i}, err
}

func (w *world) listIncidents(c *call) (response, error) {
	keys := map[string]func(*Incident) sim.SortKey{
		"createdAt": func(i *Incident) sim.SortKey { return sim.Instant(i.CreatedAt) },
		"tinyId":    func(i *Incident) sim.SortKey { return sim.Numeral(i.TinyID) },
		"message":   func(i *Incident) sim.SortKey { return sim.SortKey{Text: i.Message} },
		"status":    func(i *Incident) sim.SortKey { return sim.SortKey{Text: i.Status} },
		"isSeen":    func(*Incident) sim.SortKey { return sim.SortKey{} },
		"owner":     func(i *Incident) sim.SortKey { return sim.SortKey{Text: i.OwnerTeam} },
	}
	key, err := c.Choice("sort", "createdAt", "tinyId", "message", "status", "isSeen", "owner")
	if err != nil {
		return response{}, err
	}
	order, err := c.Choice("order", "desc", "asc")
	if err != nil {
		return response{}, err
	}
	query := c.Query.Get("query")
	found, err := queried(w.incidents.Rows, query, incidentFields())
	if err != nil {
		return response{}, err
	}
	page, links, err := byNumber(w, c, sim.Ordered(found, order, keys[key]),
		"query", query, "limit", "", "sort", key, "order", order)
	return response{data: append([]*Incident{}, page...), paging: links}, err
}

// incidentFields returns the fields that a query may use.
func incidentFields() map[string]func(*Incident) []string {
	tags := func(i *Incident) []string { return i.Tags }
	return map[string]func(*Incident) []string{
		"status":      func(i *Incident) []string { return []string{i.Status} },
		"priority":    func(i *Incident) []string { return []string{i.Priority} },
		"message":     func(i *Incident) []string { return []string{i.Message} },
		"description": func(i *Incident) []string { return []string{i.Description} },
		"tinyId":      func(i *Incident) []string { return []string{i.TinyID} },
		"tag":         tags,
		"tags":        tags,
		"responders":  func(i *Incident) []string { return responderIDs(i.Responders) },
		"createdAt":   func(i *Incident) []string { return []string{strconv.FormatInt(i.CreatedAt.UnixMilli(), 10)} },
		"updatedAt":   func(i *Incident) []string { return []string{strconv.FormatInt(i.UpdatedAt.UnixMilli(), 10)} },
	}
}

// newIncident is the body of a creation.
type newIncident struct {
	Message          string            `json:"message"`
	Description      string            `json:"description"`
	Responders       []recipient       `json:"responders"`
	Tags             []string          `json:"tags"`
	Details          map[string]string `json:"details"`
	Priority         string            `json:"priority"`
	Note             string            `json:"note"`
	ServiceID        string            `json:"serviceId"`
	ImpactedServices []string          `json:"impactedServices"`
}

func (w *world) createIncident(c *call) (response, error) {
	in := &newIncident{}
	if err := c.decode(in); err != nil {
		return response{}, err
	}
	p := problems{}
	p.Add(strings.TrimSpace(in.Message) == "", "message", "Message can not be empty.")
	p.Add(in.Priority != "" && !isPriority(in.Priority), "priority", "Priority must be one of P1, P2, P3, P4, P5.")
	checkRecipients(p, "responders", in.Responders, "user", "team")
	if err := p.Err(); err != nil {
		return response{}, err
	}
	api := w.link(c)
	api = api[:strings.LastIndex(api, "create")] // the collection, with its slash
	return w.accept(c, incidentFamily, "Create", func() (sim.Subject, error) {
		return sim.Subject{Status: "Created incident", ID: w.open(in, api).ID}, nil
	})
}

// open creates an incident. The URL of all incidents is api.
func (w *world) open(in *newIncident, api string) *Incident {
	now := w.Now()
	w.tinyIncidents++
	i := &Incident{
		ID: w.Dice.UUID(), TinyID: strconv.Itoa(w.tinyIncidents),
		Message: in.Message, Description: in.Description, Status: "open", Priority: cmp.Or(in.Priority, "P3"),
		ServiceID: in.ServiceID, ImpactedServices: union(nil, in.ImpactedServices), Tags: union(nil, in.Tags),
		CreatedAt: now, UpdatedAt: now, ImpactStartDate: now,
		Responders: []Responder{}, ExtraProperties: map[string]string{}, Actions: []string{},
	}
	if in.ServiceID != "" && len(in.ImpactedServices) == 0 {
		i.ImpactedServices = []string{in.ServiceID}
	}
	i.Links = Links{Web: w.origin + "/incident/detail/" + i.ID, API: api + i.ID}
	maps.Copy(i.ExtraProperties, in.Details)
	w.involve(i, in.Responders...)
	w.history(&i.Logs, incidentActor, "Incident created")
	w.annotate(&i.Notes, actor{User: incidentActor, Note: in.Note})
	w.incidents.Add(i, sim.Ref{Kind: "id", Value: i.ID}, sim.Ref{Kind: "tiny", Value: i.TinyID})
	return i
}
