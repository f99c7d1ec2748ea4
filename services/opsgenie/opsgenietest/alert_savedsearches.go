package opsgenietest

import (
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A SavedSearch is a saved search for alerts.
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

// An Entity is something that is known by its id, and perhaps by its name.
type Entity struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

func savedSearchRoutes() []route {
	const at = "/v2/alerts/saved-searches"
	return []route{
		{"GET " + at, DomainAlert, noBody, (*world).listSavedSearches},
		{"POST " + at, DomainAlert, jsonBody, (*world).createSavedSearch},
		{"GET " + at + "/{identifier}", DomainAlert, noBody, (*world).getSavedSearch},
		{"PATCH " + at + "/{identifier}", DomainAlert, jsonBody, (*world).updateSavedSearch},
		{"DELETE " + at + "/{identifier}", DomainAlert, noBody, (*world).deleteSavedSearch},
	}
}

// SavedSearches returns copies of all saved searches, the oldest first.
func (s *Server) SavedSearches() []SavedSearch {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]SavedSearch, len(s.world.searches.rows))
	for i, saved := range s.world.searches.rows {
		out[i] = *saved
		out[i].Teams = slices.Clone(saved.Teams)
	}
	return out
}

// savedSearchBody is the body of a creation and of a change.
type savedSearchBody struct {
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Query       string      `json:"query"`
	Owner       recipient   `json:"owner"`
	Teams       []recipient `json:"teams"`
}

// tooLong notes a text that is longer than the API's description allows.
func (p problems) tooLong(text, field string, most int) {
	p.add(utf8.RuneCountInString(text) > most, field, "Can not be longer than "+strconv.Itoa(most)+" characters.")
}

func (b *savedSearchBody) read(c *call) error {
	if err := c.decode(b); err != nil {
		return err
	}
	p := problems{}
	p.add(b.Name == "", "name", "Name can not be empty.")
	p.add(b.Query == "", "query", "Query can not be empty.")
	p.add(b.Owner.isZero(), "owner", "Owner can not be empty.")
	p.tooLong(b.Name, "name", 100)
	p.tooLong(b.Query, "query", 1000)
	p.tooLong(b.Description, "description", 15000)
	p.add(len(b.Teams) > 20, "teams", "Can not be more than 20.")
	return p.err()
}

// fill writes the body to a saved search.
func (b *savedSearchBody) fill(w *world, saved *SavedSearch) {
	saved.Name, saved.Description, saved.Query, saved.UpdatedAt = b.Name, b.Description, b.Query, w.now()
	saved.Owner, saved.Teams = Entity{ID: w.idOf("user", b.Owner)}, []Entity{}
	for _, team := range b.Teams {
		saved.Teams = append(saved.Teams, Entity{ID: w.idOf("team", team)})
	}
}

func noSavedSearch(key ref) error {
	return refuse(http.StatusNotFound, "No saved search exists with "+key.kind+" ["+key.value+"]")
}

func (w *world) findSavedSearch(c *call) (*SavedSearch, error) {
	key, err := c.ref("identifierType", "id", "name")
	if err != nil {
		return nil, err
	}
	saved, ok := w.searches.find(key)
	if !ok {
		return nil, noSavedSearch(key)
	}
	return saved, nil
}

// freeSearchName refuses a name that another saved search has.
func (w *world) freeSearchName(name string, own *SavedSearch) error {
	if other, taken := w.searches.find(ref{"name", name}); taken && other != own {
		return refuse(http.StatusConflict, "A saved search named "+name+" already exists")
	}
	return nil
}

func (w *world) createSavedSearch(c *call) (answer, error) {
	var in savedSearchBody
	if err := in.read(c); err != nil {
		return answer{}, err
	}
	if err := w.freeSearchName(in.Name, nil); err != nil {
		return answer{}, err
	}
	saved := &SavedSearch{ID: w.dice.uuid(), CreatedAt: w.now()}
	in.fill(w, saved)
	w.searches.add(saved, ref{"id", saved.ID}, ref{"name", saved.Name})
	return answer{status: http.StatusCreated, data: Entity{ID: saved.ID, Name: saved.Name}}, nil
}

func (w *world) listSavedSearches(*call) (answer, error) {
	rows := make([]Entity, len(w.searches.rows))
	for i, saved := range w.searches.rows {
		rows[i] = Entity{ID: saved.ID, Name: saved.Name}
	}
	return answer{data: rows}, nil
}

func (w *world) getSavedSearch(c *call) (answer, error) {
	saved, err := w.findSavedSearch(c)
	return answer{data: saved}, err
}

func (w *world) updateSavedSearch(c *call) (answer, error) {
	saved, err := w.findSavedSearch(c)
	if err != nil {
		return answer{}, err
	}
	var in savedSearchBody
	if err := in.read(c); err != nil {
		return answer{}, err
	}
	if err := w.freeSearchName(in.Name, saved); err != nil {
		return answer{}, err
	}
	delete(w.searches.index, ref{"name", saved.Name})
	in.fill(w, saved)
	w.searches.point(saved, ref{"name", saved.Name})
	return answer{data: saved}, nil
}

func (w *world) deleteSavedSearch(c *call) (answer, error) {
	saved, err := w.findSavedSearch(c)
	if err != nil {
		return answer{}, err
	}
	w.searches.remove(saved)
	return answer{result: "Deleted"}, nil
}
