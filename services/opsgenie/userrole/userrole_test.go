package userrole_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/userrole"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	written := userrole.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	auditor := userrole.Role{ID: "47ab19e5-6d80-4c3f-92b7-1e05d8f6c2a9", Name: "Auditor", Extends: userrole.BaseObserver,
		GrantedRights: []string{"logs-page-access"}, DisallowedRights: []string{"profile-edit"}}
	apitest.Run(t, open, []row{
		sends("Create", "POST /v2/roles", `{"name":"Auditor","extendedRole":"observer","grantedRights":["logs-page-access"],"disallowedRights":["profile-edit"]}`,
			201, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
				return s.Create(ctx, userrole.CreateRequest{Name: "Auditor", Extends: userrole.BaseObserver,
					GrantedRights: []string{"logs-page-access"}, DisallowedRights: []string{"profile-edit"}})
			}),
		sends("Create/only what is required", "POST /v2/roles", `{"name":"Auditor"}`, 201, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
			return s.Create(ctx, userrole.CreateRequest{Name: "Auditor"})
		}),
		sends("Get", "GET /v2/roles/Head%20auditor?identifierType=name", "", 200, "get", auditor, func(ctx context.Context, s api) (*services.Result[userrole.Role], error) {
			return s.Get(ctx, userrole.GetRequest{Ref: userrole.ByName("Head auditor")})
		}),
		sends("Update", "PUT /v2/roles/r-1?identifierType=id", `{"name":"Auditor","extendedRole":"user","grantedRights":[],"disallowedRights":["profile-edit"]}`,
			200, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
				return s.Update(ctx, userrole.UpdateRequest{Ref: userrole.ByID("r-1"), Name: "Auditor", Extends: userrole.BaseUser,
					GrantedRights: []string{}, DisallowedRights: []string{"profile-edit"}})
			}),
		sends("Delete", "DELETE /v2/roles/r-1?identifierType=id", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, userrole.DeleteRequest{Ref: userrole.ByID("r-1")})
		}),
		sends("List", "GET /v2/roles", "", 200, "list", []userrole.Role{auditor}, func(ctx context.Context, s api) (*services.Result[[]userrole.Role], error) {
			return s.List(ctx, userrole.ListRequest{})
		}),
		refused("Create/no name", func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
			return s.Create(ctx, userrole.CreateRequest{Extends: userrole.BaseUser})
		}),
		refused("Get/none", func(ctx context.Context, s api) (*services.Result[userrole.Role], error) {
			return s.Get(ctx, userrole.GetRequest{})
		}),
	})
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"name": "Auditor", "extendedRole": "observer"}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	role, err := userrole.New(client).Get(context.Background(), userrole.GetRequest{Ref: userrole.ByName("Auditor")})
	if err != nil {
		panic(err)
	}
	fmt.Println(role.Value.Name, "extends", role.Value.Extends)
	// Output: Auditor extends observer
}
