package user

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A SearchRef identifies a saved search for users. [SearchByID] and [SearchByName] return one;
// the zero value is refused before sending.
type SearchRef struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// SearchByID refers to the saved search with an id.
func SearchByID(id string) SearchRef { return SearchRef{identifier: id, kind: "id"} }

// SearchByName refers to the saved search with a name.
func SearchByName(name string) SearchRef { return SearchRef{identifier: name, kind: "name"} }

// A SavedSearch is a search for users with a name. It is created and changed in the web
// interface; the API can only read and delete it.
type SavedSearch struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
	OwnerID     string `json:"ownerId,omitzero"` // of the user who owns it
	Query       string `json:"query,omitzero"`
}

// ListSavedSearches returns the ids and names of the saved searches for users.
//
// API: https://docs.opsgenie.com/docs/user-api#list-saved-searches
func (s *Service) ListSavedSearches(ctx context.Context) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/users/saved-searches", nil, services.ByMethod)
}

// GetSavedSearch returns one saved search for users.
//
// API: https://docs.opsgenie.com/docs/user-api#get-saved-search
func (s *Service) GetSavedSearch(ctx context.Context, ref SearchRef) (*services.Result[SavedSearch], error) {
	return services.Do[SavedSearch](ctx, s.client, "GET /v2/users/saved-searches/{identifier}", ref, services.ByMethod)
}

// DeleteSavedSearch deletes a saved search for users. If the response of an attempt was lost,
// the retry's error matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/user-api#delete-saved-search
func (s *Service) DeleteSavedSearch(ctx context.Context, ref SearchRef) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/saved-searches/{identifier}", ref, services.ByMethod)
}
