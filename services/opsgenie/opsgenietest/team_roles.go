package opsgenietest

import (
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

// teamRoles are the custom roles of a team. See
// https://docs.opsgenie.com/docs/team-role-api.
func teamRoles(above *kind) *kind {
	return &kind{
		noun: "team role", path: teamPath + "/{identifier}/roles", param: "teamRoleIdentifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType", below: above, from: "teamIdentifierType",
		schema: schema{
			Unique: "name",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "rights", Is: sim.List, Required: true, Inside: checkRights},
			},
		},
	}
}

func teamRoleRoutes() []route {
	all := teamRoles(teams())
	return []route{
		all.listed(),
		all.logged(all.created()),
		all.on(http.MethodGet, "", all.got),
		all.logged(all.on(http.MethodPatch, "", all.changed)),
		all.logged(all.on(http.MethodDelete, "", all.deleted)),
	}
}

func checkRights(p problems, name string, value any) {
	all, _ := value.([]any)
	for _, each := range all {
		right, _ := sim.ObjectOf(each)
		p.Add(right.Text("right") == "", name+"#right", "Each of "+name+" needs a right.")
		_, ok := right["granted"].(bool)
		p.Add(right["granted"] != nil && !ok, name+"#granted", "granted must be true or false.")
	}
}
