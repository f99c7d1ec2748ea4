// Package incident calls the Incident API: it opens incidents, acts on them, and reads them
// with their notes, logs and alerts. [TemplateService], [TimelineService] and
// [PostmortemService] call the APIs of incident templates, timelines and postmortems.
//
// Incidents are part of the Standard and Enterprise plans; under others, errors.Is matches
// [services.ErrPlan]. Writes are asynchronous: they return a [Pending]. All calls of a
// [Service] count towards the rate-limit domain incident.
package incident

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Incident API. It is safe for concurrent use. [New] returns one.
type Service struct {
	client  *services.Client
	changes *services.Tracker[RequestStatus, Incident, Pending]
}

// New returns a service that calls through client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service {
	s := &Service{client: client}
	s.changes = s.tracker()
	return s
}

// A Ref identifies an incident. [ByID] and [ByTinyID] return one; the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the incident with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByTinyID refers to the incident with a tiny id, the short number that people see.
func ByTinyID(id string) Ref { return Ref{identifier: id, kind: "tiny"} }

const (
	listRoute = "GET /v1/incidents"
	pageLimit = 100 // the most items that the API returns on one page
)

// A CreateRequest describes the incident to open.
type CreateRequest struct {
	Message            string                  `json:"message" check:"required"` // at most 130 characters
	Description        string                  `json:"description,omitzero"`     // at most 10,000 characters
	Responders         []shape.Responder       `json:"responders,omitzero"`      // teams and users
	Tags               []string                `json:"tags,omitzero"`            // at most 20, each of at most 50 characters
	Details            map[string]string       `json:"details,omitzero"`         // at most 8,000 characters in total
	Priority           shape.Priority          `json:"priority,omitzero"`        // P3 if empty
	Note               string                  `json:"note,omitzero"`            // at most 25,000 characters
	ServiceID          string                  `json:"serviceId,omitzero"`       // the older form of ImpactedServices
	ImpactedServices   []string                `json:"impactedServices,omitzero"`
	StatusPageEntry    StatusPageEntry         `json:"statusPageEntry,omitzero"`
	NotifyStakeholders services.Optional[bool] `json:"notifyStakeholders,omitzero"` // the server's default is not documented
}

// A StatusPageEntry describes an incident on a status page.
type StatusPageEntry struct {
	Title  string `json:"title"` // required
	Detail string `json:"detail,omitzero"`
}

// Check refuses responders without id and name, and a status page entry without a title.
func (r CreateRequest) Check() error {
	untitled := r.StatusPageEntry.Detail != "" && r.StatusPageEntry.Title == ""
	return errors.Join(
		check.Responders("responders", r.Responders...),
		check.Missing("statusPageEntry.title", untitled),
	)
}

// Create opens an incident asynchronously. The server does not detect duplicates, so only 429
// and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/incident-api#create-incident
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/create", in, services.RetryIfRefused)
}

// Get returns one incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#get-incident
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Incident], error) {
	return services.Do[Incident](ctx, s.client, "GET /v1/incidents/{identifier}", get{ref}, services.ByMethod)
}

type get struct{ Ref }

// Check refuses identifiers that are names of other routes below /v1/incidents.
func (g get) Check() error {
	if g.identifier == "create" || g.identifier == "requests" {
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another route"}
	}
	return nil
}

// A Sort is the field by which incidents are listed. The server's default is [SortCreatedAt].
type Sort string

// The fields to sort by.
const (
	SortCreatedAt Sort = "createdAt"
	SortTinyID    Sort = "tinyId"
	SortMessage   Sort = "message"
	SortStatus    Sort = "status"
	SortIsSeen    Sort = "isSeen"
	SortOwner     Sort = "owner"
)

// A ListRequest selects the incidents that match a query.
type ListRequest struct {
	Query  string      `query:"query"` // such as "status: open"; all if empty, which older versions of the API refuse
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Sort   Sort        `query:"sort"`
	Order  shape.Order `query:"order"` // by default, descending
}

// List returns one page of the incidents that match.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-incidents
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Incident], error) {
	return services.Do[[]Incident](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all incidents that match, in pages of 100 unless Limit is set; see
// [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Incident, error] {
	in.Limit = cmp.Or(in.Limit, pageLimit)
	return services.All[Incident](ctx, s.client, listRoute, in)
}

// Delete deletes an incident asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-api#delete-incident
func (s *Service) Delete(ctx context.Context, ref Ref) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}", ref, services.ByMethod)
}
