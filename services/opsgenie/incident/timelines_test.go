package incident_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incidenttimeline"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v2/incident-timelines/i-1/entries"
	listed := incidenttimeline.Entry{
		ID: "f01a6c83-9e2d-4b57-a8c4-3d76e5b09f12", Group: "custom", Type: "CustomUserEntry",
		EventTime:   shape.Time{Time: time.Date(2026, 5, 26, 10, 3, 0, 0, time.UTC)},
		Actor:       incidenttimeline.Actor{Name: "Ada Lovelace", Type: "user"},
		Description: incidenttimeline.Description{Name: "?", Type: "plain_text", Content: "Rolled back to build 811"},
	}
	entry := listed
	entry.Description.Name = ""
	entry.LastEdit = incidenttimeline.Edit{
		EditTime: shape.Time{Time: time.Date(2026, 5, 26, 10, 9, 0, 0, time.UTC)}, Actor: incidenttimeline.Actor{Name: "Grace Hopper", Type: "user"},
	}
	berlin := time.Date(2026, 5, 26, 12, 3, 0, 0, time.FixedZone("", 2*60*60))
	text := incidenttimeline.PlainText("Rolled back to build 811")
	const body = `{"description":{"type":"plain_text","content":"Rolled back to build 811"},"time":"2026-05-26T12:03:00+02:00"}`
	apitest.Run(t, open, []row{
		sends("ListEntries", "GET "+at+"?group=custom%2Cincident&discardHidden=true&offset=o&limit=5&order=asc&contentType=c", "", 200, "entries",
			[]incidenttimeline.Entry{listed}, func(ctx context.Context, s api) (*services.Result[[]incidenttimeline.Entry], error) {
				return s.ListEntries(ctx, incidenttimeline.ListEntriesRequest{IncidentID: "i-1", Groups: []string{"custom", "incident"}, DiscardHidden: true,
					Offset: "o", Limit: 5, Order: shape.Ascending, ContentType: "c"})
			}),
		sends("ListEntries/all", "GET "+at, "", 200, "entries", nil, func(ctx context.Context, s api) (*services.Result[[]incidenttimeline.Entry], error) {
			return s.ListEntries(ctx, incidenttimeline.ListEntriesRequest{IncidentID: "i-1"})
		}),
		sends("GetEntry", "GET "+at+"/e-1?contentType=c", "", 200, "entry", entry, func(ctx context.Context, s api) (*services.Result[incidenttimeline.Entry], error) {
			return s.GetEntry(ctx, incidenttimeline.GetEntryRequest{IncidentID: "i-1", ID: "e-1", ContentType: "c"})
		}),
		sends("AddEntry", "POST "+at, body, 201, "entry", entry, func(ctx context.Context, s api) (*services.Result[incidenttimeline.Entry], error) {
			return s.AddEntry(ctx, incidenttimeline.AddEntryRequest{IncidentID: "i-1", Description: text, Time: berlin})
		}),
		sends("AddEntry/now", "POST "+at, `{"description":{"content":"c"}}`, 201, "entry", nil, func(ctx context.Context, s api) (*services.Result[incidenttimeline.Entry], error) {
			return s.AddEntry(ctx, incidenttimeline.AddEntryRequest{IncidentID: "i-1", Description: incidenttimeline.Description{Content: "c"}})
		}),
		sends("UpdateEntry", "PUT "+at+"/e-1", body, 200, "entry", &entry, func(ctx context.Context, s api) (*services.Result[*incidenttimeline.Entry], error) {
			return s.UpdateEntry(ctx, incidenttimeline.UpdateEntryRequest{IncidentID: "i-1", ID: "e-1", Description: text, Time: berlin})
		}),
		sends("UpdateEntry/only its time", "PUT "+at+"/e-1", `{"time":"2026-05-26T12:03:00+02:00"}`, 200, "updated", (*incidenttimeline.Entry)(nil),
			func(ctx context.Context, s api) (*services.Result[*incidenttimeline.Entry], error) {
				return s.UpdateEntry(ctx, incidenttimeline.UpdateEntryRequest{IncidentID: "i-1", ID: "e-1", Time: berlin})
			}),
		sends("DeleteEntry", "DELETE "+at+"/e-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.DeleteEntry(ctx, incidenttimeline.DeleteEntryRequest{IncidentID: "i-1", ID: "e-1"})
		}),
		sends("HideEntry", "PATCH "+at+"/e-1/hide", "", 200, "updated", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.HideEntry(ctx, incidenttimeline.HideEntryRequest{IncidentID: "i-1", ID: "e-1"})
		}),
		sends("UnhideEntry", "PATCH "+at+"/e-1/unhide", "", 200, "updated", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.UnhideEntry(ctx, incidenttimeline.UnhideEntryRequest{IncidentID: "i-1", ID: "e-1"})
		}),
		refused("ListEntries/of no incident", func(ctx context.Context, s api) (*services.Result[[]incidenttimeline.Entry], error) {
			return s.ListEntries(ctx, incidenttimeline.ListEntriesRequest{})
		}),
		refused("AddEntry/that says nothing", func(ctx context.Context, s api) (*services.Result[incidenttimeline.Entry], error) {
			return s.AddEntry(ctx, incidenttimeline.AddEntryRequest{IncidentID: "i-1", Time: berlin})
		}),
		refused("UpdateEntry/to nothing", func(ctx context.Context, s api) (*services.Result[*incidenttimeline.Entry], error) {
			return s.UpdateEntry(ctx, incidenttimeline.UpdateEntryRequest{IncidentID: "i-1", ID: "e-1", Description: incidenttimeline.PlainText("")})
		}),
		refused("HideEntry/none", func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.HideEntry(ctx, incidenttimeline.HideEntryRequest{IncidentID: "i-1"})
		}),
	})
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"id": "f01a", "group": "custom", "description": {"content": "Rolled back"}}}`))
		return &http.Response{StatusCode: 201, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	entry, err := incidenttimeline.New(client).AddEntry(context.Background(), incidenttimeline.AddEntryRequest{
		IncidentID:  "60b9",
		Description: incidenttimeline.PlainText("Rolled back"),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(entry.Value.Group, entry.Value.Description.Content)
	// Output: custom Rolled back
}
