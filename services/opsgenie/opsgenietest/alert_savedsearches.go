package opsgenietest

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/tripware/tripware/services/internal/sim"
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
			Unique: "name", Made: []string{"createdAt", "updatedAt"},
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true, Most: 100},
				{Name: "query", Is: sim.Text, Required: true, Most: 1000},
				{Name: "owner", Is: sim.Object, Required: true, Inside: checkPerson},
				{Name: "description", Is: sim.Text, Most: 15_000},
				{Name: "teams", Is: sim.List, Most: 20, Absent: []any{}},
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
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	return shownAs[SavedSearch](s.world, savedSearches())
}

// completeSavedSearch looks up the owner and the teams and sets the time of the change.
func (w *world) completeSavedSearch(_ *call, it *item) error {
	it.Doc["owner"] = w.named("user", it.Doc.Object("owner"))
	teams, _ := it.Doc["teams"].([]any)
	for i, each := range teams {
		if team, ok := sim.ObjectOf(each); ok {
			teams[i] = map[string]any(w.named("team", team))
		}
	}
	it.Doc["updatedAt"] = w.Now()
	if it.Doc["createdAt"] == nil {
		it.Doc["createdAt"] = it.Doc["updatedAt"]
	}
	return nil
}

// changeSavedSearch responds with the whole search.
func (k *kind) changeSavedSearch(w *world, c *call, it *item) (response, error) {
	a, err := k.changedInFull(w, c, it)
	a.data = it.Doc
	return a, err
}

// tooLong adds an error if a text is longer than the API's description allows.
func tooLong(p problems, text, field string, most int) {
	p.Add(utf8.RuneCountInString(text) > most, field, "Can not be longer than "+strconv.Itoa(most)+" characters.")
}
