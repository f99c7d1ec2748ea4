package schedule_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
)

// S8: of the two forms in which the API names users, each is read, and an odd member is kept.
func TestAParticipantIsAnObjectOrAName(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]schedule.Participant{
		`"ada@example.com"`: {Name: "ada@example.com"},
		`{"id":"u","type":"user","name":"a","forwardedFrom":"b"}`: {ID: "u", Type: "user", Name: "a", ForwardedFrom: &schedule.Participant{Name: "b"}},
		`{"id":"u","forwardedFrom":{"id":"v"}}`:                   {ID: "u", ForwardedFrom: &schedule.Participant{ID: "v"}},
		`null`:                                                    {},
	} {
		got := schedule.Participant{ID: "before"}
		require.NoError(t, got.UnmarshalJSON([]byte(raw)), raw)
		if got.ForwardedFrom != nil {
			got.Other = services.Other{} // it keeps a text for an object
		}
		assert.Equal(t, want, got, raw)
	}
	got := schedule.Participant{ID: "before"}
	require.Error(t, got.UnmarshalJSON([]byte(`7`)))
	assert.Zero(t, got)
	require.NoError(t, got.UnmarshalJSON([]byte(`{"id":7,"name":"a","new":[1]}`)))
	assert.Equal(t, "a", got.Name)
	assert.Equal(t, []services.Mismatch{{Path: "id", Got: "number"}}, got.Mismatches())
}

// S7, S8: what was read is written back as it came, at every depth.
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	const members = `"name":"Nights","description":null,"timezone":7,"enabled":"yes","ownerTeam":{"name":"Storage","color":"red"},"icon":{"of":["moon"]}`
	var read schedule.Schedule
	require.NoError(t, json.Unmarshal([]byte(`{"id":"s",`+members+`,"rotations":[{"id":"r","type":"lunar"}]}`), &read))
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, read.Request()) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/schedules/s?identifierType=id", Body: `{` + members + `}`, Answer: `{"data":{"id":"s"}}`},
	})
	require.NoError(t, err)

	const turns = `"name":"Primary","startDate":"2026-01-05T08:00:00+0200","endDate":"","type":"lunar","length":"long","participants":[{"type":"oracle","level":9},{"type":"none"}],` +
		`"timeRestriction":{"type":"time-of-day","restriction":{"startHour":"8","startMin":0,"endHour":18,"endMin":0}},"color":null`
	var rotation schedule.Rotation
	require.NoError(t, json.Unmarshal([]byte(`{"_parent":{"id":"s","name":"Nights","enabled":true},"id":"r",`+turns+`}`), &rotation))
	assert.Equal(t, start.UTC(), rotation.StartDate.UTC())
	_, err = apitest.Verify(t.Context(), openRotations, rotationsRow{
		Name: "Update", Call: func(ctx context.Context, s rotations) (any, error) { return s.Update(ctx, rotation.Request()) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/schedules/s/rotations/r?scheduleIdentifierType=id", Body: `{` + turns + `}`, Answer: `{"data":{"id":"r"}}`},
	})
	require.NoError(t, err)

	const swap = `"user":{"type":"user","id":"u","username":"ada@example.com","team":null},"startDate":"2026-01-05T08:00:00+0200","endDate":"2026-02-05T08:00:00.000Z",` +
		`"rotations":[{"id":"r","name":null}],"reason":"holiday"`
	var override schedule.Override
	require.NoError(t, json.Unmarshal([]byte(`{"_parent":{"id":"s"},"alias":"a",`+swap+`}`), &override))
	_, err = apitest.Verify(t.Context(), openOverrides, overridesRow{
		Name: "Update", Call: func(ctx context.Context, s overrides) (any, error) { return s.Update(ctx, override.Request()) },
		Exchange: apitest.Exchange{Send: "PUT /v2/schedules/s/overrides/a?scheduleIdentifierType=id", Body: `{` + swap + `}`, Answer: `{"data":{"alias":"a"}}`},
	})
	require.NoError(t, err)
	_, err = apitest.Verify(t.Context(), openRotations, rotationsRow{
		Name: "Update/of no schedule", Err: services.ErrArgument,
		Call: func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.Rotation{ID: "r"}.Request())
		},
	})
	require.NoError(t, err)
}
