package contact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/contact"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
)

const (
	at   = "/v1/users/contacts"
	mail = "22222222-0000-4000-8000-000000000001"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	written := contact.Summary{Reference: contact.Reference{ID: mail}, Message: "Created"}
	phone := contact.Contact{
		ID: "22222222-0000-4000-8000-000000000002", Method: shape.Mobile, To: "Demo phone",
		Status: contact.Status{DisabledReason: "demo"},
	}
	change := func(name, request string, call func(service, context.Context, string) (*services.Result[contact.Summary], error)) row {
		return row{
			Name:     name,
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(call(s, ctx, "c/1")) },
			Exchange: exact(request, "", 200, "contact_create"), Repeat: services.SafeToRetry, Want: written,
		}
	}
	apitest.Run(t, open, append(lists(phone),
		row{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, contact.CreateRequest{Method: shape.Email, To: "user@example.com"}))
			},
			Exchange: exact("POST "+at, `{"method":"email","to":"user@example.com"}`, 201, "contact_create"),
			Repeat:   services.RetryIfRefused, Want: written,
		},
		row{
			Name:     "Get",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, "c/1")) },
			Exchange: exact("GET "+at+"/c%2F1", "", 200, "contact_get"), Want: phone,
		},
		row{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, contact.UpdateRequest{ID: mail, To: "user@example.org"}))
			},
			Exchange: exact("PATCH "+at+"/"+mail, `{"to":"user@example.org"}`, 200, "contact_create"),
			Repeat:   services.SafeToRetry, Want: written,
		},
		row{ // S8: a change that was made is no error because its response has another form.
			Name: "Update/a response without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, contact.UpdateRequest{ID: mail, To: "user@example.org"}))
			},
			Exchange: apitest.Exchange{Send: "PATCH " + prefix + at + "/" + mail, Body: `{"to":"user@example.org"}`, Answer: `{"message":"Updated","data":"c"}`},
			Repeat:   services.SafeToRetry, Want: contact.Summary{Message: "Updated"},
		},
		row{
			Name:     "Delete",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, mail)) },
			Exchange: exact("DELETE "+at+"/"+mail, "", 204, ""), Want: services.None{},
		},
		change("Enable", "PATCH "+at+"/c%2F1/activate", service.Enable),
		change("Disable", "PATCH "+at+"/c%2F1/deactivate", service.Disable),
		refused("Get/no id", "id is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") }),
		refused("Create/no method", "method is required", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, contact.CreateRequest{To: "user@example.com"})
		}),
		refused("Create/to nowhere", "to is required", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, contact.CreateRequest{Method: shape.SMS})
		}),
		refused("Update/to nowhere", "to is required", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, contact.UpdateRequest{ID: mail})
		}),
		refused("List/a user by e-mail", "targetAccountId is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			func(ctx context.Context, s service) (any, error) {
				return s.List(ctx, contact.ListRequest{TargetAccountID: "user@example.com"})
			}),
	))
}

func lists(phone contact.Contact) []row {
	address := contact.Contact{ID: mail, Method: shape.Email, To: "user@example.com", Status: contact.Status{Enabled: true}, ApplyOrder: services.Set(0)}
	phone.ApplyOrder = services.Set(1)
	const user, first = "712020:11111111-1111-4111-8111-111111111111", "GET " + at + "?offset=2&size=2&targetAccountId=712020%3A11111111-1111-4111-8111-111111111111"
	all := func(ctx context.Context, s service) (any, error) {
		return apitest.Collect(s.All(ctx, contact.ListRequest{}))
	}
	return []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, contact.ListRequest{Page: shape.Page{Offset: 2, Limit: 2}, TargetAccountID: user}))
			},
			Exchange: exact(first, "", 200, "contact_list"), Want: []contact.Contact{address, phone},
		},
		{Name: "All", Call: all, Exchange: exact("GET "+at+"?size=100", "", 200, "contact_list"), Want: []contact.Contact{address, phone}},
		{
			Name: "All/two pages", Call: all,
			Exchange: apitest.Exchange{Send: "GET " + prefix + at + "?size=100", Answer: `{"values":[{"id":"a"}],"links":{"next":"/v1/users/contacts?offset=1&size=1"}}`},
			Then:     []apitest.Exchange{{Send: "GET " + prefix + at + "?offset=1&size=1", Answer: `{"values":[]}`}},
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				assert.Len(tb, got, 1)
			},
		},
	}
}

// S7, S8: what was read is kept, and what an update takes of it is written back.
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	apitest.Lossless(t, &struct{ Contacts service }{}, 15, contact.Contact{})
	var read contact.Contact
	require.NoError(t, json.Unmarshal([]byte(`{"id":"c","method":"pager","to":7,"status":{"enabled":"yes"},"country":{"code":44}}`), &read))
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, read.Request()) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH " + prefix + at + "/c", Body: `{"to":7,"country":{"code":44}}`, Answer: `{"data":{"id":"c"}}`},
	})
	require.NoError(t, err)
}

func ExampleService_All() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"values": [{"method": "voice", "to": "1-5551234567", "status": {"enabled": true}}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.atlassian.com"+prefix, wire.Codec{})
	if err != nil {
		panic(err)
	}
	for c, err := range contact.New(client).All(context.Background(), contact.ListRequest{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(c.Method, c.To)
	}
	// Output: voice 1-5551234567
}
