package opsgenietest

import "net/http"

// userRoles are the custom roles of users. A change is a PUT without mandatory members,
// which keeps what it does not name. See
// https://docs.opsgenie.com/docs/custom-user-role-api.
func userRoles() *kind {
	return &kind{
		noun: "role", path: "/v2/roles", param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType",
		row: []string{"id", "name"},
		schema: schema{
			unique: "name",
			fields: []field{
				{name: "name", is: textValue, required: true},
				{name: "extendedRole", is: textValue, among: []string{"user", "observer", "stakeholder"}, absent: "user"},
				{name: "grantedRights", is: listValue, absent: []any{}},
				{name: "disallowedRights", is: listValue, absent: []any{}},
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
