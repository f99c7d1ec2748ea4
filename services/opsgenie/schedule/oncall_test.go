package oncall_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/oncall"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

var (
	storage = oncall.Schedule{ID: "3ea6b0d8-f417-4c92-b85d-19c27e60fa43", Name: "Storage on-call", Enabled: true}
	ada     = oncall.Participant{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0", Type: "user", Name: "ada@example.com"}
	grace   = oncall.Participant{ID: "e47a9d32-0c5b-48f1-92e6-3b7d18c5f0a4", Type: "user", Name: "grace@example.com"}
	date    = time.Date(2026, 5, 25, 8, 0, 0, 0, time.FixedZone("", 2*60*60))
)

// nested is who is on call in the fixture: a team with its escalation, and a
// user in the stead of another.
func nested() []oncall.Participant {
	first, second, instead := ada, grace, ada
	first.EscalationTime, first.NotifyType = new(0), "default"
	second.EscalationTime, second.NotifyType = new(10), "next"
	instead.ForwardedFrom = &grace
	return []oncall.Participant{
		{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Type: "team", Name: "Storage", Participants: []oncall.Participant{
			{ID: "58d2f1a6-c093-47be-a1d4-e86b30c7592f", Type: "escalation", Name: "Storage escalation", Participants: []oncall.Participant{first, second}},
		}},
		instead,
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const when = "flat=true&date=2026-05-25T08%3A00%3A00%2B02%3A00"
	ref := oncall.ByName("Storage on-call")
	apitest.Run(t, open, append(exports(), []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, oncall.ListRequest{}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/on-calls", "", 200, "list"),
			Want: []oncall.OnCall{
				{Schedule: storage, Participants: []oncall.Participant{ada}},
				{Schedule: oncall.Schedule{ID: "6f0b8d25-e91c-4a74-b3d6-48c2f07e951a", Name: "Web on-call"}, Participants: []oncall.Participant{}},
			},
		},
		{
			Name: "List/flat, at a time",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.List(ctx, oncall.ListRequest{Flat: true, Date: date})
			},
			Exchange: apitest.Exact("GET /v2/schedules/on-calls?"+when, "", 200, "list"),
		},
		{
			Name: "Get/nested",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, oncall.GetRequest{Ref: ref}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/Storage%20on-call/on-calls?scheduleIdentifierType=name", "", 200, "get"),
			Want:     oncall.OnCall{Schedule: storage, Participants: nested()},
		},
		{
			Name: "Get/flat, at a time",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, oncall.GetRequest{Ref: oncall.ByID("s"), Flat: true, Date: date}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/s/on-calls?scheduleIdentifierType=id&"+when, "", 200, "get_flat"),
			Want:     oncall.OnCall{Schedule: storage, Usernames: []string{"ada@example.com", "grace@example.com"}},
		},
		refused("Get/no schedule", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, oncall.GetRequest{}) }),
		{
			Name: "GetNext/nested",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetNext(ctx, oncall.GetNextRequest{Ref: ref}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/Storage%20on-call/next-on-calls?scheduleIdentifierType=name", "", 200, "next"),
			Want:     oncall.NextOnCall{Schedule: storage, Participants: []oncall.Participant{grace}, ExactParticipants: []oncall.Participant{grace}},
		},
		{
			Name: "GetNext/flat, after a time",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetNext(ctx, oncall.GetNextRequest{Ref: oncall.ByID("s"), Flat: true, Date: date}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/s/next-on-calls?scheduleIdentifierType=id&"+when, "", 200, "next_flat"),
			Want:     oncall.NextOnCall{Schedule: storage, Usernames: []string{"grace@example.com"}, ExactUsernames: []string{"grace@example.com"}},
		},
		refused("GetNext/no schedule", func(ctx context.Context, s service) (any, error) {
			return s.GetNext(ctx, oncall.GetNextRequest{})
		}),
	}...))
}

func exports() []row {
	export := apitest.Exact("GET /v2/schedules/on-calls/ada@example.com.ics", "", 200, "")
	export.Fixture = "testdata/export.ics"
	return []row{
		{
			Name: "ExportUserICS",
			Call: func(ctx context.Context, s service) (any, error) {
				var to bytes.Buffer
				_, err := s.ExportUserICS(ctx, oncall.ExportUserICSRequest{User: "ada@example.com"}, &to)
				return to.String(), err
			},
			Exchange: export,
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				want, err := os.ReadFile("testdata/export.ics")
				require.NoError(tb, err)
				assert.Equal(tb, string(want), got)
			},
		},
		refused("ExportUserICS/nobody", func(ctx context.Context, s service) (any, error) {
			return s.ExportUserICS(ctx, oncall.ExportUserICSRequest{}, io.Discard)
		}),
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.RequestURI())
		body := io.NopCloser(strings.NewReader(`{"data":{"_parent":{"name":"Nights"},"onCallRecipients":["ada@example.com"]}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	got, err := oncall.New(client).Get(context.Background(), oncall.GetRequest{Ref: oncall.ByName("Nights"), Flat: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.Usernames)
	// Output:
	// GET /v2/schedules/Nights/on-calls?scheduleIdentifierType=name&flat=true
	// [ada@example.com]
}
