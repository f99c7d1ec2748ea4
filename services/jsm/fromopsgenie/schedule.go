package fromopsgenie

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	opsgenieschedule "github.com/tripware/tripware/services/opsgenie/schedule"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

// Schedule converts a schedule with its rotations to the request that creates it. If the team
// that owns it has no id in JSM Operations, the schedule would be a global one; the losses say
// so.
func Schedule(in opsgenieschedule.Schedule, lookup Lookup) (schedule.CreateRequest, []Loss) {
	var lost losses
	out := schedule.CreateRequest{
		Name: in.Name, Description: in.Description, Timezone: in.Timezone, Enabled: services.Set(in.Enabled),
		TeamID: lost.team(in.OwnerTeam, lookup),
	}
	for i, r := range in.Rotations {
		out.Rotations = append(out.Rotations, lost.rotation(fmt.Sprintf("rotations[%d].", i), r, lookup))
	}
	lost.other("", in.Other)
	return out, lost
}

// Rotation converts a rotation to the part of a request that creates it. A participant without
// an id in JSM Operations becomes [shape.Nobody], so that the turns of the others stay as they
// were.
//
// [shape.Nobody]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/shape#Nobody
func Rotation(in opsgenieschedule.Rotation, lookup Lookup) (schedule.NewRotation, []Loss) {
	var lost losses
	return lost.rotation("", in, lookup), lost
}

// Override converts an override of a schedule, given by its id in JSM Operations, to the request
// that creates it. The alias is lost, because the server chooses it. If the user has no id, the
// responder is zero, and if a rotation has none, an empty id stands for it; the request is then
// refused, so that it does not put nobody, or somebody for all rotations, on call.
func Override(in opsgenieschedule.Override, scheduleID string, lookup Lookup) (schedule.CreateOverrideRequest, []Loss) {
	var lost losses
	out := schedule.CreateOverrideRequest{Ref: schedule.ByID(scheduleID), StartDate: in.StartDate.Time, EndDate: in.EndDate.Time}
	lost.text("alias", in.Alias)
	out.Responder = lost.responder("user", in.User, lookup, shape.KindUser, shape.KindNone)
	for i, r := range in.Rotations {
		id, problem := lookup.find(KindRotation, r.ID, r.Name)
		if problem != "" {
			lost.add(fmt.Sprintf("rotations[%d]", i), problem)
		}
		out.RotationIDs = append(out.RotationIDs, id)
	}
	lost.other("", in.Other, "startDate", "endDate")
	return out, lost
}

// TimeRestriction converts a restriction to hours of the day or the week. The hour 24, which JSM
// Operations does not have, becomes 0 on the next day.
func TimeRestriction(in opsgenie.TimeRestriction) (shape.TimeRestriction, []Loss) {
	var lost losses
	return lost.restriction("", in), lost
}

func (l *losses) rotation(at string, in opsgenieschedule.Rotation, lookup Lookup) schedule.NewRotation {
	out := schedule.NewRotation{
		Name: in.Name, StartDate: in.StartDate.Time, EndDate: in.EndDate.Time, Type: schedule.RotationType(in.Type), Length: in.Length,
		TimeRestriction: l.restriction(at+"timeRestriction.", in.TimeRestriction),
	}
	for i, p := range in.Participants {
		to := l.responder(fmt.Sprintf("%sparticipants[%d]", at, i), p, lookup,
			shape.KindUser, shape.KindTeam, shape.KindEscalation, shape.KindNone)
		if to.IsZero() {
			to = shape.Nobody()
		}
		out.Participants = append(out.Participants, to)
	}
	l.other(at, in.Other, "startDate", "endDate")
	return out
}

func (l *losses) restriction(at string, in opsgenie.TimeRestriction) shape.TimeRestriction {
	if in.IsZero() {
		return shape.TimeRestriction{}
	}
	l.other(at, in.Other)
	out := shape.TimeRestriction{Kind: shape.RestrictionKind(in.Kind)}
	if h, ok := in.Day.Get(); ok {
		l.other(at+"restriction.", h.Other)
		out.Day = services.Set(shape.DayHours{StartHour: h.StartHour % 24, StartMin: h.StartMin, EndHour: h.EndHour % 24, EndMin: h.EndMin})
	}
	for i, h := range in.Week {
		l.other(fmt.Sprintf("%srestrictions[%d].", at, i), h.Other)
		out.Week = append(out.Week, shape.WeekHours{
			StartDay: dayOf(h.StartDay, h.StartHour), StartHour: h.StartHour % 24, StartMin: h.StartMin,
			EndDay: dayOf(h.EndDay, h.EndHour), EndHour: h.EndHour % 24, EndMin: h.EndMin,
		})
	}
	return out
}

// dayOf returns the day on which an hour is, which is the next one for the hour 24.
func dayOf(day opsgenie.Weekday, hour int) shape.Weekday {
	week := []shape.Weekday{shape.Monday, shape.Tuesday, shape.Wednesday, shape.Thursday, shape.Friday, shape.Saturday, shape.Sunday}
	to := shape.Weekday(strings.ToLower(string(day)))
	if i := slices.Index(week, to); i >= 0 && hour == 24 {
		return week[(i+1)%len(week)]
	}
	return to
}

// team returns the id of the team that owns something, and "" for nothing.
func (l *losses) team(in opsgenie.OwnerTeam, lookup Lookup) string {
	if cmp.Or(in.ID, in.Name) == "" {
		return ""
	}
	id, problem := lookup.find(shape.KindTeam, in.ID, in.Name)
	if problem != "" {
		l.add("ownerTeam", problem)
	}
	return id
}

// teamOf is team for something that must have one.
func (l *losses) teamOf(what string, in opsgenie.OwnerTeam, lookup Lookup) string {
	if cmp.Or(in.ID, in.Name) == "" {
		l.add("ownerTeam", what+" belongs to a team")
	}
	return l.team(in, lookup)
}

// other reports the members that Opsgenie's type did not know, unless they are null. Those in
// times are known; they are kept if they were written in another way, such as with
// milliseconds, and are not lost if they could be read.
func (l *losses) other(at string, kept services.Other, times ...string) {
	for name, raw := range kept.Members() {
		var read services.Time
		if string(raw) == "null" || slices.Contains(times, name) && json.Unmarshal(raw, &read) == nil {
			continue
		}
		l.add(at+name, "the member is not known")
	}
}
