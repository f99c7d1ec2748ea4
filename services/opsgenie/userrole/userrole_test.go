package userrole_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
		retried(services.RetryIfRefused, sends("Create", "POST /v2/roles", `{"name":"Auditor","extendedRole":"observer","grantedRights":["logs-page-access"],"disallowedRights":["profile-edit"]}`,
			201, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
				return s.Create(ctx, userrole.CreateRequest{Name: "Auditor", Extends: userrole.BaseObserver,
					GrantedRights: []string{"logs-page-access"}, DisallowedRights: []string{"profile-edit"}})
			})),
		retried(services.RetryIfRefused, sends("Create/only what is required", "POST /v2/roles", `{"name":"Auditor"}`, 201, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
			return s.Create(ctx, userrole.CreateRequest{Name: "Auditor"})
		})),
		sends("Get", "GET /v2/roles/Head%20auditor?identifierType=name", "", 200, "get", auditor, func(ctx context.Context, s api) (*services.Result[userrole.Role], error) {
			return s.Get(ctx, userrole.ByName("Head auditor"))
		}),
		retried(services.SafeToRetry, sends("Update", "PUT /v2/roles/r-1?identifierType=id", `{"name":"Auditor","extendedRole":"user","grantedRights":[],"disallowedRights":["profile-edit"]}`,
			200, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
				return s.Update(ctx, userrole.UpdateRequest{Ref: userrole.ByID("r-1"), Name: services.Set("Auditor"), Extends: services.Set(userrole.BaseUser),
					GrantedRights: services.Set([]string{}), DisallowedRights: services.Set([]string{"profile-edit"})})
			})),
		retried(services.RetryIfRefused, sends("Update/of the name that it is found by", "PUT /v2/roles/Auditor?identifierType=name", `{"name":"Reader","grantedRights":null}`,
			200, "created", written, func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) { // S10
				return s.Update(ctx, userrole.UpdateRequest{Ref: userrole.ByName("Auditor"), Name: services.Set("Reader"), GrantedRights: services.Null[[]string]()})
			})),
		sends("Delete", "DELETE /v2/roles/r-1?identifierType=id", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, userrole.ByID("r-1"))
		}),
		sends("List", "GET /v2/roles", "", 200, "list", []userrole.Role{auditor}, func(ctx context.Context, s api) (*services.Result[[]userrole.Role], error) {
			return s.List(ctx)
		}),
		refused("Create/no name", func(ctx context.Context, s api) (*services.Result[userrole.Summary], error) {
			return s.Create(ctx, userrole.CreateRequest{Extends: userrole.BaseUser})
		}),
		refused("Get/none", func(ctx context.Context, s api) (*services.Result[userrole.Role], error) {
			return s.Get(ctx, userrole.Ref{})
		}),
	})
}

// S7, S8: what was read is written back as it came.
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	const members = `"name":"Auditor","extendedRole":7,"grantedRights":null,"disallowedRights":["profile-edit",7],"color":"red"`
	var read userrole.Role
	require.NoError(t, json.Unmarshal([]byte(`{"id":"r",`+members+`}`), &read))
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s api) (any, error) { return s.Update(ctx, read.Request()) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PUT /v2/roles/r?identifierType=id", Body: `{` + members + `}`, Answer: `{"data":{"id":"r"}}`},
	})
	require.NoError(t, err)
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
	role, err := userrole.New(client).Get(context.Background(), userrole.ByName("Auditor"))
	if err != nil {
		panic(err)
	}
	fmt.Println(role.Value.Name, "extends", role.Value.Extends)
	// Output: Auditor extends observer
}
