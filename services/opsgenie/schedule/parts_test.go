package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestEveryOperationOnRotationsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, openRotations, append(rotationChanges(), rotationReads()...))
}

const (
	rotationsAt = "/v2/schedules/Nights/rotations"
	below       = "?scheduleIdentifierType=name"
	sentOffice  = `"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"monday","startHour":8,"startMin":0,"endDay":"friday","endHour":18,"endMin":30}]}`
)

func rotationChanges() []rotationsRow {
	ref := schedule.ByName("Nights")
	people := []shape.Recipient{shape.To(shape.UserByName("ada@example.com")), shape.ToNone()}
	const sentPeople = `"participants":[{"type":"user","username":"ada@example.com"},{"type":"none"}]`
	created := schedule.RotationSummary{ID: rotationID, Name: "Primary"}
	return []rotationsRow{
		{
			Name: "Create",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return apitest.Value(s.Create(ctx, schedule.CreateRotationRequest{Ref: ref, NewRotation: schedule.NewRotation{
					Name: "Primary", StartDate: start, EndDate: end, Type: schedule.Hourly, Length: 12, Participants: people, TimeRestriction: office,
				}}))
			},
			Repeat: services.RetryIfRefused,
			Exchange: apitest.Exact("POST "+rotationsAt+below, `{"name":"Primary","startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00",`+
				`"type":"hourly","length":12,`+sentPeople+`,`+sentOffice+`}`, 201, "rotation_created"),
			Want: created,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return s.Create(ctx, schedule.CreateRotationRequest{Ref: schedule.ByID("s"), NewRotation: weekly})
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("POST /v2/schedules/s/rotations?scheduleIdentifierType=id", sentWeekly, 201, "rotation_created"),
		},
		refused("Create/no schedule", func(ctx context.Context, s rotations) (any, error) {
			return s.Create(ctx, schedule.CreateRotationRequest{NewRotation: weekly})
		}),
		refused("Create/nothing", func(ctx context.Context, s rotations) (any, error) {
			return s.Create(ctx, schedule.CreateRotationRequest{Ref: ref})
		}),
		refused("Create/an end before the start", func(ctx context.Context, s rotations) (any, error) {
			wrong := weekly
			wrong.EndDate = start.Add(-time.Minute)
			return s.Create(ctx, schedule.CreateRotationRequest{Ref: ref, NewRotation: wrong})
		}),
		{
			Name: "Update",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return apitest.Value(s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: rotationID, Name: services.Set("Primary"), StartDate: services.Set(start), EndDate: services.Set(end),
					Type: services.Set(schedule.Daily), Length: services.Set(2), Participants: services.Set(people), TimeRestriction: services.Set(office)}))
			},
			Repeat: services.SafeToRetry,
			Exchange: apitest.Exact("PATCH "+rotationsAt+"/"+rotationID+below, `{"name":"Primary","startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00",`+
				`"type":"daily","length":2,`+sentPeople+`,`+sentOffice+`}`, 200, "rotation_created"),
			Want: created,
		},
		{
			Name: "Update/to no end and no restriction",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", EndDate: services.Null[time.Time](), TimeRestriction: services.Null[shape.TimeRestriction]()})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH "+rotationsAt+"/r"+below, `{"endDate":null,"timeRestriction":null}`, 200, "rotation_created"),
		},
		{
			Name: "Update/nothing",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r"})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH "+rotationsAt+"/r"+below, `{}`, 200, "rotation_created"),
		},
		refused("Update/no rotation", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref})
		}),
		refused("Update/a turn of no length", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", Length: services.Set(0)})
		}),
		refused("Update/a start that is zero", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", StartDate: services.Set(time.Time{})})
		}),
		refused("Update/a participant that cannot take part", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", Participants: services.Set([]shape.Recipient{shape.ToGroupByName("g")})})
		}),
		refused("Update/a participant that is nobody", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", Participants: services.Set([]shape.Recipient{{}})})
		}),
		refused("Update/an end that is zero", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", EndDate: services.Set(time.Time{})})
		}),
		refused("Update/an end before the start", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", StartDate: services.Set(end), EndDate: services.Set(start)})
		}),
		refused("Update/a restriction that is none", func(ctx context.Context, s rotations) (any, error) {
			return s.Update(ctx, schedule.UpdateRotationRequest{Ref: ref, ID: "r", TimeRestriction: services.Set(shape.TimeRestriction{})})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return s.Delete(ctx, ref, "r")
			},
			Exchange: apitest.Exact("DELETE "+rotationsAt+"/r"+below, "", 200, "deleted"),
		},
		refused("Delete/no rotation", func(ctx context.Context, s rotations) (any, error) {
			return s.Delete(ctx, ref, "")
		}),
	}
}

func rotationReads() []rotationsRow {
	ref := schedule.ByName("Nights")
	nights := shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6})
	primary := func(p schedule.Summary) func(testing.TB, any) {
		return func(tb testing.TB, got any) {
			tb.Helper()
			if list, ok := got.([]schedule.Rotation); ok {
				require.Len(tb, list, 1)
				got = list[0]
			}
			r, ok := got.(schedule.Rotation)
			require.True(tb, ok)
			assert.Len(tb, r.Participants, 3)
			r.Participants = nil
			assert.Equal(tb, schedule.Rotation{Parent: p, ID: rotationID, Name: "Primary", StartDate: at(1, 5, 6), Type: schedule.Weekly, Length: 1, TimeRestriction: nights}, r)
		}
	}
	return []rotationsRow{
		{
			Name: "List",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return apitest.Value(s.List(ctx, ref))
			},
			Exchange: apitest.Exact("GET "+rotationsAt+below, "", 200, "rotation_list"),
			Check:    primary(schedule.Summary{}),
		},
		refused("List/no schedule", func(ctx context.Context, s rotations) (any, error) {
			return s.List(ctx, schedule.Ref{})
		}),
		{
			Name: "Get",
			Call: func(ctx context.Context, s rotations) (any, error) {
				return apitest.Value(s.Get(ctx, ref, "a/b"))
			},
			Exchange: apitest.Exact("GET "+rotationsAt+"/a%2Fb"+below, "", 200, "rotation_get"),
			Check:    primary(parent),
		},
		refused("Get/no rotation", func(ctx context.Context, s rotations) (any, error) {
			return s.Get(ctx, ref, "")
		}),
	}
}

func TestEveryOperationOnOverridesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const overridesAt = "/v2/schedules/Nights/overrides"
	const sent = `"user":{"type":"user","id":"u"},"startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00","rotations":[{"id":"r"},{"name":"Primary"}]}`
	ref := schedule.ByName("Nights")
	grace := shape.To(shape.UserByID("u"))
	about := []schedule.OverriddenRotation{{ID: "r"}, {Name: "Primary"}}
	created := schedule.OverrideSummary{Alias: "holiday-swap"}
	swap := func(tb testing.TB, got any) {
		tb.Helper()
		if list, ok := got.([]schedule.Override); ok {
			require.Len(tb, list, 1)
			got = list[0]
		}
		o, ok := got.(schedule.Override)
		require.True(tb, ok)
		assert.Equal(tb, []string{"user", graceID, "grace@example.com"}, []string{string(o.User.Kind()), o.User.ID(), o.User.Name()})
		o.User = shape.Recipient{}
		assert.Equal(tb, schedule.Override{Parent: parent, Alias: "holiday-swap", StartDate: at(5, 27, 6), EndDate: at(5, 27, 18),
			Rotations: []schedule.OverriddenRotation{{ID: rotationID, Name: "Primary"}}}, o)
	}
	apitest.Run(t, openOverrides, []overridesRow{
		{
			Name: "List",
			Call: func(ctx context.Context, s overrides) (any, error) {
				return apitest.Value(s.List(ctx, ref))
			},
			Exchange: apitest.Exact("GET "+overridesAt+below, "", 200, "override_list"),
			Check:    swap,
		},
		refused("List/no schedule", func(ctx context.Context, s overrides) (any, error) {
			return s.List(ctx, schedule.Ref{})
		}),
		{
			Name: "Create",
			Call: func(ctx context.Context, s overrides) (any, error) {
				return apitest.Value(s.Create(ctx, schedule.CreateOverrideRequest{Ref: ref, Alias: "holiday-swap", User: grace, StartDate: start, EndDate: end, Rotations: about}))
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("POST "+overridesAt+below, `{"alias":"holiday-swap",`+sent, 201, "override_created"),
			Want:     created,
		},
		{
			Name: "Create/nobody is on call",
			Call: func(ctx context.Context, s overrides) (any, error) {
				return s.Create(ctx, schedule.CreateOverrideRequest{Ref: ref, User: shape.ToNone(), StartDate: start, EndDate: end})
			},
			Repeat: services.RetryIfRefused,
			Exchange: apitest.Exact("POST "+overridesAt+below,
				`{"user":{"type":"none"},"startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00"}`, 201, "override_created"),
		},
		refused("Create/nothing", func(ctx context.Context, s overrides) (any, error) {
			return s.Create(ctx, schedule.CreateOverrideRequest{Ref: ref})
		}),
		refused("Create/an end before the start", func(ctx context.Context, s overrides) (any, error) {
			return s.Create(ctx, schedule.CreateOverrideRequest{Ref: ref, User: grace, StartDate: end, EndDate: start})
		}),
		refused("Create/a team instead of a user", func(ctx context.Context, s overrides) (any, error) {
			return s.Create(ctx, schedule.CreateOverrideRequest{Ref: ref, User: shape.To(shape.TeamByID("t")), StartDate: start, EndDate: end})
		}),
		refused("Update/a schedule instead of a user", func(ctx context.Context, s overrides) (any, error) {
			return s.Update(ctx, schedule.UpdateOverrideRequest{Ref: ref, Alias: "a", User: shape.To(shape.ScheduleByID("s")), StartDate: start, EndDate: end})
		}),
		refused("Create/a rotation that is none", func(ctx context.Context, s overrides) (any, error) {
			return s.Create(ctx, schedule.CreateOverrideRequest{Ref: ref, User: grace, StartDate: start, EndDate: end, Rotations: []schedule.OverriddenRotation{{}}})
		}),
		{
			Name: "Get",
			Call: func(ctx context.Context, s overrides) (any, error) {
				return apitest.Value(s.Get(ctx, ref, "holiday/swap"))
			},
			Exchange: apitest.Exact("GET "+overridesAt+"/holiday%2Fswap"+below, "", 200, "override_get"),
			Check:    swap,
		},
		refused("Get/no alias", func(ctx context.Context, s overrides) (any, error) {
			return s.Get(ctx, ref, "")
		}),
		{
			Name: "Update",
			Call: func(ctx context.Context, s overrides) (any, error) {
				return apitest.Value(s.Update(ctx, schedule.UpdateOverrideRequest{Ref: ref, Alias: "holiday-swap", User: grace, StartDate: start, EndDate: end, Rotations: services.Set(about)}))
			},
			Exchange: apitest.Exact("PUT "+overridesAt+"/holiday-swap"+below, `{`+sent, 200, "override_created"),
			Want:     created,
		},
		refused("Update/only the alias", func(ctx context.Context, s overrides) (any, error) {
			return s.Update(ctx, schedule.UpdateOverrideRequest{Ref: ref, Alias: "a"})
		}),
		refused("Update/a rotation that is none", func(ctx context.Context, s overrides) (any, error) {
			return s.Update(ctx, schedule.UpdateOverrideRequest{Ref: ref, Alias: "a", User: grace, StartDate: start, EndDate: end, Rotations: services.Set([]schedule.OverriddenRotation{{}})})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s overrides) (any, error) {
				return s.Delete(ctx, ref, "a")
			},
			Exchange: apitest.Exact("DELETE "+overridesAt+"/a"+below, "", 200, "deleted"),
		},
		refused("Delete/no alias", func(ctx context.Context, s overrides) (any, error) {
			return s.Delete(ctx, ref, "")
		}),
	})
}
