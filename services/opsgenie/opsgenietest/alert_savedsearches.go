package opsgenietest

import (
	"net/http"
	"strconv"
	"unicode/utf8"
)

// A SavedSearch is a saved search for alerts.
//
// API: https://docs.opsgenie.com/docs/alert-api-continued
type SavedSearch struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	CreatedAt   Time     `json:"createdAt"`
	UpdatedAt   Time     `json:"updatedAt"`
	Owner       Entity   `json:"owner"`
	Teams       []Entity `json:"teams"`
	Description string   `json:"description,omitzero"`
	Query       string   `json:"query"`
}

// An Entity names a resource by its id and, if the server knows it, its name.
type Entity struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// savedSearches are the saved searches for alerts. See
// https://docs.opsgenie.com/docs/alert-api-continued.
func savedSearches() *kind {
	return &kind{
		noun: "saved search", path: "/v2/alerts/saved-searches", param: "identifier", domain: DomainAlert,
		keys: []string{"id", "name"}, named: "identifierType",
		row: []string{"id", "name"}, complete: (*world).completeSavedSearch,
		schema: schema{
			unique: "name", made: []string{"createdAt", "updatedAt"},
			fields: []field{
				{name: "name", is: textValue, required: true, most: 100},
				{name: "query", is: textValue, required: true, most: 1000},
				{name: "owner", is: objectValue, required: true, inside: checkPerson},
				{name: "description", is: textValue, most: 15_000},
				{name: "teams", is: listValue, most: 20, absent: []any{}},
			},
		},
	}
}

func savedSearchRoutes() []route {
	k := savedSearches()
	return []route{
		k.listed(), k.created(),
		k.on(http.MethodGet, "", k.got),
		k.on(http.MethodPatch, "", k.changeSavedSearch),
		k.on(http.MethodDelete, "", k.deleted),
	}
}

// SavedSearches returns copies of all saved searches for alerts, the oldest first.
func (s *Server) SavedSearches() []SavedSearch {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	return shownAs[SavedSearch](s.world, savedSearches())
}

// completeSavedSearch looks up the owner and the teams and sets the time of the change.
func (w *world) completeSavedSearch(_ *call, it *item) error {
	it.doc["owner"] = w.named("user", it.doc.object("owner"))
	teams, _ := it.doc["teams"].([]any)
	for i, each := range teams {
		if team, ok := objectOf(each); ok {
			teams[i] = map[string]any(w.named("team", team))
		}
	}
	it.doc["updatedAt"] = w.now()
	if it.doc["createdAt"] == nil {
		it.doc["createdAt"] = it.doc["updatedAt"]
	}
	return nil
}

// changeSavedSearch responds with the whole search.
func (k *kind) changeSavedSearch(w *world, c *call, it *item) (response, error) {
	a, err := k.changedInFull(w, c, it)
	a.data = it.doc
	return a, err
}

// tooLong adds an error if a text is longer than the API's description allows.
func tooLong(p problems, text, field string, most int) {
	p.add(utf8.RuneCountInString(text) > most, field, "Can not be longer than "+strconv.Itoa(most)+" characters.")
}
