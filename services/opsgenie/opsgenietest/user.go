package opsgenietest

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
)

const userPath = "/v2/users"

// users are the users of the account. See https://docs.opsgenie.com/docs/user-api.
func users() *kind {
	return &kind{
		noun: "user", path: userPath, param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "username"}, expands: []string{"contact"},
		usedBy:   map[string]string{schedulesPath: "schedule", escalationPath: "escalation"},
		complete: (*world).completeUser, show: (*world).showUser,
		summary: func(_ *world, it *item) document { return document{"id": it.id(), "name": it.doc["fullName"]} },
		schema: schema{
			unique: "username", made: []string{"createdAt", "blocked", "verified", "userContacts"},
			fields: []field{
				{name: "username", is: textValue, required: true, most: 100, inside: checkAddress},
				{name: "fullName", is: textValue, required: true, most: 512},
				{name: "role", is: objectValue, required: true, inside: checkRole},
				{name: "skypeUsername", is: textValue},
				{name: "timeZone", is: textValue, absent: "Etc/UTC"},
				{name: "locale", is: textValue, absent: "en_US"},
				{name: "userAddress", is: objectValue, absent: noAddress()},
				{name: "tags", is: listValue, absent: []any{}},
				{name: "details", is: objectValue, absent: map[string]any{}, inside: checkDetails},
				{name: "invitationDisabled", is: flagValue},
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
	p.add(before == "" || after == "", name, name+" must be an e-mail address.")
}

func checkRole(p problems, name string, value any) {
	role, _ := objectOf(value)
	p.add(role.text("id") == "" && role.text("name") == "", name, name+" needs an id or a name.")
}

// checkDetails adds an error if details are not lists of strings.
func checkDetails(p problems, name string, value any) {
	details, _ := objectOf(value)
	for _, each := range details {
		texts, ok := each.([]any)
		p.add(!ok || slices.ContainsFunc(texts, func(v any) bool { _, ok := v.(string); return !ok }),
			name, "Each of "+name+" must be a list of texts.")
	}
}

func (w *world) completeUser(_ *call, it *item) error {
	delete(it.doc, "invitationDisabled") // it is an instruction and not stored
	it.doc["role"] = w.roleOf(it.doc.object("role"))
	if it.doc["createdAt"] == nil {
		it.doc["createdAt"], it.doc["blocked"], it.doc["verified"] = w.now(), false, false
	}
	return nil
}

func (w *world) showUser(it *item) document {
	out := it.doc.clone()
	out["role"] = w.roleOf(it.doc.object("role")) // its name may have changed
	return out
}

// roleOf returns a role with its id and name. The id of a standard role is its name.
func (w *world) roleOf(in document) document {
	id, name := cmp.Or(in.text("id"), in.text("name")), cmp.Or(in.text("name"), in.text("id"))
	if custom := w.lists.of(userRoles().path).find(id, "id", "name"); custom != nil {
		id, name = custom.id(), custom.doc.text("name")
	}
	out := in.clone()
	out["id"], out["name"] = id, name
	return out
}

// checkPerson adds an error if a user has neither id nor username.
func checkPerson(p problems, name string, value any) {
	who, _ := objectOf(value)
	p.add(who.text("id") == "" && who.text("username") == "", name, name+" needs an id or a username.")
}

func (k *kind) getUser(w *world, c *call, it *item) (response, error) {
	out := k.shown(w, it)
	if expands(c, "contact") {
		rows := []document{}
		for _, contact := range it.lists.of(contactPath).items {
			rows = append(rows, document{
				"id": contact.id(), "to": contact.doc["to"], "contactMethod": contact.doc["method"], "enabled": contact.doc["enabled"],
			})
		}
		out["userContacts"] = objects(rows)
	}
	return response{data: out, expandable: k.expands}, nil
}

// expands reports whether the "expand" parameter of a request contains a name.
func expands(c *call, what string) bool {
	return slices.ContainsFunc(c.query["expand"], func(list string) bool {
		return slices.Contains(strings.Split(list, ","), what)
	})
}

// deleteUser deletes a user and removes the user from all teams.
func (k *kind) deleteUser(w *world, c *call, it *item) (response, error) {
	a, err := k.deleted(w, c, it)
	if err != nil {
		return response{}, err
	}
	for _, team := range w.lists.of(teamPath).items {
		if w.leave(team, it.id()) {
			w.logTeam(team, "User ["+it.doc.text("username")+"] was deleted")
		}
	}
	return a, nil
}

func teamsOf(w *world, _ *call, it *item) (response, error) {
	rows := []document{}
	for _, team := range w.lists.of(teamPath).items {
		if member(team, it.id()) >= 0 {
			rows = append(rows, team.doc.only("id", "name"))
		}
	}
	return response{data: rows}, nil
}

func forwardingRulesOf(w *world, _ *call, it *item) (response, error) {
	rows := []document{}
	for _, rule := range w.lists.of(forwardingRules().path).items {
		if rule.doc.object("fromUser").text("id") == it.id() {
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
		for _, each := range w.lists.of(path).items {
			if uses(w, each, path, it.id()) {
				rows = append(rows, each.doc.only(fields...))
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
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	w := s.world
	shelf := w.lists.of(userSearches().path)
	if name == "" || shelf.find(name, "name") != nil {
		return "", errors.New("opsgenietest: save user search: the name is empty or already in use")
	}
	ownerID, _ := w.known("user", document{"username": owner})
	it := &item{doc: document{"id": w.dice.uuid(), "name": name, "query": query, "ownerId": ownerID}, lists: shelves{}}
	shelf.items = append(shelf.items, it)
	return it.id(), nil
}
