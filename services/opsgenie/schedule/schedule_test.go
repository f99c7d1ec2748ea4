package schedule_test

import (
	"bytes"
	"context"
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
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

const (
	scheduleID = "3ea6b0d8-f417-4c92-b85d-19c27e60fa43"
	rotationID = "a91c4e07-8d3f-4b56-9e20-c7f5186bd0e2"
	adaID      = "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0"
	graceID    = "e47a9d32-0c5b-48f1-92e6-3b7d18c5f0a4"
)

var (
	storage = shape.OwnerTeam{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	parent  = schedule.Summary{ID: scheduleID, Name: "Storage on-call", Enabled: true}
	start   = time.Date(2026, 1, 5, 8, 0, 0, 0, time.FixedZone("", 2*60*60))
	end     = start.AddDate(0, 1, 0)
	office  = shape.Weekly(shape.WeekHours{StartDay: shape.Monday, StartHour: 8, EndDay: shape.Friday, EndHour: 18, EndMin: 30})
	weekly  = schedule.NewRotation{Type: schedule.Weekly, StartDate: start, Participants: []shape.Recipient{shape.ToNone()}}
)

const sentWeekly = `{"startDate":"2026-01-05T08:00:00+02:00","type":"weekly","participants":[{"type":"none"}]}`

// at is a time of a fixture, on the full hour.
func at(month time.Month, day, hour int) shape.Time {
	return shape.Time{Time: time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)}
}

func TestEveryOperationOnSchedulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, append(changes(), reads()...))
}

func changes() []row {
	ref := schedule.ByName("Storage on-call")
	const at = "/v2/schedules/Storage%20on-call?identifierType=name"
	return []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, schedule.CreateRequest{Name: "n", Description: "d", Timezone: "Europe/Berlin", Enabled: services.Set(false),
					OwnerTeam: shape.OwnerTeam{Name: "Storage"}, Rotations: []schedule.NewRotation{weekly}}))
			},
			Repeat: services.RetryIfRefused,
			Exchange: apitest.Exact("POST /v2/schedules", `{"name":"n","description":"d","timezone":"Europe/Berlin","enabled":false,`+
				`"ownerTeam":{"name":"Storage"},"rotations":[`+sentWeekly+`]}`, 201, "created"),
			Want: parent,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, schedule.CreateRequest{Name: "n"})
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("POST /v2/schedules", `{"name":"n"}`, 201, "created"),
		},
		refused("Create/no name", func(ctx context.Context, s service) (any, error) { return s.Create(ctx, schedule.CreateRequest{}) }),
		refused("Create/an empty rotation", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, schedule.CreateRequest{Name: "n", Rotations: []schedule.NewRotation{{}}})
		}),
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, schedule.UpdateRequest{Ref: ref, Name: services.Set("n"), Description: services.Set(""), Timezone: services.Set("UTC"),
					Enabled: services.Set(true), OwnerTeam: services.Set(shape.OwnerTeam{ID: "t"}), Rotations: services.Set([]schedule.NewRotation{weekly})}))
			},
			Repeat:   services.RetryIfRefused, // it is found by the name that it changes
			Exchange: apitest.Exact("PATCH "+at, `{"name":"n","description":"","timezone":"UTC","enabled":true,"ownerTeam":{"id":"t"},"rotations":[`+sentWeekly+`]}`, 200, "created"),
			Want:     parent,
		},
		{ // S10
			Name: "Update/to nothing",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, schedule.UpdateRequest{Ref: schedule.ByID("s"), Description: services.Null[string](), Timezone: services.Set(""),
					Enabled: services.Set(false), OwnerTeam: services.Null[shape.OwnerTeam](), Rotations: services.Set([]schedule.NewRotation{})})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH /v2/schedules/s?identifierType=id", `{"description":null,"timezone":"","enabled":false,"ownerTeam":null,"rotations":[]}`, 200, "created"),
		},
		{
			Name: "Update/nothing",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, schedule.UpdateRequest{Ref: ref})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH "+at, `{}`, 200, "created"),
		},
		refused("Update/no schedule", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, schedule.UpdateRequest{Name: services.Set("n")})
		}),
		refused("Update/a turn of a negative length", func(ctx context.Context, s service) (any, error) {
			wrong := weekly
			wrong.Length = -1
			return s.Update(ctx, schedule.UpdateRequest{Ref: ref, Rotations: services.Set([]schedule.NewRotation{wrong})})
		}),
		refused("Update/a team that is nobody", func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, schedule.UpdateRequest{Ref: ref, OwnerTeam: services.Set(shape.OwnerTeam{})})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, ref)
			},
			Exchange: apitest.Exact("DELETE "+at, "", 200, "deleted"),
		},
		refused("Delete/no schedule", func(ctx context.Context, s service) (any, error) { return s.Delete(ctx, schedule.Ref{}) }),
	}
}

func reads() []row {
	listed := schedule.Schedule{ID: scheduleID, Name: "Storage on-call", Timezone: "Europe/Berlin", Enabled: true, OwnerTeam: storage, Rotations: []schedule.Rotation{}}
	export := apitest.Exact("GET /v2/schedules/Storage%20on-call.ics?identifierType=name", "", 200, "")
	export.Fixture = "testdata/export.ics"
	return []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, schedule.ListRequest{}))
			},
			Exchange: apitest.Exact("GET /v2/schedules", "", 200, "list"),
			Want:     []schedule.Schedule{listed},
		},
		{
			Name: "List/with rotations",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.List(ctx, schedule.ListRequest{Expand: []schedule.Expand{schedule.ExpandRotation}})
			},
			Exchange: apitest.Exact("GET /v2/schedules?expand=rotation", "", 200, "list"),
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, schedule.ByID(scheduleID)))
			},
			Exchange: apitest.Exact("GET /v2/schedules/"+scheduleID+"?identifierType=id", "", 200, "get"),
			Check:    checkSchedule,
		},
		refused("Get/no schedule", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, schedule.Ref{}) }),
		refused("Get/what is another route", func(ctx context.Context, s service) (any, error) {
			return s.Get(ctx, schedule.ByName("on-calls"))
		}),
		refused("Get/what is an export", func(ctx context.Context, s service) (any, error) {
			return s.Get(ctx, schedule.ByName("a.ics"))
		}),
		{
			Name: "GetTimeline",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetTimeline(ctx, schedule.GetTimelineRequest{Ref: schedule.ByID("s"), Interval: 2, IntervalUnit: schedule.Months, Date: start,
					Expand: []schedule.Expand{schedule.ExpandBase, schedule.ExpandForwarding, schedule.ExpandOverride}}))
			},
			Exchange: apitest.Exact("GET /v2/schedules/s/timeline?identifierType=id&expand=base%2Cforwarding%2Coverride&interval=2&intervalUnit=months"+
				"&date=2026-01-05T08%3A00%3A00%2B02%3A00", "", 200, "timeline"),
			Want: timeline(),
		},
		{
			Name: "GetTimeline/as the server has it",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.GetTimeline(ctx, schedule.GetTimelineRequest{Ref: schedule.ByID("s")})
			},
			Exchange: apitest.Exact("GET /v2/schedules/s/timeline?identifierType=id", "", 200, "timeline"),
		},
		refused("GetTimeline/negative interval", func(ctx context.Context, s service) (any, error) {
			return s.GetTimeline(ctx, schedule.GetTimelineRequest{Ref: schedule.ByID("s"), Interval: -1})
		}),
		{
			Name: "ExportICS",
			Call: func(ctx context.Context, s service) (any, error) {
				var to bytes.Buffer
				_, err := s.ExportICS(ctx, schedule.ByName("Storage on-call"), &to)
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
		refused("ExportICS/no schedule", func(ctx context.Context, s service) (any, error) {
			return s.ExportICS(ctx, schedule.Ref{}, io.Discard)
		}),
	}
}

func checkSchedule(tb testing.TB, got any) {
	tb.Helper()
	s, ok := got.(schedule.Schedule)
	require.True(tb, ok)
	assert.Equal(tb, storage, s.OwnerTeam)
	require.Len(tb, s.Rotations, 1)
	r := s.Rotations[0]
	require.Len(tb, r.Participants, 3)
	assert.Equal(tb, []string{"ada@example.com", "Storage", ""}, []string{r.Participants[0].Name(), r.Participants[1].Name(), r.Participants[2].Name()})
	assert.Equal(tb, adaID, r.Participants[0].ID())
	assert.Equal(tb, shape.ToNone(), r.Participants[2])
	r.Participants = nil
	assert.Equal(tb, schedule.Rotation{ID: rotationID, Name: "Primary", StartDate: at(1, 5, 6), Type: schedule.Weekly, Length: 1, TimeRestriction: office}, r)
}

func timeline() schedule.Timeline {
	ada := schedule.Participant{ID: adaID, Type: "user", Name: "ada@example.com"}
	grace := schedule.Participant{ID: graceID, Type: "user", Name: "grace@example.com"}
	layer := func(periods ...schedule.Period) schedule.Layer {
		return schedule.Layer{Rotations: []schedule.LayerRotation{{ID: rotationID, Name: "Primary", Order: 1, Periods: periods}}}
	}
	first := schedule.Period{StartDate: at(5, 25, 6), EndDate: at(6, 1, 6), Type: "default", Recipient: ada}
	return schedule.Timeline{
		Parent: parent, StartDate: at(5, 25, 0), EndDate: at(6, 8, 0),
		Final:    layer(first, schedule.Period{StartDate: at(6, 1, 6), EndDate: at(6, 8, 0), Type: "default", Recipient: grace}),
		Base:     layer(first),
		Override: layer(schedule.Period{StartDate: at(5, 27, 6), EndDate: at(5, 27, 18), Type: "override", Recipient: grace}),
		Forwarding: layer(schedule.Period{StartDate: at(5, 25, 6), EndDate: at(6, 1, 6), Type: "forwarding", Recipient: grace,
			FromUser: schedule.Participant{Name: "ada@example.com"}}),
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	client, err := dial(http.DefaultTransport)
	require.NoError(t, err)
	late := weekly
	late.EndDate, late.Participants = start.Add(-time.Hour), []shape.Recipient{{}, shape.ToAll()}
	_, err = schedule.New(client).Create(t.Context(), schedule.CreateRequest{Rotations: []schedule.NewRotation{{Length: -1}, late}})
	for _, fault := range []string{
		"argument name is required", "argument rotations[0].startDate is required", "argument rotations[0].type is required",
		"argument rotations[0].participants is required", "argument rotations[0].length must not be negative",
		"argument rotations[1].endDate must not be before startDate", "argument rotations[1].participants[0] has neither id nor name",
		"argument rotations[1].participants[1] must not be of kind all",
	} {
		assert.Equal(t, 1, strings.Count(err.Error(), fault), "%s in %s", fault, err)
	}
	assert.NotContains(t, err.Error(), "argument body")
	_, err = schedule.New(client).ExportICS(t.Context(), schedule.Ref{}, io.Discard)
	require.EqualError(t, err, "services: GET /v2/schedules/{identifier}.ics: argument identifier is required")
}
