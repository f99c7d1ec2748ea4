package user

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A SearchRef says which saved search for users a request is about. [SearchByID]
// and [SearchByName] make one; the zero value is refused.
type SearchRef struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// SearchByID refers to the saved search with an id.
func SearchByID(id string) SearchRef { return SearchRef{identifier: id, kind: "id"} }

// SearchByName refers to the saved search with a name.
func SearchByName(name string) SearchRef { return SearchRef{identifier: name, kind: "name"} }

// A SavedSearch is a search for users that has a name. Only people make and
// change one; the API can read and delete it.
type SavedSearch struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
	OwnerID     string `json:"ownerId,omitzero"` // of the user whose it is
	Query       string `json:"query,omitzero"`
}

// ListSavedSearchesRequest asks for the saved searches for users; there is
// nothing to choose.
type ListSavedSearchesRequest struct{}

// ListSavedSearches returns ids and names of the saved searches for users.
// Domain configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#list-saved-searches
func (s *Service) ListSavedSearches(ctx context.Context, in ListSavedSearchesRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/users/saved-searches", in, services.ByMethod)
}

// GetSavedSearchRequest asks for one saved search for users.
type GetSavedSearchRequest struct{ SearchRef }

// GetSavedSearch reads one saved search for users. Domain configuration.
//
// API: https://docs.opsgenie.com/docs/user-api#get-saved-search
func (s *Service) GetSavedSearch(ctx context.Context, in GetSavedSearchRequest) (*services.Result[SavedSearch], error) {
	return services.Do[SavedSearch](ctx, s.client, "GET /v2/users/saved-searches/{identifier}", in, services.ByMethod)
}

// DeleteSavedSearchRequest asks to delete one saved search for users.
type DeleteSavedSearchRequest struct{ SearchRef }

// DeleteSavedSearch deletes a saved search for users. Domain configuration; a
// repeat is harmless, but where an answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/user-api#delete-saved-search
func (s *Service) DeleteSavedSearch(ctx context.Context, in DeleteSavedSearchRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/saved-searches/{identifier}", in, services.ByMethod)
}
