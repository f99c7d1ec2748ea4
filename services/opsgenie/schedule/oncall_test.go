package schedule_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
)

var (
	ada   = schedule.Participant{ID: adaID, Type: "user", Name: "ada@example.com"}
	grace = schedule.Participant{ID: graceID, Type: "user", Name: "grace@example.com"}
	date  = time.Date(2026, 5, 25, 8, 0, 0, 0, time.FixedZone("", 2*60*60))
)

// nested returns the participants on call in the fixture: a team with its escalation, and a
// user to whom another forwards.
func nested() []schedule.Participant {
	first, second, instead := ada, grace, ada
	first.EscalationTime, first.NotifyType = services.Set(0), "default"
	second.EscalationTime, second.NotifyType = services.Set(10), "next"
	instead.ForwardedFrom = &grace
	return []schedule.Participant{
		{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Type: "team", Name: "Storage", Participants: []schedule.Participant{
			{ID: "58d2f1a6-c093-47be-a1d4-e86b30c7592f", Type: "escalation", Name: "Storage escalation", Participants: []schedule.Participant{first, second}},
		}},
		instead,
	}
}

func TestEveryOperationOnCallsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const when = "flat=true&date=2026-05-25T08%3A00%3A00%2B02%3A00"
	ref := schedule.ByName("Storage on-call")
	apitest.Run(t, openOnCalls, append(exports(), []onCallsRow{
		{
			Name: "List",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				return apitest.Value(s.List(ctx, schedule.ListOnCallRequest{}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/on-calls", "", 200, "oncall_list"),
			Want: []schedule.OnCall{
				{Schedule: parent, Participants: []schedule.Participant{ada}},
				{Schedule: schedule.Summary{ID: "6f0b8d25-e91c-4a74-b3d6-48c2f07e951a", Name: "Web on-call"}, Participants: []schedule.Participant{}},
			},
		},
		{
			Name: "List/flat, at a time",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				return s.List(ctx, schedule.ListOnCallRequest{Flat: true, Date: date})
			},
			Exchange: apitest.Exact("GET /v2/schedules/on-calls?"+when, "", 200, "oncall_list"),
		},
		{
			Name: "Get/nested",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				return apitest.Value(s.Get(ctx, schedule.OnCallRequest{Ref: ref}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/Storage%20on-call/on-calls?scheduleIdentifierType=name", "", 200, "oncall_get"),
			Want:     schedule.OnCall{Schedule: parent, Participants: nested()},
		},
		{
			Name: "Get/flat, at a time",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				return apitest.Value(s.Get(ctx, schedule.OnCallRequest{Ref: schedule.ByID("s"), Flat: true, Date: date}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/s/on-calls?scheduleIdentifierType=id&"+when, "", 200, "oncall_get_flat"),
			Want:     schedule.OnCall{Schedule: parent, Usernames: []string{"ada@example.com", "grace@example.com"}},
		},
		refused("Get/no schedule", func(ctx context.Context, s onCalls) (any, error) { return s.Get(ctx, schedule.OnCallRequest{}) }),
		{
			Name: "GetNext/nested",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				return apitest.Value(s.GetNext(ctx, schedule.OnCallRequest{Ref: ref}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/Storage%20on-call/next-on-calls?scheduleIdentifierType=name", "", 200, "oncall_next"),
			Want:     schedule.NextOnCall{Schedule: parent, Participants: []schedule.Participant{grace}, ExactParticipants: []schedule.Participant{grace}},
		},
		{
			Name: "GetNext/flat, after a time",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				return apitest.Value(s.GetNext(ctx, schedule.OnCallRequest{Ref: schedule.ByID("s"), Flat: true, Date: date}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/s/next-on-calls?scheduleIdentifierType=id&"+when, "", 200, "oncall_next_flat"),
			Want:     schedule.NextOnCall{Schedule: parent, Usernames: []string{"grace@example.com"}, ExactUsernames: []string{"grace@example.com"}},
		},
		refused("GetNext/no schedule", func(ctx context.Context, s onCalls) (any, error) {
			return s.GetNext(ctx, schedule.OnCallRequest{})
		}),
	}...))
}

func exports() []onCallsRow {
	export := apitest.Exact("GET /v2/schedules/on-calls/ada@example.com.ics", "", 200, "")
	export.Fixture = "testdata/oncall_export.ics"
	return []onCallsRow{
		{
			Name: "ExportUserICS",
			Call: func(ctx context.Context, s onCalls) (any, error) {
				var to bytes.Buffer
				_, err := s.ExportUserICS(ctx, "ada@example.com", &to)
				return to.String(), err
			},
			Exchange: export,
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				want, err := os.ReadFile("testdata/oncall_export.ics")
				require.NoError(tb, err)
				assert.Equal(tb, string(want), got)
			},
		},
		refused("ExportUserICS/nobody", func(ctx context.Context, s onCalls) (any, error) {
			return s.ExportUserICS(ctx, "", io.Discard)
		}),
	}
}
