package schedule_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestEveryOperationOnCallsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	ada, grace := schedule.Participant{ID: adaID, Type: shape.KindUser}, schedule.Participant{ID: graceID, Type: shape.KindUser}
	get := func(in schedule.OnCallRequest) func(context.Context, onCalls) (any, error) {
		return func(ctx context.Context, s onCalls) (any, error) { return apitest.Value(s.Get(ctx, in)) }
	}
	getNext := func(in schedule.OnCallRequest) func(context.Context, onCalls) (any, error) {
		return func(ctx context.Context, s onCalls) (any, error) { return apitest.Value(s.GetNext(ctx, in)) }
	}
	export := func(accountID string, w io.Writer) func(context.Context, onCalls) (any, error) {
		return func(ctx context.Context, s onCalls) (any, error) {
			return apitest.Value(s.ExportUserICS(ctx, accountID, w))
		}
	}
	const flat = "?flat=true&date=2026-01-05T08%3A00%3A00%2B02%3A00"
	now := schedule.OnCallRequest{Ref: schedule.ByID(scheduleID)}
	then := schedule.OnCallRequest{Ref: schedule.ByID(scheduleID), Flat: true, Date: start}
	var to bytes.Buffer
	apitest.Run(t, opening(schedule.NewOnCall), []onCallsRow{
		{
			Name: "Get", Call: get(now), Exchange: exact("GET "+at+"/on-calls", "", 200, "oncall"),
			Want: schedule.OnCall{Participants: []schedule.Participant{
				{ID: "dddddddd-0000-4000-8000-000000000001", Type: shape.KindEscalation, Participants: []schedule.Participant{ada}}, grace,
			}},
		},
		{
			Name: "Get/flat, at a time", Call: get(then), Exchange: exact("GET "+at+"/on-calls"+flat, "", 200, "oncall_flat"),
			Want: schedule.OnCall{AccountIDs: []string{adaID, graceID}},
		},
		refused("Get/no schedule", "scheduleId is required", get(schedule.OnCallRequest{})),
		refused("Get/below another resource", elsewhere, get(schedule.OnCallRequest{Ref: schedule.ByID("a.ics")})),
		{
			Name: "GetNext", Call: getNext(now), Exchange: exact("GET "+at+"/next-on-calls", "", 200, "oncall_next"),
			Want: schedule.NextOnCall{Participants: []schedule.Participant{{ID: teamID, Type: shape.KindTeam, Participants: []schedule.Participant{grace}}}},
		},
		{
			Name: "GetNext/flat, after a time", Call: getNext(then), Exchange: exact("GET "+at+"/next-on-calls"+flat, "", 200, "oncall_next_flat"),
			Want: schedule.NextOnCall{AccountIDs: []string{graceID}},
		},
		refused("GetNext/no schedule", "scheduleId is required", getNext(schedule.OnCallRequest{})),
		{
			Name: "ExportUserICS", Call: export(adaID, &to), Exchange: ics("GET /v1/schedules/on-calls/" + adaID + ".ics"), Want: int64(len(calendar)),
			Check: func(tb testing.TB, _ any) {
				tb.Helper()
				assert.Equal(tb, calendar, to.String())
			},
		},
		refused("ExportUserICS/no user", "userIdentifier is required", export("", io.Discard)),
		refused("ExportUserICS/an e-mail address", "userIdentifier is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			export("ada@example.com", io.Discard)),
		refused("ExportUserICS/no writer", "writer is nil", export(adaID, nil)),
	})
}

// S8: participants are read from the member of either operation, a user may be a text, and what
// the API does not document is kept.
func TestAParticipantIsReadInAnyForm(t *testing.T) {
	t.Parallel()
	nested := []schedule.Participant{{ID: "u"}}
	for raw, want := range map[string]schedule.Participant{
		`"u"`:                                 {ID: "u"},
		`null`:                                {},
		`{"type":"noone"}`:                    {Type: shape.KindNone},
		`{"onCallParticipants":[{"id":"u"}]}`: {Participants: nested},
		`{"nextOnCallParticipants":[{"id":"u"}]}`:                         {Participants: nested},
		`{"onCallParticipants":[{"id":"u"}],"nextOnCallParticipants":[]}`: {Participants: nested},
		`{"type":"ORACLE","nextOnCallParticipants":[]}`:                   {Type: "ORACLE", Participants: []schedule.Participant{}},
		`{"id":"v","forwardedFrom":{"id":"u","type":"user"}}`:             {ID: "v", ForwardedFrom: &schedule.Participant{ID: "u", Type: shape.KindUser}},
	} {
		got := schedule.Participant{ID: "before"}
		require.NoError(t, got.UnmarshalJSON([]byte(raw)), raw)
		assert.Equal(t, want, got, raw)
	}
	got := schedule.Participant{ID: "before"}
	require.Error(t, got.UnmarshalJSON([]byte(`7`)))
	assert.Zero(t, got)
	require.NoError(t, got.UnmarshalJSON([]byte(`{"id":7,"forwardedFrom":{"reason":"holiday"}}`)))
	assert.Equal(t, []services.Mismatch{{Path: "id", Got: "number"}}, got.Mismatches())
	for name, raw := range got.ForwardedFrom.Members() {
		assert.Equal(t, []string{"reason", `"holiday"`}, []string{name, string(raw)})
	}
	text, err := got.MarshalJSON()
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":7,"forwardedFrom":{"reason":"holiday"}}`, string(text))
}
