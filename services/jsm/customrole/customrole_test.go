package customrole_test

import (
	"context"
	"testing"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/customrole"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	at = "/v1/roles"
	id = "10101010-0000-4000-8000-000000000001"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	demo := customrole.Role{ID: id, Name: "Demo role", Extends: "user", GrantedRights: []string{"alert-view"}, DisallowedRights: []string{"profile-edit"}}
	written := customrole.Summary{Reference: customrole.Reference{ID: id, Name: "Demo role"}, Message: "Created"}
	page := shape.Page{Offset: 2, Limit: 2}
	get := func(ctx context.Context, s service) (any, error) {
		return apitest.Value(s.Get(ctx, customrole.ByName("Demo role")))
	}
	apitest.Run(t, open, append(updates(written),
		row{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, customrole.CreateRequest{
					Name: "Demo role", GrantedRights: []string{"alert-view"}, DisallowedRights: []string{"profile-edit"},
				}))
			},
			Exchange: exact("POST "+at, `{"name":"Demo role","grantedRights":["alert-view"],"disallowedRights":["profile-edit"]}`, 200, "role_create"),
			Repeat:   services.RetryIfRefused, Want: written,
		},
		row{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, customrole.CreateRequest{Name: "Demo role"})
			},
			Exchange: exact("POST "+at, `{"name":"Demo role"}`, 200, "role_create"), Repeat: services.RetryIfRefused,
		},
		row{Name: "Get", Call: get, Exchange: exact("GET "+at+"/Demo%20role?identifierType=name", "", 200, "role_get"), Want: demo},
		row{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Delete(ctx, customrole.ByID(id)))
			},
			Exchange: exact("DELETE "+at+"/"+id+"?identifierType=id", "", 204, ""), Want: services.None{},
		},
		row{
			Name: "Assign",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Assign(ctx, customrole.AssignRequest{AccountID: "712020:u", RoleID: id}))
			},
			Exchange: exact("POST "+at+"/assign", `{"accountId":"712020:u","roleId":"`+id+`"}`, 200, "role_create"),
			Repeat:   services.SafeToRetry, Want: written,
		},
		row{
			Name:     "List",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx, page)) },
			Exchange: exact("GET "+at+"?offset=2&size=2", "", 200, "role_list"), Want: []customrole.Reference{written.Reference},
		},
		row{
			Name:     "All",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Collect(s.All(ctx, shape.Page{})) },
			Exchange: exact("GET "+at+"?size=100", "", 200, "role_list"),
			Then:     []apitest.Exchange{{Send: "GET " + prefix + at + "?offset=1&size=1", Answer: `{"values":[{"id":"r-2"}],"links":{"next":""}}`}},
			Want:     []customrole.Reference{written.Reference, {ID: "r-2"}},
		},
		row{
			Name:     "List/the plan",
			Call:     func(ctx context.Context, s service) (any, error) { return s.List(ctx, shape.Page{}) },
			Exchange: exact("GET "+at, "", 403, "role_forbidden"), Err: services.ErrForbidden,
		},
		refused("Create/no name", "name is required", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, customrole.CreateRequest{})
		}),
		refused("Get/none", "identifier is required", func(ctx context.Context, s service) (any, error) {
			return s.Get(ctx, customrole.Ref{})
		}),
		refused("Assign/to nobody", "accountId is required", func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, customrole.AssignRequest{RoleID: id})
		}),
		refused("Assign/no role", "roleId is required", func(ctx context.Context, s service) (any, error) {
			return s.Assign(ctx, customrole.AssignRequest{AccountID: "712020:u"})
		}),
		refused("Assign/an e-mail address", "accountId is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			func(ctx context.Context, s service) (any, error) {
				return s.Assign(ctx, customrole.AssignRequest{AccountID: "ada@example.com", RoleID: id})
			}),
	))
}

// S9, S10: each member can be set to nothing, and what a retry would do depends on the name.
func updates(written customrole.Summary) []row {
	update := func(in customrole.UpdateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	return []row{
		{
			Name: "Update",
			Call: update(customrole.UpdateRequest{
				Ref: customrole.ByID(id), Name: services.Set("n"),
				GrantedRights: services.Set([]string{}), DisallowedRights: services.Set([]string{"profile-edit"}),
			}),
			Exchange: exact("PUT "+at+"/"+id+"?identifierType=id", `{"name":"n","grantedRights":[],"disallowedRights":["profile-edit"]}`, 200, "role_create"),
			Repeat:   services.SafeToRetry, Want: written,
		},
		{
			Name:     "Update/of the name that it is found by",
			Call:     update(customrole.UpdateRequest{Ref: customrole.ByName("old"), Name: services.Set("new"), GrantedRights: services.Null[[]string]()}),
			Exchange: exact("PUT "+at+"/old?identifierType=name", `{"name":"new","grantedRights":null}`, 200, "role_create"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name:     "Update/found by a name that stays",
			Call:     update(customrole.UpdateRequest{Ref: customrole.ByName("old"), Name: services.Set("old")}),
			Exchange: exact("PUT "+at+"/old?identifierType=name", `{"name":"old"}`, 200, "role_create"),
			Repeat:   services.SafeToRetry,
		},
		{ // S7: what was read is written back as it came.
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s service) (any, error) {
				read, err := s.Get(ctx, customrole.ByName("Auditor"))
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, read.Value.Request())
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at + "/Auditor?identifierType=name", Answer: `{"id":"r","name":"Auditor","extendedRole":"user",` +
				`"grantedRights":null,"disallowedRights":["profile-edit",7],"color":"red"}`},
			Then: []apitest.Exchange{{
				Send:   "PUT " + prefix + at + "/r?identifierType=id",
				Body:   `{"name":"Auditor","grantedRights":null,"disallowedRights":["profile-edit",7],"color":"red"}`,
				Answer: `{"data":{"id":"r"}}`,
			}},
		},
		refused("Update/to no name", "name is required", update(customrole.UpdateRequest{Ref: customrole.ByID(id), Name: services.Set("")})),
	}
}

// S7, S8
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	apitest.Lossless(t, &struct{ Roles service }{}, 15, customrole.Role{})
}
