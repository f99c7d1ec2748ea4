package opsgenietest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const (
	teamPath    = "/v2/teams"
	teamLogPath = teamPath + "/{identifier}/logs"
)

// teams are the teams of the account. See https://docs.opsgenie.com/docs/team-api.
func teams() *kind {
	return &kind{
		noun: "team", path: teamPath, param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType", usedBy: ownedByTeams(),
		complete: (*world).completeTeam, show: (*world).showTeam,
		schema: schema{
			Unique: "name",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true, Most: 100},
				{Name: "description", Is: sim.Text, Most: 200, Absent: ""},
				{Name: "members", Is: sim.List, Absent: []any{}, Inside: checkMembers},
			},
		},
	}
}

// ownedByTeams are the lists whose items belong to a team or name one.
func ownedByTeams() map[string]string {
	all := notifiers()
	maps.Copy(all, map[string]string{
		integrationPath: "integration", policyPath: "policy", policyV1Path: "policy", servicePath: "service", heartbeatPath: "heartbeat",
	})
	return all
}

func teamRoutes() []route {
	all, byID := teams(), teams()
	byID.keys = byID.keys[:1] // a change needs the id
	return []route{
		{"GET " + teamPath, all.domain, noBody, all.listTeams},
		all.logged(all.created()),
		all.on(http.MethodGet, "", all.got),
		all.logged(byID.on(http.MethodPatch, "", byID.changed)),
		all.on(http.MethodDelete, "", all.deleted),
		all.on(http.MethodGet, "/logs", listTeamLogs),
	}
}

func teamMemberRoutes() []route {
	all := teams()
	all.named = "teamIdentifierType"
	return []route{
		all.on(http.MethodPost, "/members", all.addMember),
		all.on(http.MethodDelete, "/members/{memberIdentifier}", all.removeMember),
	}
}

func checkMembers(p problems, name string, value any) {
	all, _ := value.([]any)
	for _, each := range all {
		in, ok := sim.ObjectOf(each)
		p.Add(!ok, name, "Each of "+name+" must be an object.")
		checkPerson(p, name+"#user", in["user"])
	}
}

// completeTeam looks up the members, removes duplicates, and adds the default routing
// rule to a new team.
func (w *world) completeTeam(_ *call, it *item) error {
	members := it.Doc.List("members")
	it.Doc["members"] = []any{}
	for _, each := range members {
		w.enter(it, each)
	}
	if rules := it.Lists.Of(routingRulePath); len(rules.Items) == 0 {
		rules.Items = []*item{w.defaultRule(it)}
	}
	return nil
}

// enter adds a user to a team or, for a member, replaces the role. It returns the
// username, or the id if the username is unknown.
func (w *world) enter(team *item, in document) string {
	who := w.named("user", in.Object("user"))
	row := in.Clone()
	row["user"], row["role"] = who, cmp.Or(in.Text("role"), "user")
	members, _ := team.Doc["members"].([]any)
	if i := member(team, who.Text("id")); i >= 0 {
		members[i] = row
	} else {
		team.Doc["members"] = append(members, row)
	}
	return cmp.Or(who.Text("username"), who.Text("id"))
}

// leave removes a user from a team and reports whether the user was a member.
func (w *world) leave(team *item, userID string) bool {
	i := member(team, userID)
	if i < 0 {
		return false
	}
	members, _ := team.Doc["members"].([]any)
	team.Doc["members"] = slices.Delete(members, i, i+1)
	return true
}

// member returns the index of a user among the members of a team, or -1.
func member(team *item, userID string) int {
	return slices.IndexFunc(team.Doc.List("members"), func(each document) bool { return each.Object("user").Text("id") == userID })
}

func (w *world) showTeam(it *item) document {
	out := it.Doc.Clone()
	for _, each := range out.List("members") {
		each["user"] = w.named("user", each.Object("user")) // the username may have changed
	}
	return out
}

// listTeams responds with members only if the request expands them.
func (k *kind) listTeams(w *world, c *call) (response, error) {
	rows := []document{}
	for _, it := range w.lists.Of(k.path).Items {
		row := k.shown(w, it)
		if !expands(c, "member") {
			delete(row, "members")
		}
		rows = append(rows, row)
	}
	return response{data: rows, expandable: []string{"member"}}, nil
}

func (k *kind) addMember(w *world, c *call, team *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	checkPerson(p, "user", in["user"])
	if err := p.Err(); err != nil {
		return response{}, err
	}
	w.logTeam(team, "User ["+w.enter(team, in)+"] was added")
	return response{result: "Added", data: k.meta(w, team)}, nil
}

func (k *kind) removeMember(w *world, c *call, team *item) (response, error) {
	who := c.Path["memberIdentifier"]
	id, username := w.known("user", document{"username": who})
	if !w.leave(team, id) && !w.leave(team, who) {
		return response{}, sim.Refuse(http.StatusNotFound, "No member ["+who+"] exists in team ["+team.Doc.Text("name")+"]")
	}
	w.logTeam(team, "User ["+username+"] was removed")
	return response{result: "Removed", data: k.meta(w, team)}, nil
}

// logTeam adds a line to the logs of a team.
func (w *world) logTeam(team *item, line string) {
	now := w.Now()
	logs := team.Lists.Of(teamLogPath)
	logs.Items = append(logs.Items, &item{Doc: document{
		"log": line, "owner": w.integration.Name, "createdDate": now, "offset": "nextlogs_" + w.cursor(now),
	}})
}

// logged makes a route write to the logs of the team that it changes, or to which the
// item belongs that it changes.
func (k *kind) logged(r route) route {
	serve := r.serve
	r.serve = func(w *world, c *call) (response, error) {
		a, err := serve(w, c)
		if err != nil {
			return a, err
		}
		about, _ := a.data.(document)
		team, noun := w.lists.Of(teamPath).Find(about.Text("id"), "id"), "Team"
		if team == nil {
			noun = k.noun
			if team, err = k.parent(w, c); err != nil {
				return a, err
			}
		}
		w.logTeam(team, strings.ToUpper(noun[:1])+noun[1:]+" ["+cmp.Or(about.Text("name"), about.Text("id"))+"] was "+
			cmp.Or(strings.ToLower(a.result), "moved"))
		return a, nil
	}
	return r
}

// listTeamLogs responds with a page of the logs of a team. If there is another page, the
// data contains its offset.
func listTeamLogs(w *world, c *call, it *item) (response, error) {
	cursor := func(line *item) string { return line.Doc.Text("offset") }
	page, links, err := byCursor(w, c, it.Lists.Of(teamLogPath).Items, cursor, "")
	if err != nil {
		return response{}, err
	}
	rows := make([]document, len(page))
	for i, line := range page {
		rows[i] = line.Doc.Only("log", "owner", "createdDate")
	}
	data := document{"logs": rows}
	if links.Next != "" {
		data["offset"] = cursor(page[len(page)-1])
	}
	return response{data: data}, nil
}
