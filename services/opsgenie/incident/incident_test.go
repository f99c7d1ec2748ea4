package incident_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// S9, S10: what a retry does, and that false is sent where it was set.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, opener(incident.New), slices.Concat(writes(), reads(), refusals()))
}

type pending = *incident.Pending

// accepted is the row of an operation that is accepted with 202.
func accepted(repeat services.Repeat, name, request, body string, call func(context.Context, service) (pending, error)) row {
	return row{
		Name:     name,
		Repeat:   repeat,
		Call:     func(ctx context.Context, s service) (any, error) { return call(ctx, s) },
		Exchange: apitest.Exact(request, body, http.StatusAccepted, "create_accepted"),
		Check: func(tb testing.TB, got any) {
			tb.Helper()
			p, ok := got.(pending)
			assert.True(tb, ok)
			assert.Equal(tb, "5d1f0014-7a3c-4e19-9b60-2f8e61c40a14", p.RequestID)
		},
	}
}

func writes() []row {
	const at, as = "/v1/incidents/57", "?identifierType=tiny"
	ref := incident.ByTinyID("57")
	return []row{
		accepted(services.RetryIfRefused, "Create", "POST /v1/incidents/create", `{"message":"Checkout","description":"d","responders":[{"type":"team","id":"t-1"},{"type":"user","id":"u-1"}],`+
			`"tags":["checkout"],"details":{"runbook":"502"},"priority":"P1","note":"n","serviceId":"s-1","impactedServices":["s-1","s-2"],`+
			`"statusPageEntry":{"title":"Checkout is failing","detail":"We are on it"},"notifyStakeholders":false}`,
			func(ctx context.Context, s service) (pending, error) {
				return s.Create(ctx, incident.CreateRequest{Message: "Checkout", Description: "d",
					Responders: []shape.Responder{shape.TeamByID("t-1"), shape.UserByID("u-1")}, Tags: []string{"checkout"},
					Details: map[string]string{"runbook": "502"}, Priority: shape.P1, Note: "n", ServiceID: "s-1", ImpactedServices: []string{"s-1", "s-2"},
					StatusPageEntry: incident.StatusPageEntry{Title: "Checkout is failing", Detail: "We are on it"}, NotifyStakeholders: services.Set(false)})
			}),
		accepted(services.RetryIfRefused, "Create/only what is required", "POST /v1/incidents/create", `{"message":"Checkout"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Create(ctx, incident.CreateRequest{Message: "Checkout"})
		}),
		accepted(services.ByMethod, "Delete", "DELETE /v1/incidents/a%2Fb?identifierType=id", "", func(ctx context.Context, s service) (pending, error) {
			return s.Delete(ctx, incident.ByID("a/b"))
		}),
		accepted(services.RetryIfRefused, "Close", "POST "+at+"/close"+as, `{"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, incident.ActionRequest{Ref: ref, Note: "n"})
		}),
		accepted(services.SafeToRetry, "Close/without a note", "POST "+at+"/close"+as, `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Close(ctx, incident.ActionRequest{Ref: ref})
		}),
		accepted(services.RetryIfRefused, "Resolve", "POST "+at+"/resolve"+as, `{"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Resolve(ctx, incident.ActionRequest{Ref: ref, Note: "n"})
		}),
		accepted(services.RetryIfRefused, "Reopen", "POST "+at+"/reopen"+as, `{"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.Reopen(ctx, incident.ActionRequest{Ref: ref, Note: "n"})
		}),
		accepted(services.RetryIfRefused, "AddResponder", "POST "+at+"/responders"+as, `{"responder":[{"type":"team","name":"Storage"}],"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, incident.AddResponderRequest{Ref: ref, Responders: []shape.Responder{shape.TeamByName("Storage")}, Note: "n"})
		}),
		accepted(services.SafeToRetry, "AddResponder/without a note", "POST "+at+"/responders"+as, `{"responder":[{"type":"user","id":"u"}],"note":""}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, incident.AddResponderRequest{Ref: ref, Responders: []shape.Responder{shape.UserByID("u")}})
		}),
		accepted(services.RetryIfRefused, "AddTags", "POST "+at+"/tags"+as, `{"tags":["a","b"],"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTags(ctx, incident.AddTagsRequest{Ref: ref, Tags: []string{"a", "b"}, Note: "n"})
		}),
		accepted(services.RetryIfRefused, "RemoveTags", "DELETE "+at+"/tags"+as+"&tags=a%2Cb&note=n", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveTags(ctx, incident.RemoveTagsRequest{Ref: ref, Tags: []string{"a", "b"}, Note: "n"})
		}),
		accepted(services.RetryIfRefused, "AddDetails", "POST "+at+"/details"+as, `{"details":{"k":"v"},"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddDetails(ctx, incident.AddDetailsRequest{Ref: ref, Details: map[string]string{"k": "v"}, Note: "n"})
		}),
		accepted(services.RetryIfRefused, "RemoveDetails", "DELETE "+at+"/details"+as+"&keys=k&note=n", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveDetails(ctx, incident.RemoveDetailsRequest{Ref: ref, Keys: []string{"k"}, Note: "n"})
		}),
		accepted(services.SafeToRetry, "Resolve/without a note", "POST "+at+"/resolve"+as, `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Resolve(ctx, incident.ActionRequest{Ref: ref})
		}),
		accepted(services.SafeToRetry, "Reopen/without a note", "POST "+at+"/reopen"+as, `{}`, func(ctx context.Context, s service) (pending, error) {
			return s.Reopen(ctx, incident.ActionRequest{Ref: ref})
		}),
		accepted(services.SafeToRetry, "AddTags/without a note", "POST "+at+"/tags"+as, `{"tags":["a"]}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddTags(ctx, incident.AddTagsRequest{Ref: ref, Tags: []string{"a"}})
		}),
		accepted(services.SafeToRetry, "RemoveTags/without a note", "DELETE "+at+"/tags"+as+"&tags=a", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveTags(ctx, incident.RemoveTagsRequest{Ref: ref, Tags: []string{"a"}})
		}),
		accepted(services.SafeToRetry, "AddDetails/without a note", "POST "+at+"/details"+as, `{"details":{"k":"v"}}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddDetails(ctx, incident.AddDetailsRequest{Ref: ref, Details: map[string]string{"k": "v"}})
		}),
		accepted(services.SafeToRetry, "RemoveDetails/without a note", "DELETE "+at+"/details"+as+"&keys=k", "", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveDetails(ctx, incident.RemoveDetailsRequest{Ref: ref, Keys: []string{"k"}})
		}),
		accepted(services.SafeToRetry, "UpdateMessage", "POST "+at+"/message"+as, `{"message":"m"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdateMessage(ctx, incident.UpdateMessageRequest{Ref: ref, Message: "m"})
		}),
		accepted(services.SafeToRetry, "UpdateDescription", "POST "+at+"/description"+as, `{"description":"d"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdateDescription(ctx, incident.UpdateDescriptionRequest{Ref: ref, Description: "d"})
		}),
		accepted(services.ByMethod, "UpdatePriority", "PUT "+at+"/priority"+as, `{"priority":"P2"}`, func(ctx context.Context, s service) (pending, error) {
			return s.UpdatePriority(ctx, incident.UpdatePriorityRequest{Ref: ref, Priority: shape.P2})
		}),
		accepted(services.RetryIfRefused, "AddNote", "POST "+at+"/notes"+as, `{"note":"n"}`, func(ctx context.Context, s service) (pending, error) {
			return s.AddNote(ctx, incident.AddNoteRequest{Ref: ref, Note: "n"})
		}),
	}
}

// collected is the row of a sequence of two pages.
func collected[T any](name, request string, call func(context.Context, service) ([]T, error), want []T) row {
	return row{
		Name:     name,
		Call:     func(ctx context.Context, s service) (any, error) { return call(ctx, s) },
		Exchange: apitest.Exchange{Send: request, Answer: `{"data":["a-1"],"paging":{"next":"https://api.opsgenie.com/v1/incidents/57/more?offset=a-1"}}`},
		Then:     []apitest.Exchange{{Send: "GET /v1/incidents/57/more?offset=a-1", Answer: `{"data":["a-2"]}`}},
		Want:     want,
	}
}

func reads() []row {
	const at, as = "GET /v1/incidents/57", "?identifierType=tiny"
	const page = as + "&offset=o&direction=next&limit=5&order=asc"
	ref := incident.ByTinyID("57")
	cursor := shape.Cursor{Offset: "o", Direction: shape.Next, Limit: 5, Order: shape.Ascending}
	full := incident.Incident{
		ID: "60b9d7e1-2f48-4ac3-91d5-8ce7f03a1b96", TinyID: "57", Message: "Checkout is failing",
		Description: "Checkout answers 502 for a third of requests", Status: "open", Tags: []string{"checkout"},
		CreatedAt: when("2026-05-26T10:01:20.320Z"), UpdatedAt: when("2026-05-26T10:05:02.102Z"), Priority: shape.P1,
		OwnerTeam: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Responders: []shape.Responder{shape.TeamByID("c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11")},
		ServiceID: "04e7c1fa-95b3-4d28-a6e0-b1d83f629c57", ImpactedServices: []string{"04e7c1fa-95b3-4d28-a6e0-b1d83f629c57"},
		ImpactStartDate: when("2026-05-26T09:58:00Z"), ExtraProperties: map[string]string{"runbook": "checkout-502"}, Actions: []string{},
		Links: incident.Links{
			Web: "https://acme.app.opsgenie.com/incident/detail/60b9d7e1-2f48-4ac3-91d5-8ce7f03a1b96",
			API: "https://api.opsgenie.com/v1/incidents/60b9d7e1-2f48-4ac3-91d5-8ce7f03a1b96",
		},
	}
	list := incident.ListRequest{Query: "status:open", Offset: 1, Limit: 1, Sort: incident.SortTinyID, Order: shape.Descending}
	const listed = "GET /v1/incidents?query=status%3Aopen&offset=1&limit=1&sort=tinyId&order=desc"
	alerts := `"a-1","a-2"`
	ids := func(e apitest.Exchange) apitest.Exchange {
		e.Fixture, e.Answer = "", `{"data":[`+alerts+`],"took":0.1,"requestId":"r"}`
		return e
	}
	return []row{
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, ref))
			},
			Exchange: apitest.Exact(at+as, "", 200, "get"),
			Want:     full,
		},
		{
			Name:     "List",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx, list)) },
			Exchange: apitest.Exact(listed, "", 200, "list"),
			Want:     []incident.Incident{full},
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.All(ctx, list))
				return len(all), err
			},
			Exchange: apitest.Exact(listed, "", 200, "list"),
			Then: []apitest.Exchange{{Send: "GET /v1/incidents?query=status%3Aopen&limit=1&sort=createdAt&order=desc&offset=1",
				Answer: `{"data":[{"id":"x"}]}`}},
			Want: 2,
		},
		{
			Name: "All/in pages of 100",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.All(ctx, incident.ListRequest{}))
			},
			Exchange: apitest.Exchange{Send: "GET /v1/incidents?limit=100", Answer: `{"data":[]}`},
		},
		{
			Name: "GetRequestStatus",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetRequestStatus(ctx, "r-1"))
			},
			Exchange: apitest.Exact("GET /v1/incidents/requests/r-1", "", 200, "request_status_success"),
			Want: incident.RequestStatus{
				RequestStatus: shape.RequestStatus{IsSuccess: true, Action: "Create", Status: "Created incident",
					ProcessedAt: when("2026-05-26T10:01:20.844Z"), IntegrationID: "b7f06e29-3a5c-4d81-8e97-20c4d91fa365"},
				IncidentID: "60b9d7e1-2f48-4ac3-91d5-8ce7f03a1b96",
			},
		},
		{
			Name: "ListNotes",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.ListNotes(ctx, incident.PageRequest{Ref: ref, Cursor: cursor})
				return got.Value[0].Note, err
			},
			Exchange: apitest.Exact(at+"/notes"+page, "", 200, "notes"),
			Want:     "Failing over to replica 2",
		},
		{
			Name: "AllNotes",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.AllNotes(ctx, incident.PageRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: apitest.Exchange{Send: at + "/notes" + as + "&limit=100", Answer: `{"data":[{"note":"n"}]}`},
			Want:     1,
		},
		{
			Name: "ListLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.ListLogs(ctx, incident.PageRequest{Ref: ref, Cursor: cursor})
				return got.Value[0].Log, err
			},
			Exchange: apitest.Exact(at+"/logs"+page, "", 200, "logs"),
			Want:     "Alert acknowledged via web",
		},
		{
			Name: "AllLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.AllLogs(ctx, incident.PageRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: apitest.Exact(at+"/logs"+as+"&limit=100", "", 200, "logs"),
			Want:     1,
		},
		{
			Name: "ListResponderAlerts",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListResponderAlerts(ctx, incident.PageRequest{Ref: ref, Cursor: cursor}))
			},
			Exchange: ids(apitest.Exact(at+"/responder-alert-ids"+page, "", 200, "")),
			Want:     []string{"a-1", "a-2"},
		},
		collected("AllResponderAlerts", at+"/responder-alert-ids"+as+"&limit=100", func(ctx context.Context, s service) ([]string, error) {
			return apitest.Collect(s.AllResponderAlerts(ctx, incident.PageRequest{Ref: ref}))
		}, []string{"a-1", "a-2"}),
		{
			Name: "ListAssociatedAlerts",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListAssociatedAlerts(ctx, incident.PageRequest{Ref: ref, Cursor: cursor}))
			},
			Exchange: ids(apitest.Exact(at+"/associated-alert-ids"+page, "", 200, "")),
			Want:     []string{"a-1", "a-2"},
		},
		collected("AllAssociatedAlerts", at+"/associated-alert-ids"+as+"&limit=100", func(ctx context.Context, s service) ([]string, error) {
			return apitest.Collect(s.AllAssociatedAlerts(ctx, incident.PageRequest{Ref: ref}))
		}, []string{"a-1", "a-2"}),
	}
}
