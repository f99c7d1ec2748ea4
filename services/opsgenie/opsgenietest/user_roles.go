package opsgenietest

import (
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

// userRoles are the custom roles of users. A change is a PUT without mandatory members,
// which keeps what it does not name. See
// https://docs.opsgenie.com/docs/custom-user-role-api.
func userRoles() *kind {
	return &kind{
		noun: "role", path: "/v2/roles", param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType",
		row: []string{"id", "name"},
		schema: schema{
			Unique: "name",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "extendedRole", Is: sim.Text, Among: []string{"user", "observer", "stakeholder"}, Absent: "user"},
				{Name: "grantedRights", Is: sim.List, Absent: []any{}},
				{Name: "disallowedRights", Is: sim.List, Absent: []any{}},
			},
		},
	}
}

func userRoleRoutes() []route {
	all := userRoles()
	return []route{
		all.listed(), all.created(),
		all.on(http.MethodGet, "", all.got),
		all.on(http.MethodPut, "", all.changed),
		all.on(http.MethodDelete, "", all.deleted),
	}
}
