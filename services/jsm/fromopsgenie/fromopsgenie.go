// Package fromopsgenie converts requests and objects of package services/opsgenie to those of
// package services/jsm, for programs that move from one API to the other.
//
// Each function returns what could not be carried over as a list of losses, in the order of the
// fields. It is nil if nothing was lost. Nothing is sent and nothing is looked up: a [Lookup]
// says which ids users, teams, schedules and escalations have in JSM Operations.
package fromopsgenie

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tripware/tripware/services/jsm/shape"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

// A Loss is a part of a value that could not be carried over.
type Loss struct {
	Field  string // in Opsgenie's object, such as "responders[2]"
	Reason string // such as "a user is identified by an account id"
}

// String returns the field with the reason.
func (l Loss) String() string { return l.Field + ": " + l.Reason }

// A Lookup returns the id in JSM Operations of a user (the Atlassian account id), a team, a
// schedule or an escalation, or of a rotation, whose kind is [KindRotation]. It is given the id
// and the name in Opsgenie, of which one may be empty; the name of a user is an e-mail address.
// It returns "" if it knows none.
//
// A nil Lookup keeps the ids of everything but users, and knows no names. Whether a migration of
// a site keeps ids is not documented.
type Lookup func(kind shape.Kind, id, name string) string

// KindRotation is the kind of a rotation in a [Lookup].
const KindRotation shape.Kind = "rotation"

// find returns the id of something.
func (l Lookup) find(kind shape.Kind, id, name string) (found, problem string) {
	if l != nil {
		if found = l(kind, id, name); found == "" {
			return "", fmt.Sprintf("the lookup knows no %s with id %q and name %q", kind, id, name)
		}
		return found, ""
	}
	switch {
	case kind == shape.KindUser && (id == "" || strings.Contains(id, "@") || uuid.Validate(id) == nil):
		return "", "a user is identified by an Atlassian account id, which needs a lookup"
	case id == "":
		return "", fmt.Sprintf("a %s is identified by an id, and the name %q needs a lookup", kind, name)
	}
	return id, ""
}

// losses collects what is lost.
type losses []Loss

func (l *losses) add(field, reason string) { *l = append(*l, Loss{field, reason}) }

// text reports a member that has no counterpart, unless it is empty.
func (l *losses) text(field, value string) {
	if value != "" {
		l.add(field, "there is no such member")
	}
}

// party is what a responder and a recipient of Opsgenie have in common.
type party interface {
	Kind() opsgenie.Kind
	ID() string
	Name() string
}

// responder returns the responder for a party of one of some kinds. It is zero if there is none.
func (l *losses) responder(field string, p party, lookup Lookup, kinds ...shape.Kind) shape.Responder {
	kind := shape.Kind(p.Kind())
	if p.Kind() == opsgenie.KindNone {
		kind = shape.KindNone
	}
	if !slices.Contains(kinds, kind) {
		l.add(field, fmt.Sprintf("the kind %q is not possible here", kind))
		return shape.Responder{}
	}
	if kind == shape.KindNone {
		return shape.Nobody()
	}
	id, problem := lookup.find(kind, p.ID(), p.Name())
	if problem != "" {
		l.add(field, problem)
		return shape.Responder{}
	}
	return map[shape.Kind]func(string) shape.Responder{
		shape.KindTeam: shape.TeamByID, shape.KindUser: shape.UserByID,
		shape.KindEscalation: shape.EscalationByID, shape.KindSchedule: shape.ScheduleByID,
	}[kind](id)
}
