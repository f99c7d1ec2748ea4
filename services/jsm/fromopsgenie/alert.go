package fromopsgenie

import (
	"fmt"

	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/shape"
	opsgeniealert "github.com/tripware/tripware/services/opsgenie/alert"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

// Alert converts the request to create an alert. Details become extra properties. User is lost,
// and so is a responder without an id in JSM Operations: it is left out. If nobody of visibleTo
// is left, the alert would be visible to all; the losses say so.
func Alert(in opsgeniealert.CreateRequest, lookup Lookup) (alert.CreateRequest, []Loss) {
	var lost losses
	out := alert.CreateRequest{
		Message: in.Message, Alias: in.Alias, Description: in.Description, Actions: in.Actions, Tags: in.Tags, Details: in.Details,
		Entity: in.Entity, Source: in.Source, Priority: shape.Priority(in.Priority), Note: in.Note,
		Responders: lost.responders("responders", in.Responders, lookup, notified()...),
		VisibleTo:  lost.responders("visibleTo", in.VisibleTo, lookup, shape.KindTeam, shape.KindUser),
	}
	if len(in.VisibleTo) > 0 && len(out.VisibleTo) == 0 {
		lost.add("visibleTo", "nobody is left, and so the alert would be visible to all")
	}
	lost.text("user", in.User)
	return out, lost
}

// Responder converts a team, a user, an escalation or a schedule. If that is not possible, the
// responder is zero, which no request accepts.
func Responder(in opsgenie.Responder, lookup Lookup) (shape.Responder, []Loss) {
	var lost losses
	out := lost.responder("responder", in, lookup, notified()...)
	return out, lost
}

// notified returns the kinds of responders that an alert can notify.
func notified() []shape.Kind {
	return []shape.Kind{shape.KindTeam, shape.KindUser, shape.KindEscalation, shape.KindSchedule}
}

// responders returns those that have an id.
func (l *losses) responders(field string, all []opsgenie.Responder, lookup Lookup, kinds ...shape.Kind) (out []shape.Responder) {
	for i, r := range all {
		if to := l.responder(fmt.Sprintf("%s[%d]", field, i), r, lookup, kinds...); !to.IsZero() {
			out = append(out, to)
		}
	}
	return out
}
