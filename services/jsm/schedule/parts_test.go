package schedule_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
)

func TestEveryOperationOnRotationsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, opening(schedule.NewRotations), slices.Concat(rotationCreations(), rotationUpdates(), rotationReads()))
}

const (
	rotationsAt = at + "/rotations"
	overridesAt = at + "/overrides"
	sentOffice  = `"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"monday","startHour":9,"startMin":0,"endDay":"friday","endHour":17,"endMin":30}]}`
	sentPeople  = `"participants":[{"type":"user","id":"` + adaID + `"},{"type":"team","id":"t"},{"type":"escalation","id":"e"},{"type":"noone"}]`
)

var people = []shape.Responder{shape.UserByID(adaID), shape.TeamByID("t"), shape.EscalationByID("e"), shape.Nobody()}

// checkRotation compares a rotation with that of the fixtures.
func checkRotation(tb testing.TB, got any) {
	tb.Helper()
	r, ok := got.(schedule.Rotation)
	require.True(tb, ok)
	for name, raw := range r.Members() { // what came is kept, since its end is null
		assert.Equal(tb, []string{"endDate", "null"}, []string{name, string(raw)})
	}
	r.Other = services.Other{}
	assert.Equal(tb, schedule.Rotation{
		ID: rotationID, Name: "Rota A", StartDate: when("2026-11-02T08:00:00Z"), Type: schedule.Weekly, Length: 1,
		Participants: []shape.Responder{shape.UserByID(adaID), shape.Nobody()}, TimeRestriction: office,
	}, r)
}

func rotationCreations() []rotationsRow {
	ref := schedule.ByID(scheduleID)
	create := func(ref schedule.Ref, in schedule.NewRotation) func(context.Context, rotations) (any, error) {
		return func(ctx context.Context, s rotations) (any, error) {
			return apitest.Value(s.Create(ctx, schedule.CreateRotationRequest{Ref: ref, NewRotation: in}))
		}
	}
	with := func(change func(*schedule.NewRotation)) func(context.Context, rotations) (any, error) {
		in := weekly
		change(&in)
		return create(ref, in)
	}
	return []rotationsRow{
		{
			Name: "Create", Repeat: services.RetryIfRefused, Check: checkRotation,
			Call: create(ref, schedule.NewRotation{
				Name: "Rota A", StartDate: start, EndDate: end, Type: schedule.Hourly, Length: 12, Participants: people, TimeRestriction: office,
			}),
			Exchange: exact("POST "+rotationsAt, `{"name":"Rota A","startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00",`+
				`"type":"hourly","length":12,`+sentPeople+`,`+sentOffice+`}`, 201, "rotation_get"),
		},
		{
			Name: "Create/only what is required", Call: create(ref, weekly), Repeat: services.RetryIfRefused,
			Exchange: exact("POST "+rotationsAt, sentWeekly, 201, "rotation_get"),
		},
		refused("Create/no schedule", "scheduleId is required", create(schedule.Ref{}, weekly)),
		refused("Create/below another resource", elsewhere, create(schedule.ByID("on-calls"), weekly)),
		refused("Create/no start", "startDate is required", with(func(in *schedule.NewRotation) { in.StartDate = time.Time{} })),
		refused("Create/no type", "type is required", with(func(in *schedule.NewRotation) { in.Type = "" })),
		refused("Create/a negative length", "length must be at least 0", with(func(in *schedule.NewRotation) { in.Length = -1 })),
		refused("Create/an end before the start", "endDate must not be before startDate", with(func(in *schedule.NewRotation) { in.EndDate = start.Add(-time.Minute) })),
		refused("Create/a schedule takes part", "participants[1] must be of kind user, team, escalation, noone", with(func(in *schedule.NewRotation) {
			in.Participants = []shape.Responder{shape.Nobody(), shape.ScheduleByID("s")}
		})),
		refused("Create/24:00", "timeRestriction.restriction must have hours from 0, which is midnight, to 23 and minutes from 0 to 59", with(func(in *schedule.NewRotation) {
			in.TimeRestriction = shape.Daily(shape.DayHours{EndHour: 24})
		})),
	}
}

func rotationUpdates() []rotationsRow {
	update := func(change func(*schedule.UpdateRotationRequest)) func(context.Context, rotations) (any, error) {
		in := schedule.UpdateRotationRequest{Ref: schedule.ByID(scheduleID), ID: rotationID}
		change(&in)
		return func(ctx context.Context, s rotations) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	patched := func(body string) apitest.Exchange {
		return exact("PATCH "+rotationsAt+"/"+rotationID, body, 200, "rotation_get")
	}
	return []rotationsRow{
		{
			Name: "Update", Repeat: services.SafeToRetry, Check: checkRotation,
			Call: update(func(in *schedule.UpdateRotationRequest) {
				in.Name, in.StartDate, in.EndDate = services.Set("Rota A"), services.Set(start), services.Set(end)
				in.Type, in.Length = services.Set(schedule.Daily), services.Set(2)
				in.Participants, in.TimeRestriction = services.Set(people), services.Set(office)
			}),
			Exchange: patched(`{"name":"Rota A","startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00",` +
				`"type":"daily","length":2,` + sentPeople + `,` + sentOffice + `}`),
		},
		{ // S10
			Name: "Update/to no end and no restriction", Repeat: services.SafeToRetry,
			Call: update(func(in *schedule.UpdateRotationRequest) {
				in.EndDate, in.TimeRestriction = services.Null[time.Time](), services.Null[shape.TimeRestriction]()
			}),
			Exchange: patched(`{"endDate":null,"timeRestriction":null}`),
		},
		{Name: "Update/nothing", Call: update(func(*schedule.UpdateRotationRequest) {}), Repeat: services.SafeToRetry, Exchange: patched(`{}`)},
		refused("Update/no schedule", "scheduleId is required", update(func(in *schedule.UpdateRotationRequest) { in.Ref = schedule.Ref{} })),
		refused("Update/below another resource", elsewhere, update(func(in *schedule.UpdateRotationRequest) { in.Ref = schedule.ByID("on-calls") })),
		refused("Update/no rotation", "id is required", update(func(in *schedule.UpdateRotationRequest) { in.ID = "" })),
		refused("Update/a turn of no length", "length must be at least 1", update(func(in *schedule.UpdateRotationRequest) { in.Length = services.Set(0) })),
		refused("Update/a start that is zero", "startDate is set to nothing: services.Null clears it",
			update(func(in *schedule.UpdateRotationRequest) { in.StartDate = services.Set(time.Time{}) })),
		refused("Update/an end that is zero", "endDate is set to nothing: services.Null clears it",
			update(func(in *schedule.UpdateRotationRequest) { in.EndDate = services.Set(time.Time{}) })),
		refused("Update/an end before the start", "endDate must not be before startDate",
			update(func(in *schedule.UpdateRotationRequest) {
				in.StartDate, in.EndDate = services.Set(end), services.Set(start)
			})),
		refused("Update/a participant that is not given", "participants[0] has no id",
			update(func(in *schedule.UpdateRotationRequest) { in.Participants = services.Set([]shape.Responder{{}}) })),
		refused("Update/a restriction that is none", "timeRestriction is set to nothing: services.Null clears it",
			update(func(in *schedule.UpdateRotationRequest) { in.TimeRestriction = services.Set(shape.TimeRestriction{}) })),
		refused("Update/a restriction to no hours", "timeRestriction.restrictions is required",
			update(func(in *schedule.UpdateRotationRequest) { in.TimeRestriction = services.Set(shape.Weekly()) })),
	}
}

func rotationReads() []rotationsRow {
	ref := schedule.ByID(scheduleID)
	const one, second = `{"id":"a"}`, "/rotations?offset=25&size=25"
	list := func(in schedule.PageRequest) func(context.Context, rotations) (any, error) {
		return func(ctx context.Context, s rotations) (any, error) { return apitest.Value(s.List(ctx, in)) }
	}
	get := func(ref schedule.Ref, id string) func(context.Context, rotations) (any, error) {
		return func(ctx context.Context, s rotations) (any, error) { return apitest.Value(s.Get(ctx, ref, id)) }
	}
	remove := func(id string) func(context.Context, rotations) (any, error) {
		return func(ctx context.Context, s rotations) (any, error) { return apitest.Value(s.Delete(ctx, ref, id)) }
	}
	return []rotationsRow{
		{
			Name: "List", Call: list(schedule.PageRequest{Ref: ref, Page: shape.Page{Offset: 5, Limit: 2}}),
			Exchange: says("GET "+rotationsAt+"?offset=5&size=2", "", 200, `{"values":[`+one+`]}`),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				assert.Len(tb, got, 1)
			},
		},
		refused("List/no schedule", "scheduleId is required", list(schedule.PageRequest{})),
		refused("List/below another resource", elsewhere, list(schedule.PageRequest{Ref: schedule.ByID("on-calls")})),
		{
			Name: "All",
			Call: func(ctx context.Context, s rotations) (any, error) {
				all, err := apitest.Collect(s.All(ctx, schedule.PageRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: says("GET "+rotationsAt+"?size=50", "", 200, `{"values":[`+one+`],"links":{"next":"/v1/schedules/`+scheduleID+second+`"}}`),
			Then:     []apitest.Exchange{says("GET "+at+second, "", 200, `{"values":[`+one+`,`+one+`],"links":{"next":null}}`)}, Want: 3,
		},
		{Name: "Get", Call: get(ref, rotationID), Exchange: exact("GET "+rotationsAt+"/"+rotationID, "", 200, "rotation_get"), Check: checkRotation},
		{
			Name: "Get/an id that is escaped", Call: get(ref, "a/b"),
			Exchange: exact("GET "+rotationsAt+"/a%2Fb", "", 200, "rotation_get"),
		},
		{ // S8: a type, a day and a participant that are not known, and times in other forms.
			Name: "Get/as the server likes", Call: get(ref, "r"),
			Exchange: says("GET "+rotationsAt+"/r", "", 200, `{"startDate":"2026-01-05T08:00:00.250Z","endDate":"2026-02-05T08:00:00+0200","type":"MONTHLY","length":"2",`+
				`"participants":[{"type":"oracle","id":"o"}],"timeRestriction":{"type":"lunar"}}`),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				r, ok := got.(schedule.Rotation)
				require.True(tb, ok)
				assert.True(tb, when("2026-01-05T08:00:00.25Z").Equal(r.StartDate.Time))
				assert.True(tb, end.Equal(r.EndDate.Time))
				assert.Equal(tb, []any{schedule.RotationType("MONTHLY"), shape.Kind("oracle"), "o", shape.RestrictionKind("lunar"), 0},
					[]any{r.Type, r.Participants[0].Kind(), r.Participants[0].ID(), r.TimeRestriction.Kind, r.Length})
				assert.Equal(tb, []services.Mismatch{{Path: "length", Got: "string"}}, r.Mismatches())
			},
		},
		refused("Get/no rotation", "id is required", get(ref, "")),
		refused("Get/below another resource", elsewhere, get(schedule.ByID("on-calls"), "r")),
		{Name: "Delete", Call: remove("r"), Exchange: exact("DELETE "+rotationsAt+"/r", "", 204, ""), Want: services.None{}},
		unscoped("Delete/without its scope", "DELETE "+rotationsAt+"/r", func(ctx context.Context, s rotations) error {
			_, err := s.Delete(ctx, ref, "r")
			return err
		}),
		refused("Delete/no rotation", "id is required", remove("")),
	}
}

func TestEveryOperationOnOverridesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, opening(schedule.NewOverrides), slices.Concat(overrideCreations(), overrideUpdates(), overrideReads()))
}

const (
	alias    = "44444444-0000-4000-8000-000000000001"
	sentSwap = `{"responder":{"type":"user","id":"` + graceID + `"},"startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00"`
	swapped  = `{"alias":"` + alias + `","responder":{"type":"user","id":"` + graceID + `"},"startDate":"2026-12-24T08:00:00Z","endDate":"2026-12-26T08:00:00Z",` +
		`"rotationIds":["` + rotationID + `"]}`
)

// swap is the first override of the fixtures.
func swap() schedule.Override {
	return schedule.Override{
		Alias: alias, Responder: shape.UserByID(graceID), StartDate: when("2026-12-24T08:00:00Z"), EndDate: when("2026-12-26T08:00:00Z"),
		RotationIDs: []string{rotationID},
	}
}

func overrideCreations() []overridesRow {
	create := func(change func(*schedule.CreateOverrideRequest)) func(context.Context, overrides) (any, error) {
		in := schedule.CreateOverrideRequest{Ref: schedule.ByID(scheduleID), Responder: shape.UserByID(graceID), StartDate: start, EndDate: end}
		change(&in)
		return func(ctx context.Context, s overrides) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	return []overridesRow{
		{
			Name: "Create", Repeat: services.RetryIfRefused, Want: swap(),
			Call:     create(func(in *schedule.CreateOverrideRequest) { in.RotationIDs = []string{"r"} }),
			Exchange: says("POST "+overridesAt, sentSwap+`,"rotationIds":["r"]}`, 201, swapped),
		},
		{
			Name: "Create/nobody is on call, in all rotations", Repeat: services.RetryIfRefused,
			Call:     create(func(in *schedule.CreateOverrideRequest) { in.Responder, in.RotationIDs = shape.Nobody(), []string{} }),
			Exchange: says("POST "+overridesAt, `{"responder":{"type":"noone"},"startDate":"2026-01-05T08:00:00+02:00","endDate":"2026-02-05T08:00:00+02:00"}`, 201, swapped),
		},
		refused("Create/no schedule", "scheduleId is required", create(func(in *schedule.CreateOverrideRequest) { in.Ref = schedule.Ref{} })),
		refused("Create/below another resource", elsewhere, create(func(in *schedule.CreateOverrideRequest) { in.Ref = schedule.ByID("on-calls") })),
		refused("Create/no responder", "responder is required", create(func(in *schedule.CreateOverrideRequest) { in.Responder = shape.Responder{} })),
		refused("Create/no start", "startDate is required", create(func(in *schedule.CreateOverrideRequest) { in.StartDate = time.Time{} })),
		refused("Create/no end", "endDate is required", create(func(in *schedule.CreateOverrideRequest) { in.EndDate = time.Time{} })),
		refused("Create/an end before the start", "endDate must not be before startDate", create(func(in *schedule.CreateOverrideRequest) { in.StartDate, in.EndDate = end, start })),
		refused("Create/a team instead of a user", "responder must be of kind user, noone",
			create(func(in *schedule.CreateOverrideRequest) { in.Responder = shape.TeamByID("t") })),
		refused("Create/a UUID instead of an account id", "responder is a UUID, as users of Opsgenie have: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			create(func(in *schedule.CreateOverrideRequest) { in.Responder = shape.UserByID(teamID) })),
		refused("Create/a rotation without an id", "rotationIds[1] is required",
			create(func(in *schedule.CreateOverrideRequest) { in.RotationIDs = []string{"r", ""} })),
	}
}

func overrideUpdates() []overridesRow {
	update := func(change func(*schedule.UpdateOverrideRequest)) func(context.Context, overrides) (any, error) {
		in := schedule.UpdateOverrideRequest{Ref: schedule.ByID(scheduleID), Alias: alias, Responder: shape.UserByID(graceID), StartDate: start, EndDate: end}
		change(&in)
		return func(ctx context.Context, s overrides) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	put := func(body string) apitest.Exchange { return says("PUT "+overridesAt+"/"+alias, body, 200, swapped) }
	return []overridesRow{
		{
			Name: "Update", Want: swap(), Exchange: put(sentSwap + `,"rotationIds":["r"]}`),
			Call: update(func(in *schedule.UpdateOverrideRequest) { in.RotationIDs = services.Set([]string{"r"}) }),
		},
		{Name: "Update/in all rotations", Exchange: put(sentSwap + `}`), Call: update(func(*schedule.UpdateOverrideRequest) {})},
		{
			Name: "Update/in all rotations, by null", Exchange: put(sentSwap + `,"rotationIds":null}`),
			Call: update(func(in *schedule.UpdateOverrideRequest) { in.RotationIDs = services.Null[[]string]() }),
		},
		refused("Update/no alias", "alias is required", update(func(in *schedule.UpdateOverrideRequest) { in.Alias = "" })),
		refused("Update/below another resource", elsewhere, update(func(in *schedule.UpdateOverrideRequest) { in.Ref = schedule.ByID("on-calls") })),
		refused("Update/no responder", "responder is required", update(func(in *schedule.UpdateOverrideRequest) { in.Responder = shape.Responder{} })),
		refused("Update/no start", "startDate is required", update(func(in *schedule.UpdateOverrideRequest) { in.StartDate = time.Time{} })),
		refused("Update/no end", "endDate is required", update(func(in *schedule.UpdateOverrideRequest) { in.EndDate = time.Time{} })),
		refused("Update/a schedule instead of a user", "responder must be of kind user, noone",
			update(func(in *schedule.UpdateOverrideRequest) { in.Responder = shape.ScheduleByID("s") })),
		refused("Update/a rotation without an id", "rotationIds[0] is required",
			update(func(in *schedule.UpdateOverrideRequest) { in.RotationIDs = services.Set([]string{""}) })),
	}
}

func overrideReads() []overridesRow {
	ref := schedule.ByID(scheduleID)
	const second = "/overrides?offset=25&size=25"
	list := func(in schedule.PageRequest) func(context.Context, overrides) (any, error) {
		return func(ctx context.Context, s overrides) (any, error) { return apitest.Value(s.List(ctx, in)) }
	}
	get := func(alias string) func(context.Context, overrides) (any, error) {
		return func(ctx context.Context, s overrides) (any, error) { return apitest.Value(s.Get(ctx, ref, alias)) }
	}
	remove := func(alias string) func(context.Context, overrides) (any, error) {
		return func(ctx context.Context, s overrides) (any, error) { return apitest.Value(s.Delete(ctx, ref, alias)) }
	}
	return []overridesRow{
		{
			Name: "List", Call: list(schedule.PageRequest{Ref: ref, Page: shape.Page{Offset: 5, Limit: 2}}),
			Exchange: exact("GET "+overridesAt+"?offset=5&size=2", "", 200, "override_list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				all, ok := got.([]schedule.Override)
				require.True(tb, ok)
				require.Len(tb, all, 2)
				assert.Equal(tb, swap(), all[0])
				assert.Equal(tb, shape.Nobody(), all[1].Responder)
				assert.Empty(tb, all[1].RotationIDs)
			},
		},
		refused("List/no schedule", "scheduleId is required", list(schedule.PageRequest{})),
		refused("List/a negative offset", "offset must be at least 0", list(schedule.PageRequest{Ref: ref, Page: shape.Page{Offset: -1}})),
		{
			Name: "All",
			Call: func(ctx context.Context, s overrides) (any, error) {
				all, err := apitest.Collect(s.All(ctx, schedule.PageRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: says("GET "+overridesAt+"?size=50", "", 200, `{"values":[{}],"links":{"next":"/v1/schedules/`+scheduleID+second+`"}}`),
			Then:     []apitest.Exchange{exact("GET "+at+second, "", 200, "override_list")}, Want: 3,
		},
		{Name: "Get", Call: get("a/b"), Exchange: says("GET "+overridesAt+"/a%2Fb", "", 200, swapped), Want: swap()},
		refused("Get/no alias", "alias is required", get("")),
		{Name: "Delete", Call: remove(alias), Exchange: exact("DELETE "+overridesAt+"/"+alias, "", 204, ""), Want: services.None{}},
		unscoped("Delete/without its scope", "DELETE "+overridesAt+"/"+alias, func(ctx context.Context, s overrides) error {
			_, err := s.Delete(ctx, ref, alias)
			return err
		}),
		refused("Delete/no alias", "alias is required", remove("")),
	}
}
