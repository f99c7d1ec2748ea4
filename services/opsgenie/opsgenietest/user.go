package opsgenietest

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const userPath = "/v2/users"

// users are the users of the account. See https://docs.opsgenie.com/docs/user-api.
func users() *kind {
	return &kind{
		noun: "user", path: userPath, param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "username"}, expands: []string{"contact"},
		usedBy:   map[string]string{schedulesPath: "schedule", escalationPath: "escalation"},
		complete: (*world).completeUser, show: (*world).showUser,
		summary: func(_ *world, it *item) document { return document{"id": it.ID(), "name": it.Doc["fullName"]} },
		schema: schema{
			Unique: "username", Made: []string{"createdAt", "blocked", "verified", "userContacts"},
			Fields: []field{
				{Name: "username", Is: sim.Text, Required: true, Most: 100, Inside: checkAddress},
				{Name: "fullName", Is: sim.Text, Required: true, Most: 512},
				{Name: "role", Is: sim.Object, Required: true, Inside: checkRole},
				{Name: "skypeUsername", Is: sim.Text},
				{Name: "timeZone", Is: sim.Text, Absent: "Etc/UTC"},
				{Name: "locale", Is: sim.Text, Absent: "en_US"},
				{Name: "userAddress", Is: sim.Object, Absent: noAddress()},
				{Name: "tags", Is: sim.List, Absent: []any{}},
				{Name: "details", Is: sim.Object, Absent: map[string]any{}, Inside: checkDetails},
				{Name: "invitationDisabled", Is: sim.Flag},
			},
		},
	}
}

func noAddress() map[string]any {
	return map[string]any{"country": "", "state": "", "city": "", "line": "", "zipCode": ""}
}

func userRoutes() []route {
	all, saved := users(), userSearches()
	return []route{
		{"GET " + userPath, DomainSearch, noBody, all.listUsers},
		all.created(),
		all.on(http.MethodGet, "", all.getUser),
		all.on(http.MethodPatch, "", all.changed),
		all.on(http.MethodDelete, "", all.deleteUser),
		all.on(http.MethodGet, "/teams", teamsOf),
		all.on(http.MethodGet, "/forwarding-rules", forwardingRulesOf),
		all.on(http.MethodGet, "/escalations", standingIn(escalationPath, "id", "name", "description", "ownerTeam", "rules", "repeat")),
		all.on(http.MethodGet, "/schedules", standingIn(schedulesPath, "id", "name", "enabled")),
		saved.listed(),
		saved.on(http.MethodGet, "", saved.got),
		saved.on(http.MethodDelete, "", saved.deleted),
	}
}

func checkAddress(p problems, name string, value any) {
	text, _ := value.(string)
	before, after, _ := strings.Cut(text, "@")
	p.Add(before == "" || after == "", name, name+" must be an e-mail address.")
}

func checkRole(p problems, name string, value any) {
	role, _ := sim.ObjectOf(value)
	p.Add(role.Text("id") == "" && role.Text("name") == "", name, name+" needs an id or a name.")
}

// checkDetails adds an error if details are not lists of strings.
func checkDetails(p problems, name string, value any) {
	details, _ := sim.ObjectOf(value)
	for _, each := range details {
		texts, ok := each.([]any)
		p.Add(!ok || slices.ContainsFunc(texts, func(v any) bool { _, ok := v.(string); return !ok }),
			name, "Each of "+name+" must be a list of texts.")
	}
}

func (w *world) completeUser(_ *call, it *item) error {
	delete(it.Doc, "invitationDisabled") // it is an instruction and not stored
	it.Doc["role"] = w.roleOf(it.Doc.Object("role"))
	if it.Doc["createdAt"] == nil {
		it.Doc["createdAt"], it.Doc["blocked"], it.Doc["verified"] = w.Now(), false, false
	}
	return nil
}

func (w *world) showUser(it *item) document {
	out := it.Doc.Clone()
	out["role"] = w.roleOf(it.Doc.Object("role")) // its name may have changed
	return out
}

// roleOf returns a role with its id and name. The id of a standard role is its name.
func (w *world) roleOf(in document) document {
	id, name := cmp.Or(in.Text("id"), in.Text("name")), cmp.Or(in.Text("name"), in.Text("id"))
	if custom := w.lists.Of(userRoles().path).Find(id, "id", "name"); custom != nil {
		id, name = custom.ID(), custom.Doc.Text("name")
	}
	out := in.Clone()
	out["id"], out["name"] = id, name
	return out
}

// checkPerson adds an error if a user has neither id nor username.
func checkPerson(p problems, name string, value any) {
	who, _ := sim.ObjectOf(value)
	p.Add(who.Text("id") == "" && who.Text("username") == "", name, name+" needs an id or a username.")
}

func (k *kind) getUser(w *world, c *call, it *item) (response, error) {
	out := k.shown(w, it)
	if expands(c, "contact") {
		rows := []document{}
		for _, contact := range it.Lists.Of(contactPath).Items {
			rows = append(rows, document{
				"id": contact.ID(), "to": contact.Doc["to"], "contactMethod": contact.Doc["method"], "enabled": contact.Doc["enabled"],
			})
		}
		out["userContacts"] = sim.Objects(rows)
	}
	return response{data: out, expandable: k.expands}, nil
}

// expands reports whether the "expand" parameter of a request contains a name.
func expands(c *call, what string) bool {
	return slices.ContainsFunc(c.Query["expand"], func(list string) bool {
		return slices.Contains(strings.Split(list, ","), what)
	})
}

// deleteUser deletes a user and removes the user from all teams.
func (k *kind) deleteUser(w *world, c *call, it *item) (response, error) {
	a, err := k.deleted(w, c, it)
	if err != nil {
		return response{}, err
	}
	for _, team := range w.lists.Of(teamPath).Items {
		if w.leave(team, it.ID()) {
			w.logTeam(team, "User ["+it.Doc.Text("username")+"] was deleted")
		}
	}
	return a, nil
}

func teamsOf(w *world, _ *call, it *item) (response, error) {
	rows := []document{}
	for _, team := range w.lists.Of(teamPath).Items {
		if member(team, it.ID()) >= 0 {
			rows = append(rows, team.Doc.Only("id", "name"))
		}
	}
	return response{data: rows}, nil
}

func forwardingRulesOf(w *world, _ *call, it *item) (response, error) {
	rows := []document{}
	for _, rule := range w.lists.Of(forwardingRules().path).Items {
		if rule.Doc.Object("fromUser").Text("id") == it.ID() {
			rows = append(rows, w.showForwarding(rule))
		}
	}
	return response{data: rows}, nil
}

// standingIn returns the operation that responds with members of those items of a list
// that use the user.
func standingIn(path string, fields ...string) func(*world, *call, *item) (response, error) {
	return func(w *world, _ *call, it *item) (response, error) {
		rows := []document{}
		for _, each := range w.lists.Of(path).Items {
			if uses(w, each, path, it.ID()) {
				rows = append(rows, each.Doc.Only(fields...))
			}
		}
		return response{data: rows}, nil
	}
}

// userSearches are the saved searches for users. The API cannot create them.
func userSearches() *kind {
	return &kind{
		noun: "saved search", path: userPath + "/saved-searches", param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType", row: []string{"id", "name"},
	}
}

// SaveUserSearch saves a search for users and returns its id. The API can only list, get
// and delete such searches; in the product, users create them. owner is the id or the
// username of a user. It returns an error if the name is empty or already in use.
func (s *Server) SaveUserSearch(name, query, owner string) (string, error) {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	w := s.world
	shelf := w.lists.Of(userSearches().path)
	if name == "" || shelf.Find(name, "name") != nil {
		return "", errors.New("opsgenietest: save user search: the name is empty or already in use")
	}
	ownerID, _ := w.known("user", document{"username": owner})
	it := &item{Doc: document{"id": w.Dice.UUID(), "name": name, "query": query, "ownerId": ownerID}, Lists: shelves{}}
	shelf.Items = append(shelf.Items, it)
	return it.ID(), nil
}
