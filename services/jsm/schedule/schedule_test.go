package schedule_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
)

var (
	start  = time.Date(2026, 1, 5, 8, 0, 0, 0, time.FixedZone("", 2*60*60))
	end    = start.AddDate(0, 1, 0)
	office = shape.Weekly(shape.WeekHours{StartDay: shape.Monday, StartHour: 9, EndDay: shape.Friday, EndHour: 17, EndMin: 30})
	weekly = schedule.NewRotation{Type: schedule.Weekly, StartDate: start}
)

const (
	sentWeekly = `{"startDate":"2026-01-05T08:00:00+02:00","type":"weekly"}`
	elsewhere  = "scheduleId leads to another resource of the API: write the id of a schedule"
)

// demo is the schedule of the fixtures.
func demo() schedule.Schedule {
	return schedule.Schedule{
		ID: scheduleID, Name: "Demo schedule", Description: "Made-up schedule", Timezone: "Europe/Berlin", Enabled: true, TeamID: teamID,
	}
}

func TestEveryOperationOnSchedulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, opening(schedule.New), slices.Concat(lists(), creations(), updates(), reads(), timelines(), exports()))
}

func lists() []row {
	const second = "GET /v1/schedules?offset=25&size=25&expand=rotation"
	list := func(in schedule.ListRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx, in)) }
	}
	all := func(in schedule.ListRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) {
			items, err := apitest.Collect(s.All(ctx, in))
			ids := make([]string, len(items))
			for i, item := range items {
				ids[i] = item.ID
			}
			return ids, err
		}
	}
	return []row{
		{
			Name: "List/with rotations", Call: list(schedule.ListRequest{Query: "Demo*", Offset: 5, Limit: 2, Expand: []schedule.Expand{schedule.ExpandRotation}}),
			Exchange: exact("GET /v1/schedules?query=Demo%2A&offset=5&size=2&expand=rotation", "", 200, "schedule_list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				page, ok := got.([]schedule.Schedule)
				require.True(tb, ok)
				require.Len(tb, page, 1)
				require.Len(tb, page[0].Rotations, 1)
				checkRotation(tb, page[0].Rotations[0])
				page[0].Rotations = nil
				assert.Equal(tb, []schedule.Schedule{demo()}, page)
			},
		},
		{Name: "List", Call: list(schedule.ListRequest{}), Exchange: says("GET /v1/schedules", "", 200, `{"values":[{}]}`)},
		refused("List/a negative offset", "offset must be at least 0", list(schedule.ListRequest{Offset: -1})),
		{ // S4: the link, which lacks the prefix, leads to the next page below it.
			Name: "All", Call: all(schedule.ListRequest{}), Exchange: exact("GET /v1/schedules?size=50", "", 200, "schedule_list"),
			Then: []apitest.Exchange{says(second, "", 200, `{"values":[{"id":"b"}],"links":{"next":""}}`)}, Want: []string{scheduleID, "b"},
		},
		{
			Name: "All/of a name, in small pages, without links", Call: all(schedule.ListRequest{Query: "a+b", Limit: 1}),
			Exchange: says("GET /v1/schedules?query=a%2Bb&size=1", "", 200, `{"values":[{"id":"a"}],"_expands":[]}`), Want: []string{"a"},
		},
		{Name: "All/a bare list", Call: all(schedule.ListRequest{}), Exchange: says("GET /v1/schedules?size=50", "", 200, `[{"id":"a"}]`), Want: []string{"a"}},
	}
}

func creations() []row {
	create := func(in schedule.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	with := func(all ...schedule.NewRotation) schedule.CreateRequest {
		return schedule.CreateRequest{Name: "n", Rotations: all}
	}
	const least = `{"name":"n"}`
	return []row{
		{
			Name: "Create", Repeat: services.RetryIfRefused, Want: demo(),
			Call: create(schedule.CreateRequest{
				Name: "n", Description: "d", Timezone: "Europe/Berlin", Enabled: services.Set(false), TeamID: "t", Rotations: []schedule.NewRotation{weekly},
			}),
			Exchange: exact("POST /v1/schedules", `{"name":"n","description":"d","timezone":"Europe/Berlin","enabled":false,"teamId":"t","rotations":[`+sentWeekly+`]}`,
				201, "schedule_create"),
		},
		{ // S10: nothing is created disabled, nor with an empty list, because a field was left out.
			Name: "Create/only what is required", Call: create(with([]schedule.NewRotation{}...)), Repeat: services.RetryIfRefused,
			Exchange: exact("POST /v1/schedules", least, 201, "schedule_create"),
		},
		{
			Name: "Create/any success", Call: create(with()), Repeat: services.RetryIfRefused,
			Exchange: exact("POST /v1/schedules", least, 200, "schedule_create"), Want: demo(),
		},
		{
			Name: "Create/there is one of that name", Call: create(with()), Repeat: services.RetryIfRefused,
			Exchange: exact("POST /v1/schedules", least, 409, "schedule_conflict"), Err: services.ErrConflict,
		},
		refused("Create/no name", "name is required", create(schedule.CreateRequest{Rotations: []schedule.NewRotation{weekly}})),
		refused("Create/too many rotations", "rotations must be at most 500", create(with(make([]schedule.NewRotation, 501)...))),
		refused("Create/a rotation without a start", "rotations[1].startDate is required", create(with(weekly, schedule.NewRotation{Type: schedule.Daily}))),
		refused("Create/a rotation without a type", "rotations[0].type is required", create(with(schedule.NewRotation{StartDate: start}))),
		refused("Create/a turn of a negative length", "rotations[0].length must not be negative",
			create(with(schedule.NewRotation{StartDate: start, Type: schedule.Daily, Length: -1}))),
		refused("Create/an e-mail address", "rotations[0].participants[0] is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			create(with(schedule.NewRotation{StartDate: start, Type: schedule.Daily, Participants: []shape.Responder{shape.UserByID("ada@example.com")}}))),
		refused("Create/hours without a day", "rotations[0].timeRestriction.restrictions[0].endDay is required",
			create(with(schedule.NewRotation{StartDate: start, Type: schedule.Daily, TimeRestriction: shape.Weekly(shape.WeekHours{StartDay: shape.Monday})}))),
	}
}

func updates() []row {
	ref := schedule.ByID(scheduleID)
	update := func(in schedule.UpdateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	patched := func(body string) apitest.Exchange { return exact("PATCH "+at, body, 200, "schedule_get") }
	return []row{
		{
			Name: "Update", Repeat: services.SafeToRetry, Want: demo(),
			Call: update(schedule.UpdateRequest{
				Ref: ref, Name: services.Set("n"), Description: services.Set(""), Timezone: services.Set("UTC"), Enabled: services.Set(true),
				TeamID: services.Set("t"), Rotations: services.Set([]schedule.NewRotation{weekly}),
			}),
			Exchange: patched(`{"name":"n","description":"","timezone":"UTC","enabled":true,"teamId":"t","rotations":[` + sentWeekly + `]}`),
		},
		{ // S10: the empty text makes the schedule global; false and null are sent.
			Name: "Update/to nothing", Repeat: services.SafeToRetry,
			Call: update(schedule.UpdateRequest{
				Ref: ref, Description: services.Null[string](), Enabled: services.Set(false), TeamID: services.Set(""),
			}),
			Exchange: patched(`{"description":null,"enabled":false,"teamId":""}`),
		},
		{Name: "Update/nothing", Call: update(schedule.UpdateRequest{Ref: ref}), Repeat: services.SafeToRetry, Exchange: patched(`{}`)},
		refused("Update/no schedule", "scheduleId is required", update(schedule.UpdateRequest{Name: services.Set("n")})),
		refused("Update/to no rotations", "rotations must not be set to none: leave them out, or delete each",
			update(schedule.UpdateRequest{Ref: ref, Rotations: services.Set([]schedule.NewRotation{})})),
		refused("Update/a rotation without a type", "rotations[0].type is required",
			update(schedule.UpdateRequest{Ref: ref, Rotations: services.Set([]schedule.NewRotation{{StartDate: start}})})),
		refused("Update/of an export", elsewhere, update(schedule.UpdateRequest{Ref: schedule.ByID("a.ics")})),
	}
}

func reads() []row {
	get := func(id string) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, schedule.ByID(id))) }
	}
	remove := func(id string) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) {
			return apitest.Value(s.Delete(ctx, schedule.ByID(id)))
		}
	}
	return []row{
		{Name: "Get", Call: get(scheduleID), Exchange: exact("GET "+at, "", 200, "schedule_get"), Want: demo()},
		{
			Name: "Get/not there, or not visible", Call: get(scheduleID),
			Exchange: says("GET "+at, "", 404, `{"errors":[{"title":"Schedule does not exist"}]}`), Err: services.ErrNotFound,
		},
		refused("Get/no schedule", "scheduleId is required", get("")),
		refused("Get/the path of users", elsewhere, get("on-calls")),
		refused("Get/an export", elsewhere, get("a.ics")),
		{Name: "Delete", Call: remove(scheduleID), Exchange: exact("DELETE "+at, "", 204, ""), Want: services.None{}},
		{Name: "Delete/200 without a body", Call: remove(scheduleID), Exchange: exact("DELETE "+at, "", 200, ""), Want: services.None{}},
		unscoped("Delete/without its scope", "DELETE "+at, func(ctx context.Context, s service) error {
			_, err := s.Delete(ctx, schedule.ByID(scheduleID))
			return err
		}),
		refused("Delete/no schedule", "scheduleId is required", remove("")),
		refused("Delete/an export", elsewhere, remove("a.ics")),
	}
}

func timelines() []row {
	get := func(in schedule.GetTimelineRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.GetTimeline(ctx, in)) }
	}
	ref := schedule.ByID(scheduleID)
	return []row{
		{ // The plus sign of the zone is escaped.
			Name: "GetTimeline", Want: timeline(),
			Call: get(schedule.GetTimelineRequest{
				Ref: ref, Interval: 2, IntervalUnit: schedule.Months, Date: start,
				Expand: []schedule.Expand{schedule.ExpandBase, schedule.ExpandForwarding, schedule.ExpandOverride},
			}),
			Exchange: exact("GET "+at+"/timeline?expand=base%2Cforwarding%2Coverride&interval=2&intervalUnit=months&date=2026-01-05T08%3A00%3A00%2B02%3A00",
				"", 200, "timeline"),
		},
		{ // S8: a period of a type that is not known, an order that is a fraction, and times in other forms.
			Name: "GetTimeline/as the server likes", Call: get(schedule.GetTimelineRequest{Ref: ref}),
			Exchange: says("GET "+at+"/timeline", "", 200, `{"startDate":"2026-11-23T00:00:00.5+0000","endDate":"","finalTimeline":{"rotations":[`+
				`{"id":"r","order":0.5,"deleted":true,"periods":[{"type":"HOLIDAY","responder":{"type":"noone"}}]}]},`+
				`"overrideTimeline":{"rotations":[]},"forwardingTimeline":null}`),
			Want: schedule.Timeline{
				StartDate: when("2026-11-23T00:00:00.5+00:00"), Override: schedule.Layer{Rotations: []schedule.LayerRotation{}},
				Final: schedule.Layer{Rotations: []schedule.LayerRotation{{ID: "r", Order: 0.5, Deleted: true, Periods: []schedule.Period{
					{Type: "HOLIDAY", Responder: schedule.PeriodResponder{Type: shape.KindNone}},
				}}}},
			},
		},
		refused("GetTimeline/no schedule", "scheduleId is required", get(schedule.GetTimelineRequest{})),
		refused("GetTimeline/a negative interval", "interval must be at least 0", get(schedule.GetTimelineRequest{Ref: ref, Interval: -1})),
	}
}

func timeline() schedule.Timeline {
	ada := schedule.PeriodResponder{ID: adaID, Type: shape.KindUser}
	layer := func(order float64, periods ...schedule.Period) schedule.Layer {
		return schedule.Layer{Rotations: []schedule.LayerRotation{{ID: rotationID, Name: "Rota A", Order: order, Periods: periods}}}
	}
	first := schedule.Period{
		StartDate: when("2026-11-27T08:00:00Z"), EndDate: when("2026-12-04T08:00:00Z"), Type: schedule.PeriodBase,
		Responder: ada, FlattenedResponders: []schedule.PeriodResponder{ada},
	}
	swapped := schedule.Period{
		StartDate: when("2026-12-04T08:00:00Z"), EndDate: when("2026-12-04T20:00:00Z"), Type: schedule.PeriodOverride,
		FromUser: ada, Responder: schedule.PeriodResponder{ID: graceID, Type: shape.KindUser}, FlattenedResponders: []schedule.PeriodResponder{ada},
	}
	return schedule.Timeline{
		StartDate: when("2026-11-23T00:00:00Z"), EndDate: when("2026-11-30T00:00:00Z"), Final: layer(1, first, swapped), Base: layer(0, first),
	}
}

const calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//demo//demo//EN\r\nBEGIN:VEVENT\r\nUID:demo-1\r\nDTSTART:20261127T080000Z\r\n" +
	"DTEND:20261204T080000Z\r\nSUMMARY:Demo User on call\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// ics is an exchange whose response is a calendar, which the request must ask for.
func ics(request string) apitest.Exchange {
	e := says(request, "", 200, calendar)
	e.Header = map[string]string{"Content-Type": "text/calendar"}
	same := e.Inspect
	e.Inspect = func(req *http.Request, body []byte) error {
		if got := req.Header.Get("Accept"); got != "text/calendar" {
			return &services.ArgumentError{Field: "Accept", Problem: "is " + got}
		}
		return same(req, body)
	}
	return e
}

func exports() []row {
	export := func(id string) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) {
			var to bytes.Buffer
			_, err := s.ExportICS(ctx, schedule.ByID(id), &to)
			return to.String(), err
		}
	}
	page := says("GET "+at+".ics", "", 200, "<html>Log in</html>")
	page.Header = map[string]string{"Content-Type": "text/html"}
	return []row{
		{Name: "ExportICS", Call: export(scheduleID), Exchange: ics("GET " + at + ".ics"), Want: calendar},
		{Name: "ExportICS/a web page", Call: export(scheduleID), Exchange: page, Err: services.ErrResponse, Want: ""},
		refused("ExportICS/no schedule", "scheduleId is required", export("")),
		refused("ExportICS/no writer", "writer is nil", func(ctx context.Context, s service) (any, error) {
			return s.ExportICS(ctx, schedule.ByID(scheduleID), nil)
		}),
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opening(schedule.New)(http.DefaultTransport)
	require.NoError(t, err)
	late := weekly
	late.EndDate, late.Participants = start.Add(-time.Hour), []shape.Responder{shape.Nobody(), {}}
	_, err = s.Create(t.Context(), schedule.CreateRequest{Rotations: []schedule.NewRotation{{Length: -1}, late}})
	for _, fault := range []string{
		"argument name is required", "argument rotations[0].startDate is required", "argument rotations[0].type is required",
		"argument rotations[0].length must not be negative", "argument rotations[1].endDate must not be before startDate",
		"argument rotations[1].participants[1] has no id",
	} {
		assert.Equal(t, 1, strings.Count(err.Error(), fault), "%s in %s", fault, err)
	}
	_, err = s.ExportICS(t.Context(), schedule.Ref{}, io.Discard)
	require.EqualError(t, err, "services: GET /v1/schedules/{scheduleId}.ics: argument scheduleId is required")
}
