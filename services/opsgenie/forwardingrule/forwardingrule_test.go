package forwardingrule_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/forwardingrule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

// S7, S9: what is written back, and what a retry does.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v2/forwarding-rules/ada%2Faway?identifierType=alias"
	const sent = `{"fromUser":{"username":"ada@example.com"},"toUser":{"id":"g"},"startDate":"2026-06-02T00:00:00+02:00","endDate":"2026-06-09T00:00:00+02:00"`
	ref := forwardingrule.ByAlias("ada/away")
	ada, grace := shape.User{Username: "ada@example.com"}, shape.User{ID: "g"}
	start := time.Date(2026, 6, 2, 0, 0, 0, 0, time.FixedZone("", 2*60*60))
	end := start.AddDate(0, 0, 7)
	away := forwardingrule.ForwardingRule{
		ID: "e2f94b60-8c1d-47a5-b390-5d7e06c3f81a", Alias: "ada-away",
		FromUser:  shape.User{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0", Username: "ada@example.com"},
		ToUser:    shape.User{ID: "e47a9d32-0c5b-48f1-92e6-3b7d18c5f0a4", Username: "grace@example.com"},
		StartDate: shape.Time{Time: time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)},
		EndDate:   shape.Time{Time: time.Date(2026, 6, 9, 0, 0, 0, 0, time.UTC)},
	}
	summary := forwardingrule.Summary{ID: away.ID, Alias: "ada-away"}
	apitest.Run(t, open, []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx))
			},
			Exchange: apitest.Exact("GET /v2/forwarding-rules", "", 200, "list"),
			Want:     []forwardingrule.ForwardingRule{away},
		},
		{
			Name:   "Create",
			Repeat: services.RetryIfRefused,
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, forwardingrule.CreateRequest{FromUser: ada, ToUser: grace, StartDate: start, EndDate: end, Alias: "ada-away"}))
			},
			Exchange: apitest.Exact("POST /v2/forwarding-rules", sent+`,"alias":"ada-away"}`, 201, "created"),
			Want:     summary,
		},
		{
			Name:   "Create/only what is required",
			Repeat: services.RetryIfRefused,
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, forwardingrule.CreateRequest{FromUser: ada, ToUser: grace, StartDate: start, EndDate: end})
			},
			Exchange: apitest.Exact("POST /v2/forwarding-rules", sent+`}`, 201, "created"),
		},
		refused("Create/an end before the start", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, forwardingrule.CreateRequest{FromUser: ada, ToUser: grace, StartDate: end, EndDate: start})
		}),
		{
			Name: "Get/by alias",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, ref))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "get"),
			Want:     away,
		},
		{
			Name: "Get/by id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Get(ctx, forwardingrule.ByID("f"))
			},
			Exchange: apitest.Exact("GET /v2/forwarding-rules/f?identifierType=id", "", 200, "get"),
		},
		refused("Get/no rule", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, forwardingrule.Ref{}) }),
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, forwardingrule.UpdateRequest{Ref: ref, FromUser: ada, ToUser: grace, StartDate: start, EndDate: end}))
			},
			Exchange: apitest.Exact("PUT "+at, sent+`}`, 200, "created"),
			Want:     summary,
		},
		{
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s service) (any, error) {
				read, err := s.Get(ctx, ref)
				if err != nil {
					return nil, err
				}
				return s.Update(ctx, read.Value.Request())
			},
			Exchange: apitest.Exchange{Send: "GET " + at, Answer: `{"data":{"id":"f-1","alias":"ada/away","fromUser":{"id":"a","fullName":"Ada"},"toUser":{"id":"g"},` +
				`"startDate":["today"],"endDate":"2026-06-09T00:00:00+0200","calls":null}}`},
			Then: []apitest.Exchange{{Send: "PUT /v2/forwarding-rules/f-1?identifierType=id", Answer: `{"data":{}}`, Body: `{"fromUser":{"id":"a","fullName":"Ada"},` +
				`"toUser":{"id":"g"},"startDate":["today"],"endDate":"2026-06-09T00:00:00+02:00","calls":null}`}},
		},
		refused("Update/an end before the start", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, forwardingrule.UpdateRequest{Ref: ref, FromUser: ada, ToUser: grace, StartDate: end, EndDate: start})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, ref)
			},
			Exchange: apitest.Exact("DELETE "+at, "", 200, "deleted"),
		},
		refused("Delete/no rule", func(ctx context.Context, s service) (any, error) {
			return s.Delete(ctx, forwardingrule.ByID(""))
		}),
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), forwardingrule.CreateRequest{})
	require.EqualError(t, err, "services: POST /v2/forwarding-rules: argument fromUser is required; argument toUser is required; "+
		"argument startDate is required; argument endDate is required")
	_, err = s.Update(t.Context(), forwardingrule.UpdateRequest{Ref: forwardingrule.ByAlias("a")})
	require.EqualError(t, err, "services: PUT /v2/forwarding-rules/{identifier}: argument fromUser is required; argument toUser is required; "+
		"argument startDate is required; argument endDate is required")
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.RequestURI())
		body := io.NopCloser(strings.NewReader(`{"data":{"alias":"ada-away","toUser":{"username":"grace@example.com"},"endDate":"2026-06-09T00:00:00Z"}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	got, err := forwardingrule.New(client).Get(context.Background(), forwardingrule.ByAlias("ada-away"))
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.ToUser.Username, "until", got.Value.EndDate.Format(time.DateOnly))
	// Output:
	// GET /v2/forwarding-rules/ada-away?identifierType=alias
	// grace@example.com until 2026-06-09
}
