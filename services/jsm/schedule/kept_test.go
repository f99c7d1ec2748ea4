package schedule_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/schedule"
)

// S7, S8: what was read can be written back as it came, for every type that is both.
func TestWhatIsReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	var client struct {
		*schedule.Service
		Rotations *schedule.RotationService
		Overrides *schedule.OverrideService
		OnCall    *schedule.OnCallService
	}
	apitest.Lossless(t, &client, 15, schedule.Schedule{}, schedule.Rotation{}, schedule.Override{})
}

// S7, S10: a request that writes back what was read sends every member as it came, unknown ones
// at every depth, and words and values that a field cannot hold.
func TestARequestWritesBackWhatWasRead(t *testing.T) {
	t.Parallel()
	const members = `"name":"Nights","description":null,"timezone":7,"enabled":"yes","icon":{"of":["moon"]}`
	for _, own := range []string{`[{"id":"r","type":"lunar"}]`, `null`, `7`} {
		var read schedule.Schedule
		require.NoError(t, json.Unmarshal([]byte(`{"id":"`+scheduleID+`",`+members+`,"rotations":`+own+`}`), &read))
		_, err := apitest.Verify(t.Context(), opening(schedule.New), row{
			Name: "Update", Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, read.Request()) }, Repeat: services.SafeToRetry,
			Exchange: apitest.Exchange{Send: "PATCH " + prefix + at, Body: `{` + members + `}`, Answer: `{}`},
		})
		require.NoError(t, err, own)
	}

	const turns = `"name":"Primary","startDate":"2026-01-05T08:00:00+0200","endDate":null,"type":"LUNAR","length":"long","participants":[{"type":"oracle","level":9},{"type":"noone"}],` +
		`"timeRestriction":{"type":"time-of-day","restriction":{"startHour":"8","startMin":0,"endHour":18,"endMin":0}},"color":null`
	var rotation schedule.Rotation
	require.NoError(t, json.Unmarshal([]byte(`{"id":"r",`+turns+`}`), &rotation))
	back := rotation.Request()
	back.Ref = schedule.ByID(scheduleID)
	_, err := apitest.Verify(t.Context(), opening(schedule.NewRotations), rotationsRow{
		Name: "Update", Call: func(ctx context.Context, s rotations) (any, error) { return s.Update(ctx, back) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH " + prefix + rotationsAt + "/r", Body: `{` + turns + `}`, Answer: `{}`},
	})
	require.NoError(t, err)

	const swap = `"responder":{"type":"user","id":"712020:u","team":null},"startDate":"2026-01-05T08:00:00+0200","endDate":"2026-02-05T08:00:00.000Z",` +
		`"rotationIds":null,"reason":"holiday"`
	var override schedule.Override
	require.NoError(t, json.Unmarshal([]byte(`{"alias":"a",`+swap+`}`), &override))
	replace := override.Request()
	replace.Ref = schedule.ByID(scheduleID)
	_, err = apitest.Verify(t.Context(), opening(schedule.NewOverrides), overridesRow{
		Name: "Update", Call: func(ctx context.Context, s overrides) (any, error) { return s.Update(ctx, replace) },
		Exchange: apitest.Exchange{Send: "PUT " + prefix + overridesAt + "/a", Body: `{` + swap + `}`, Answer: `{}`},
	})
	require.NoError(t, err)
}

// S7: a global schedule, whose team is null in responses, stays global when it is written back.
func TestAGlobalScheduleStaysGlobal(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]services.Optional[string]{
		`{"teamId":null}`: services.Set(""), `{"teamId":""}`: services.Set(""), `{"teamId":"t"}`: services.Set("t"), `{}`: {},
	} {
		var read schedule.Schedule
		require.NoError(t, json.Unmarshal([]byte(raw), &read))
		assert.Equal(t, want, read.Request().TeamID, raw)
	}
}

// A request that is made from an object that was not read needs what every request needs.
func TestARequestIsNotSentWithoutWhatIsRequired(t *testing.T) {
	t.Parallel()
	turns := schedule.Rotation{ID: "r", Length: 1, StartDate: when("2026-01-05T08:00:00Z")}
	_, err := apitest.Verify(t.Context(), opening(schedule.NewRotations), refused("Update", "scheduleId is required",
		func(ctx context.Context, s rotations) (any, error) { return s.Update(ctx, turns.Request()) }))
	require.NoError(t, err)
	in := schedule.Override{Alias: "a", StartDate: turns.StartDate, EndDate: turns.StartDate}.Request()
	in.Ref = schedule.ByID("s")
	_, err = apitest.Verify(t.Context(), opening(schedule.NewOverrides), refused("Update", "responder is required",
		func(ctx context.Context, s overrides) (any, error) { return s.Update(ctx, in) }))
	require.NoError(t, err)
}
