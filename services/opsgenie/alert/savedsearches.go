package alert

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A SavedSearchService manages saved searches for alerts, which are part of the Alert API. It is
// safe for concurrent use. [NewSavedSearches] returns one.
type SavedSearchService struct{ client *services.Client }

// NewSavedSearches returns a service that sends its calls with client, whose codec must be
// Opsgenie's.
func NewSavedSearches(client *services.Client) *SavedSearchService {
	return &SavedSearchService{client: client}
}

// A SearchRef identifies a saved search. [SearchByID] and [SearchByName] return one. The zero
// value identifies none.
type SearchRef struct {
	identifier string `query:"searchIdentifier"`
	kind       string `query:"searchIdentifierType"`
}

// SearchByID returns a reference to the saved search with an id.
func SearchByID(id string) SearchRef { return SearchRef{identifier: id, kind: "id"} }

// SearchByName returns a reference to the saved search with a name.
func SearchByName(name string) SearchRef { return SearchRef{identifier: name, kind: "name"} }

// given refuses a reference with an empty id or name.
func (r SearchRef) given() error {
	return check.Missing("searchIdentifier", r.kind != "" && r.identifier == "")
}

// searchPath is a [SearchRef] in the path.
type searchPath struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// A SavedSearch is a named search for alerts.
type SavedSearch struct {
	services.Other

	ID          string            `json:"id"`
	Name        string            `json:"name"`
	CreatedAt   shape.Time        `json:"createdAt,omitzero"`
	UpdatedAt   shape.Time        `json:"updatedAt,omitzero"`
	Owner       shape.User        `json:"owner,omitzero"` // the server sends the id only
	Teams       []shape.OwnerTeam `json:"teams,omitzero"` // the teams that can use it; the server sends ids only
	Description string            `json:"description,omitzero"`
	Query       string            `json:"query,omitzero"`
}

// MarshalJSON writes the search, with the members that it keeps.
func (s SavedSearch) MarshalJSON() ([]byte, error) {
	type plain SavedSearch
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a search of any form.
func (s *SavedSearch) UnmarshalJSON(raw []byte) error {
	type plain SavedSearch
	return services.UnmarshalObject(raw, (*plain)(s))
}

// Request returns the request that writes the search back without loss. It refers to the search
// by its id.
func (s SavedSearch) Request() UpdateSavedSearchRequest {
	if s.Owner.ID != "" || s.Owner.Username != "" {
		s.Owner.SetMember("type", json.RawMessage(`"user"`)) // required in requests
	}
	s.Teams = slices.Clone(s.Teams)
	for i := range s.Teams {
		s.Teams[i].SetMember("type", json.RawMessage(`"team"`))
	}
	in := services.RequestFrom[UpdateSavedSearchRequest](s)
	in.SearchRef = SearchByID(s.ID)
	return in
}

// A SavedSearchSummary is a saved search in a list, or one that was just created.
type SavedSearchSummary struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CreateSavedSearchRequest is the request to create a saved search.
type CreateSavedSearchRequest struct {
	Name        string            `json:"name" check:"required"`  // at most 100 characters
	Description string            `json:"description,omitzero"`   // at most 15,000 characters
	Query       string            `json:"query" check:"required"` // at most 1,000 characters
	Owner       shape.Responder   `json:"owner" check:"required"` // a user
	Teams       []shape.Responder `json:"teams,omitzero"`         // at most 20 teams that can use it
}

// Check refuses an owner that is not a user, and responders that are not teams.
func (r CreateSavedSearchRequest) Check() error { return checkMembers(r.Owner, r.Teams) }

func checkMembers(owner shape.Responder, teams []shape.Responder) error {
	return errors.Join(
		check.Kind("owner", shape.KindUser, owner),
		check.Responders("teams", teams...),
		check.Kind("teams", shape.KindTeam, teams...),
	)
}

// Create creates a saved search. Only 429 and 503 are retried, because a second copy would be a
// second search or a conflict.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#create-saved-search
func (s *SavedSearchService) Create(ctx context.Context, in CreateSavedSearchRequest) (*services.Result[SavedSearchSummary], error) {
	return services.Do[SavedSearchSummary](ctx, s.client, "POST /v2/alerts/saved-searches", in, services.RetryIfRefused)
}

// Get returns a saved search. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#get-saved-search
func (s *SavedSearchService) Get(ctx context.Context, ref SearchRef) (*services.Result[SavedSearch], error) {
	return services.Do[SavedSearch](ctx, s.client, "GET /v2/alerts/saved-searches/{identifier}", searchPath(ref), services.ByMethod)
}

// UpdateSavedSearchRequest is the request to change a saved search. The API does not document
// whether the server keeps a description and teams that are left out: [SavedSearch.Request]
// returns a request that has them.
type UpdateSavedSearchRequest struct {
	SearchRef `path:"-"`
	services.Other

	Name        string                               `json:"name" check:"required"`  // at most 100 characters
	Description services.Optional[string]            `json:"description,omitzero"`   // at most 15,000 characters
	Query       string                               `json:"query" check:"required"` // at most 1,000 characters
	Owner       shape.Responder                      `json:"owner" check:"required"` // a user
	Teams       services.Optional[[]shape.Responder] `json:"teams,omitzero"`         // at most 20 teams that can use it
}

// Check refuses an owner that is not a user, and responders that are not teams.
func (r UpdateSavedSearchRequest) Check() error {
	teams, _ := r.Teams.Get()
	return checkMembers(r.Owner, teams)
}

// renames reports whether the search is referred to by the name that the request changes, so that
// a second copy would not find it.
func (r UpdateSavedSearchRequest) renames() bool { return r.kind == "name" && r.identifier != r.Name }

// Update changes a saved search. Safe to retry, unless it changes the name that the request
// refers to the search by; then only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-saved-search
func (s *SavedSearchService) Update(ctx context.Context, in UpdateSavedSearchRequest) (*services.Result[SavedSearch], error) {
	type request struct {
		searchPath
		UpdateSavedSearchRequest
	}
	repeat := services.SafeToRetry
	if in.renames() {
		repeat = services.RetryIfRefused
	}
	return services.Do[SavedSearch](ctx, s.client, "PATCH /v2/alerts/saved-searches/{identifier}",
		request{searchPath(in.SearchRef), in}, repeat)
}

// Delete deletes a saved search. Safe to retry, but if the response to the first attempt was
// lost, errors.Is matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#delete-saved-search
func (s *SavedSearchService) Delete(ctx context.Context, ref SearchRef) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/alerts/saved-searches/{identifier}", searchPath(ref), services.ByMethod)
}

// List returns the ids and names of all saved searches. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-saved-searches
func (s *SavedSearchService) List(ctx context.Context) (*services.Result[[]SavedSearchSummary], error) {
	return services.Do[[]SavedSearchSummary](ctx, s.client, "GET /v2/alerts/saved-searches", nil, services.ByMethod)
}
