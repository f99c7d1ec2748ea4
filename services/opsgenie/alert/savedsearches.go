package alert

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A SavedSearchService calls the API of saved searches. It is safe for concurrent use.
// [NewSavedSearches] makes one.
type SavedSearchService struct{ client *services.Client }

// NewSavedSearches returns a service that calls by client, whose codec must be Opsgenie's.
func NewSavedSearches(client *services.Client) *SavedSearchService {
	return &SavedSearchService{client: client}
}

// A SavedSearchRef says which saved search a request is about. [SavedSearchByID] and [SavedSearchByName] make
// one; the zero value is refused.
type SavedSearchRef struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// SavedSearchByID refers to the saved search with an id.
func SavedSearchByID(id string) SavedSearchRef { return SavedSearchRef{identifier: id, kind: "id"} }

// SavedSearchByName refers to the saved search with a name.
func SavedSearchByName(name string) SavedSearchRef {
	return SavedSearchRef{identifier: name, kind: "name"}
}

// A SavedSearch is a search for alerts that has a name.
type SavedSearch struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	CreatedAt   shape.Time `json:"createdAt,omitzero"`
	UpdatedAt   shape.Time `json:"updatedAt,omitzero"`
	Owner       Entity     `json:"owner,omitzero"` // a user
	Teams       []Entity   `json:"teams,omitzero"`
	Description string     `json:"description,omitzero"`
	Query       string     `json:"query,omitzero"`
}

// An Entity is the owner or a team of a saved search, of which answers tell the
// id.
type Entity struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// A SavedSearchSummary is what lists and creations tell of a saved search.
type SavedSearchSummary struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SavedSearchCreateRequest asks to keep a search.
type SavedSearchCreateRequest struct {
	Name        string            `json:"name" check:"required"`  // at most 100 characters
	Description string            `json:"description,omitzero"`   // at most 15,000 characters
	Query       string            `json:"query" check:"required"` // at most 1,000 characters
	Owner       shape.Responder   `json:"owner" check:"required"` // a user
	Teams       []shape.Responder `json:"teams,omitzero"`         // at most 20 teams that may use it
}

// Check refuses an owner who is no user, and teams that are none.
func (r SavedSearchCreateRequest) Check() error { return checkPeople(r.Owner, r.Teams) }

func checkPeople(owner shape.Responder, teams []shape.Responder) error {
	return errors.Join(
		check.Kind("owner", shape.KindUser, owner),
		check.Responders("teams", teams...),
		check.Kind("teams", shape.KindTeam, teams...),
	)
}

// Create keeps a search. Domain alert; a repeat after a lost answer might keep
// it twice or Is [services.ErrConflict], so there is none.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#create-saved-search
func (s *SavedSearchService) Create(ctx context.Context, in SavedSearchCreateRequest) (*services.Result[SavedSearchSummary], error) {
	return services.Do[SavedSearchSummary](ctx, s.client, "POST /v2/alerts/saved-searches", in, services.ByMethod)
}

// SavedSearchGetRequest asks for one saved search.
type SavedSearchGetRequest struct{ SavedSearchRef }

// Get reads one saved search. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#get-saved-search
func (s *SavedSearchService) Get(ctx context.Context, in SavedSearchGetRequest) (*services.Result[SavedSearch], error) {
	return services.Do[SavedSearch](ctx, s.client, "GET /v2/alerts/saved-searches/{identifier}", in, services.ByMethod)
}

// SavedSearchUpdateRequest asks to replace what is kept of a search: what is empty here is
// empty then.
type SavedSearchUpdateRequest struct {
	SavedSearchRef

	Name        string            `json:"name" check:"required"`  // at most 100 characters
	Description string            `json:"description,omitzero"`   // at most 15,000 characters
	Query       string            `json:"query" check:"required"` // at most 1,000 characters
	Owner       shape.Responder   `json:"owner" check:"required"` // a user
	Teams       []shape.Responder `json:"teams,omitzero"`         // at most 20 teams that may use it
}

// Check refuses an owner who is no user, and teams that are none.
func (r SavedSearchUpdateRequest) Check() error { return checkPeople(r.Owner, r.Teams) }

// repeat says that a repeat is harmless, unless the search is referred to by
// the name that the request changes.
func (r SavedSearchUpdateRequest) repeat() services.Repeat {
	if r.kind == "name" && r.identifier != r.Name {
		return services.ByMethod
	}
	return services.SafeToRetry
}

// Update replaces a saved search. Domain alert; a repeat is harmless, but for
// a change of the name that it is referred to by.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#update-saved-search
func (s *SavedSearchService) Update(ctx context.Context, in SavedSearchUpdateRequest) (*services.Result[SavedSearch], error) {
	return services.Do[SavedSearch](ctx, s.client, "PATCH /v2/alerts/saved-searches/{identifier}", in, in.repeat())
}

// SavedSearchDeleteRequest asks to delete one saved search.
type SavedSearchDeleteRequest struct{ SavedSearchRef }

// Delete deletes a saved search. Domain alert; a repeat is harmless, but where
// an answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#delete-saved-search
func (s *SavedSearchService) Delete(ctx context.Context, in SavedSearchDeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/alerts/saved-searches/{identifier}", in, services.ByMethod)
}

// SavedSearchListRequest asks for the saved searches; there is nothing to choose.
type SavedSearchListRequest struct{}

// List returns ids and names of all saved searches. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued#list-saved-searches
func (s *SavedSearchService) List(ctx context.Context, in SavedSearchListRequest) (*services.Result[[]SavedSearchSummary], error) {
	return services.Do[[]SavedSearchSummary](ctx, s.client, "GET /v2/alerts/saved-searches", in, services.ByMethod)
}
