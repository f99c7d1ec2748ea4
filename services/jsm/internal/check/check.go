// Package check refuses requests that the API would refuse, before they are sent. Each
// function returns a [services.ArgumentError] that names the field, or nil.
package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// AccountID refuses what is not an Atlassian account id although users are often identified by
// it elsewhere: an e-mail address, and a UUID alone. Any other form passes, and so does the
// empty text, which the tag check:"required" refuses where it must be given.
func AccountID(field, id string) error {
	const cure = ": write the Atlassian account id, such as 712020:… or 24 hexadecimal digits"
	switch {
	case strings.Contains(id, "@"):
		return refuse(field, "is an e-mail address"+cure)
	case uuid.Validate(id) == nil:
		return refuse(field, "is a UUID, as users of Opsgenie have"+cure)
	}
	return nil
}

// AlertID refuses a tiny id, and the names of resources beside alerts, which would lead there.
func AlertID(field, id string) error {
	switch {
	case id == "alias" || id == "policies" || id == "requests":
		return refuse(field, "leads to another resource of the API: write the id of an alert")
	case id != "" && len(id) < 16 && strings.Trim(id, "0123456789") == "":
		return refuse(field, "is a tiny id, which the API does not take: write the id of the alert")
	}
	return nil
}

// Responders refuses a responder that is not given, one of a kind that is not among kinds, and
// a user who is not identified by an account id. A kind that package shape does not know can
// only have been read: it passes, so that it can be written back.
func Responders(field string, all []shape.Responder, kinds ...shape.Kind) error {
	for i, r := range all {
		if err := Responder(fmt.Sprintf("%s[%d]", field, i), r, kinds...); err != nil {
			return err
		}
	}
	return nil
}

// Responder refuses what [Responders] refuses.
func Responder(field string, r shape.Responder, kinds ...shape.Kind) error {
	switch kind := r.Kind(); {
	case r.IsZero():
		return refuse(field, "has no id")
	case !known(kind):
		return nil
	case len(kinds) > 0 && !slices.Contains(kinds, kind):
		return refuse(field, "must be of kind "+list(kinds))
	case r.ID() == "" && kind != shape.KindNone:
		return refuse(field, "has no id")
	case kind == shape.KindUser:
		return AccountID(field, r.ID())
	}
	return nil
}

func known(kind shape.Kind) bool {
	switch kind {
	case shape.KindTeam, shape.KindUser, shape.KindEscalation, shape.KindSchedule, shape.KindNone:
		return true
	}
	return false
}

func list(kinds []shape.Kind) string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = string(kind)
	}
	return strings.Join(words, ", ")
}

func refuse(field, problem string) error {
	return &services.ArgumentError{Field: field, Problem: problem}
}
