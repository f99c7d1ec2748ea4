package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/schedule"
)

// A Change is something in a resource that has to be changed or decided by a person.
type Change struct {
	Field  string `json:"field"` // in Opsgenie's object, such as "rules[0].delay"
	Reason string `json:"reason"`
}

// A convert reports what the conversion of a resource loses.
type convert func(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error)

// by makes a convert of a converter of package fromopsgenie.
func by[T any](losses func(T, fromopsgenie.Lookup) []fromopsgenie.Loss) convert {
	return func(_ *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
		var in T
		if err := json.Unmarshal(value, &in); err != nil {
			return nil, err
		}
		return losses(in, lookup), nil
	}
}

// schedules converts a schedule without its rotations, which are parts of it.
func schedules(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
	return by(func(in schedule.Schedule, lookup fromopsgenie.Lookup) []fromopsgenie.Loss {
		in.Rotations = nil
		_, lost := fromopsgenie.Schedule(in, lookup)
		return lost
	})(j, value, lookup)
}

func rotations(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
	return by(func(in schedule.Rotation, lookup fromopsgenie.Lookup) []fromopsgenie.Loss {
		_, lost := fromopsgenie.Rotation(in, lookup)
		return lost
	})(j, value, lookup)
}

// overrides converts an override. The id of its schedule does not matter to what is lost.
func overrides(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
	return by(func(in schedule.Override, lookup fromopsgenie.Lookup) []fromopsgenie.Loss {
		_, lost := fromopsgenie.Override(in, "any", lookup)
		return lost
	})(j, value, lookup)
}

func escalations(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
	return by(func(in escalation.Escalation, lookup fromopsgenie.Lookup) []fromopsgenie.Loss {
		_, lost := fromopsgenie.Escalation(in, lookup)
		return lost
	})(j, value, lookup)
}

func heartbeats(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
	return by(func(in heartbeat.Heartbeat, lookup fromopsgenie.Lookup) []fromopsgenie.Loss {
		_, lost := fromopsgenie.Heartbeat(in, lookup)
		return lost
	})(j, value, lookup)
}

// members reports the members of a team, who are no resources of their own.
func members(j *judge, value json.RawMessage, lookup fromopsgenie.Lookup) ([]fromopsgenie.Loss, error) {
	var in struct {
		Members []struct {
			User struct{ ID, Username string } `json:"user"`
			Role string                        `json:"role"`
		} `json:"members"`
	}
	if err := json.Unmarshal(value, &in); err != nil || len(in.Members) == 0 {
		return nil, err
	}
	var names []string
	for _, m := range in.Members {
		lookup("user", m.User.ID, m.User.Username)
		names = append(names, strings.TrimSuffix(fmt.Sprintf("%s (%s)", j.person(m.User.ID, m.User.Username), m.Role), " ()"))
	}
	return []fromopsgenie.Loss{{
		Field: "members", Reason: strings.Join(names, ", ") + ". " + j.rules["TeamMembers.Add"].note,
	}}, nil
}
