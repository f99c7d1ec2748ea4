package incident_test

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
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type (
	timelines    = *incident.TimelineService
	timelinePage = services.Result[incident.TimelinePage]
	oneEntry     = services.Result[incident.TimelineEntry]
	changedEntry = services.Result[services.Optional[incident.TimelineEntry]]
	nothing      = services.Result[services.None]
)

// S7, S9, S10: what is written back, what a retry does, and what an update leaves out.
func TestEveryOperationOnTimelinesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v2/incident-timelines/i-1/entries"
	listed := incident.TimelineEntry{
		ID: "f01a6c83-9e2d-4b57-a8c4-3d76e5b09f12", Group: "custom", Type: "CustomUserEntry", EventTime: when("2026-05-26T10:03:00Z"),
		Actor:       incident.TimelineActor{Name: "Ada Lovelace", Type: "user"},
		Description: incident.TimelineDescription{Name: "?", Type: "plain_text", Content: "Rolled back to build 811"},
	}
	entry := listed
	entry.Description.Name = ""
	entry.LastEdit = incident.TimelineEdit{EditTime: when("2026-05-26T10:09:00Z"), Actor: incident.TimelineActor{Name: "Grace Hopper", Type: "user"}}
	berlin := time.Date(2026, 5, 26, 12, 3, 0, 0, time.FixedZone("", 2*60*60))
	text := incident.PlainText("Rolled back to build 811")
	const body = `{"description":{"type":"plain_text","content":"Rolled back to build 811"},"time":"2026-05-26T12:03:00+02:00"}`
	none := services.Optional[incident.TimelineEntry]{}
	onlyTime := func(ctx context.Context, s timelines) (*changedEntry, error) {
		return s.UpdateEntry(ctx, incident.UpdateEntryRequest{IncidentID: "i-1", ID: "e-1", Time: services.Set(berlin)})
	}
	apitest.Run(t, opener(incident.NewTimelines), []apitest.Row[timelines]{
		sends("ListEntries", "GET "+at+"?group=custom%2Cincident&discardHidden=true&offset=o&limit=5&order=asc&contentType=c", "", 200, "timeline_entries",
			incident.TimelinePage{Entries: []incident.TimelineEntry{listed}}, func(ctx context.Context, s timelines) (*timelinePage, error) {
				return s.ListEntries(ctx, incident.ListEntriesRequest{IncidentID: "i-1", Groups: []string{"custom", "incident"}, DiscardHidden: true,
					Offset: "o", Limit: 5, Order: shape.Ascending, ContentType: "c"})
			}),
		sends("ListEntries/all", "GET "+at, "", 200, "timeline_entries", nil, func(ctx context.Context, s timelines) (*timelinePage, error) {
			return s.ListEntries(ctx, incident.ListEntriesRequest{IncidentID: "i-1"})
		}),
		sends("GetEntry", "GET "+at+"/e-1?contentType=c", "", 200, "timeline_entry", entry, func(ctx context.Context, s timelines) (*oneEntry, error) {
			return s.GetEntry(ctx, incident.GetEntryRequest{IncidentID: "i-1", ID: "e-1", ContentType: "c"})
		}),
		that(services.RetryIfRefused, sends("AddEntry", "POST "+at, body, 201, "timeline_entry", entry, func(ctx context.Context, s timelines) (*oneEntry, error) {
			return s.AddEntry(ctx, incident.AddEntryRequest{IncidentID: "i-1", Description: text, Time: berlin})
		})),
		that(services.RetryIfRefused, sends("AddEntry/now", "POST "+at, `{"description":{"content":"c"}}`, 201, "timeline_entry", nil,
			func(ctx context.Context, s timelines) (*oneEntry, error) {
				return s.AddEntry(ctx, incident.AddEntryRequest{IncidentID: "i-1", Description: incident.TimelineDescription{Content: "c"}})
			})),
		sends("UpdateEntry", "PUT "+at+"/e-1", body, 200, "timeline_entry", services.Set(entry), func(ctx context.Context, s timelines) (*changedEntry, error) {
			return s.UpdateEntry(ctx, incident.UpdateEntryRequest{IncidentID: "i-1", ID: "e-1", Description: services.Set(text), Time: services.Set(berlin)})
		}),
		sends("UpdateEntry/only its time", "PUT "+at+"/e-1", `{"time":"2026-05-26T12:03:00+02:00"}`, 200, "updated", none, onlyTime),
		{
			Name:     "UpdateEntry/returns null",
			Call:     func(ctx context.Context, s timelines) (any, error) { return apitest.Value(onlyTime(ctx, s)) },
			Exchange: apitest.Exchange{Send: "PUT " + at + "/e-1", Body: `{"time":"2026-05-26T12:03:00+02:00"}`, Answer: `{"data":null}`},
			Want:     none,
		},
		{
			Name: "GetEntry/and write it back",
			Call: func(ctx context.Context, s timelines) (any, error) {
				read, err := s.GetEntry(ctx, incident.GetEntryRequest{IncidentID: "i-1", ID: "e-1"})
				if err != nil {
					return nil, err
				}
				in := read.Value.Request()
				in.IncidentID = "i-1"
				return s.UpdateEntry(ctx, in)
			},
			Exchange: apitest.Exchange{Send: "GET " + at + "/e-1", Answer: `{"data":{"id":"e-1","hidden":true,"eventTime":"2026-05-26T10:03:00Z",` +
				`"description":{"type":"html","content":["c"],"links":[1]},"impact":null}}`},
			Then: []apitest.Exchange{{Send: "PUT " + at + "/e-1", Answer: `{}`,
				Body: `{"time":"2026-05-26T10:03:00Z","description":{"type":"html","content":["c"],"links":[1]},"impact":null}`}},
		},
		sends("DeleteEntry", "DELETE "+at+"/e-1", "", 200, "deleted", services.None{}, func(ctx context.Context, s timelines) (*nothing, error) {
			return s.DeleteEntry(ctx, "i-1", "e-1")
		}),
		that(services.SafeToRetry, sends("HideEntry", "PATCH "+at+"/e-1/hide", "", 200, "updated", services.None{}, func(ctx context.Context, s timelines) (*nothing, error) {
			return s.HideEntry(ctx, "i-1", "e-1")
		})),
		that(services.SafeToRetry, sends("UnhideEntry", "PATCH "+at+"/e-1/unhide", "", 200, "updated", services.None{}, func(ctx context.Context, s timelines) (*nothing, error) {
			return s.UnhideEntry(ctx, "i-1", "e-1")
		})),
		refused("AddEntry/no content", func(ctx context.Context, s timelines) (*oneEntry, error) {
			return s.AddEntry(ctx, incident.AddEntryRequest{IncidentID: "i-1", Time: berlin})
		}),
		refused("UpdateEntry/to no content", func(ctx context.Context, s timelines) (*changedEntry, error) {
			return s.UpdateEntry(ctx, incident.UpdateEntryRequest{IncidentID: "i-1", ID: "e-1", Description: services.Set(incident.PlainText(""))})
		}),
		refused("HideEntry/no incident", func(ctx context.Context, s timelines) (*nothing, error) { return s.HideEntry(ctx, "", "e-1") }),
		refused("DeleteEntry/no entry", func(ctx context.Context, s timelines) (*nothing, error) { return s.DeleteEntry(ctx, "i-1", "") }),
	})
}

func TestAllThatATimelineCallLacksIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(incident.NewTimelines)(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.ListEntries(t.Context(), incident.ListEntriesRequest{Limit: -1})
	require.EqualError(t, err, "services: GET /v2/incident-timelines/{incidentId}/entries: argument limit must be at least 0; argument incidentId is required")
	_, err = s.UnhideEntry(t.Context(), "", "")
	require.EqualError(t, err, "services: PATCH /v2/incident-timelines/{incidentId}/entries/{timelineEntryId}/unhide: "+
		"argument incidentId is required; argument timelineEntryId is required")
	_, err = s.AddEntry(t.Context(), incident.AddEntryRequest{})
	require.EqualError(t, err, "services: POST /v2/incident-timelines/{incidentId}/entries: "+
		"argument description.content is required; argument incidentId is required")
}

func ExampleNewTimelines() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"id": "f01a", "group": "custom", "description": {"content": "Rolled back"}}}`))
		return &http.Response{StatusCode: 201, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	entry, err := incident.NewTimelines(client).AddEntry(context.Background(), incident.AddEntryRequest{
		IncidentID:  "60b9",
		Description: incident.PlainText("Rolled back"),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(entry.Value.Group, entry.Value.Description.Content)
	// Output: custom Rolled back
}
