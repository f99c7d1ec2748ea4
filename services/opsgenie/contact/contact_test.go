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
	"github.com/tripware/tripware/services/opsgenie/contact"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const ada, at, id = "ada@example.com", "/v2/users/ada@example.com/contacts", "2e86d5c1-07fb-49a3-8c14-b9f60e3d72a5"
	written := contact.Summary{ID: id}
	apitest.Run(t, open, []row{
		retried(services.RetryIfRefused, sends("Create", "POST "+at, `{"method":"sms","to":"1-5551234567"}`, 201, "created", written, func(ctx context.Context, s api) (*services.Result[contact.Summary], error) {
			return s.Create(ctx, contact.CreateRequest{User: ada, Method: shape.SMS, To: "1-5551234567"})
		})),
		sends("Get", "GET "+at+"/c-1", "", 200, "get",
			contact.Contact{ID: id, Method: shape.Email, To: ada, Status: contact.Status{DisabledReason: "Number is not verified"}},
			func(ctx context.Context, s api) (*services.Result[contact.Contact], error) {
				return s.Get(ctx, ada, "c-1")
			}),
		retried(services.SafeToRetry, sends("Update", "PATCH "+at+"/c-1", `{"to":"ada@example.org"}`, 200, "updated", written, func(ctx context.Context, s api) (*services.Result[contact.Summary], error) {
			return s.Update(ctx, contact.UpdateRequest{User: ada, ID: "c-1", To: "ada@example.org"})
		})),
		sends("Delete", "DELETE "+at+"/c-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, ada, "c-1")
		}),
		sends("List", "GET "+at, "", 200, "list",
			[]contact.Contact{{ID: id, Method: shape.Email, To: ada, Status: contact.Status{Enabled: true}, ApplyOrder: services.Set(0)}},
			func(ctx context.Context, s api) (*services.Result[[]contact.Contact], error) {
				return s.List(ctx, ada)
			}),
		retried(services.SafeToRetry, sends("Enable", "POST "+at+"/c-1/enable", "", 200, "updated", written, func(ctx context.Context, s api) (*services.Result[contact.Summary], error) {
			return s.Enable(ctx, ada, "c-1")
		})),
		retried(services.SafeToRetry, sends("Disable", "POST "+at+"/c-1/disable", "", 200, "updated", written, func(ctx context.Context, s api) (*services.Result[contact.Summary], error) {
			return s.Disable(ctx, ada, "c-1")
		})),
		refused("List/of nobody", func(ctx context.Context, s api) (*services.Result[[]contact.Contact], error) {
			return s.List(ctx, "")
		}),
		refused("Get/none", func(ctx context.Context, s api) (*services.Result[contact.Contact], error) {
			return s.Get(ctx, ada, "")
		}),
		refused("Update/to nowhere", func(ctx context.Context, s api) (*services.Result[contact.Summary], error) {
			return s.Update(ctx, contact.UpdateRequest{User: ada, ID: "c-1"})
		}),
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), contact.CreateRequest{User: "ada@example.com"})
	require.EqualError(t, err, "services: POST /v2/users/{identifier}/contacts: argument method is required; argument to is required")
}

// S7, S8: what was read is kept, and what an update takes of it is written back.
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	const raw = `{"id":"c","method":"pager","to":7,"status":{"enabled":"yes","disabledReason":null,"since":1},"applyOrder":0,"country":{"code":44}}`
	var read contact.Contact
	require.NoError(t, json.Unmarshal([]byte(raw), &read))
	back, err := json.Marshal(read)
	require.NoError(t, err)
	assert.JSONEq(t, raw, string(back))
	in := read.Request()
	in.User = "ada@example.com"
	_, err = apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s api) (any, error) { return s.Update(ctx, in) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/users/ada@example.com/contacts/c", Body: `{"to":7,"country":{"code":44}}`, Answer: `{"data":{"id":"c"}}`},
	})
	require.NoError(t, err)
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"method": "voice", "to": "1-5551234567", "status": {"enabled": true}}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	list, err := contact.New(client).List(context.Background(), "ada@example.com")
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].Method, list.Value[0].To)
	// Output: voice 1-5551234567
}
