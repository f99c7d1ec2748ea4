package jsmtest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const (
	teamsPath = "/v1/teams"
	teamPath  = teamsPath + "/{teamId}"
)

// platformPath has the teams that are not operations teams yet. No request lists them.
const platformPath = "teams of the platform"

// teams are the operations teams. Teams themselves are made in another API.
func teams() *kind { return &kind{noun: "team", path: teamsPath, param: "teamId"} }

func teamRoutes() []route {
	return []route{
		{"GET " + teamsPath, DomainConfig, noBody, listTeams},
		{"POST " + teamPath + "/enable-ops", DomainConfig, jsonBody, enableOps},
		{"GET " + teamPath + "/requests/{requestId}", DomainConfig, noBody, teamRequestStatus},
	}
}

// AddTeam adds an operations team with the account ids of its members, and returns its id.
// No request can do so: teams are made in another API of Atlassian.
func (s *Server) AddTeam(name string, members ...string) string {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	it := s.world.newTeam(name, members)
	s.world.enable(it)
	return it.ID()
}

// AddPlatformTeam adds a team like [Server.AddTeam], but not an operations team: a request
// to enable operations makes it one.
func (s *Server) AddPlatformTeam(name string, members ...string) string {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	it := s.world.newTeam(name, members)
	of := s.world.lists.Of(platformPath)
	of.Move(it, len(of.Items))
	return it.ID()
}

func (w *world) newTeam(name string, members []string) *item {
	all := make([]any, len(members))
	for i, each := range members {
		all[i] = each
	}
	return &item{Doc: document{"id": w.Dice.UUID(), "name": name, "members": all}, Lists: shelves{}}
}

// enable makes a team an operations team, which has a default routing rule.
func (w *world) enable(it *item) {
	w.lists.Of(platformPath).Remove(it)
	of := w.lists.Of(teamsPath)
	of.Move(it, len(of.Items))
	it.Lists.Of(routingRulesPath).Items = []*item{w.defaultRule(it)}
}

func listTeams(w *world, _ *call) (response, error) {
	rows := []document{}
	for _, it := range w.lists.Of(teamsPath).Items {
		rows = append(rows, document{"teamId": it.ID(), "teamName": it.Doc.Text("name")})
	}
	if w.cfg.varies(BareTeams) {
		return response{data: rows}, nil
	}
	return response{data: document{"platformTeams": rows}}, nil
}

// enableOps accepts a request to make a team an operations team.
func enableOps(w *world, c *call) (response, error) {
	id, in, p := c.Path["teamId"], document{}, problems{}
	it := w.lists.Of(platformPath).Find(id, "id")
	if it == nil && w.lists.Of(teamsPath).Find(id, "id") == nil {
		return response{}, sim.Refuse(http.StatusNotFound, "No team exists with id ["+id+"]")
	}
	if len(c.Body) > 0 {
		if err := c.Decode(&in); err != nil {
			return response{}, err
		}
	}
	p.Within("", in, []field{{Name: "adminAccountIds", Is: sim.List}, {Name: "inviteUsernames", Is: sim.List}})
	if err := p.Err(); err != nil {
		return response{}, err
	}
	w.Queue.Add(c.ID, id, "EnableOps", func() (subject, error) {
		if it != nil && slices.Contains(w.lists.Of(platformPath).Items, it) {
			w.enable(it)
		}
		return subject{ID: id}, nil
	})
	return response{data: document{"requestId": c.ID}}, nil
}

// teamRequestStatus responds with the status of a request to enable operations.
func teamRequestStatus(w *world, c *call) (response, error) {
	j, told := w.Queue.Ask(c.Path["requestId"], c.Path["teamId"])
	value := "SUCCESSFUL"
	switch {
	case j == nil:
		return response{}, sim.Refuse(http.StatusNotFound, "No request exists with id ["+c.Path["requestId"]+"]")
	case !told:
		value = "IN_PROGRESS"
	case j.Failure != nil:
		value = "FAILED"
	}
	return response{data: document{"status": document{"value": value}}}, nil
}

const rolesPath = teamPath + "/roles"

func roleRoutes() []route {
	k := &kind{
		noun: "role", path: rolesPath, param: "identifier", below: teams(), conflict: http.StatusUnprocessableEntity,
		schema: schema{Unique: "name", Fields: []field{
			{Name: "name", Is: sim.Text, Required: true},
			{Name: "rights", Is: sim.List, Absent: []any{}, Inside: checkEach(
				field{Name: "right", Is: sim.Text, Required: true, Among: rights()}, field{Name: "granted", Is: sim.Flag, Required: true},
			)},
		}},
	}
	list := route{"GET " + rolesPath, DomainConfig, noBody, k.listRoles}
	return append(k.routes()[2:], list, k.created(http.StatusOK))
}

// listRoles responds with an array, without pages.
func (k *kind) listRoles(w *world, c *call) (response, error) {
	items, err := k.listed(w, c)
	if err != nil {
		return response{}, err
	}
	rows := []document{}
	for _, it := range items {
		rows = append(rows, it.Doc)
	}
	return response{data: rows}, nil
}

// rights returns the rights that a role of a team may grant.
func rights() []string {
	all := []string{"access-reports"}
	for of := range strings.FieldsSeq("escalations heartbeats integrations maintenance policies routing-rules schedules team-roles") {
		all = append(all, "edit-"+of, "delete-"+of)
	}
	return all
}
