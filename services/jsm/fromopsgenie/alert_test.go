package fromopsgenie_test

import (
	"cmp"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	"github.com/tripware/tripware/services/jsm/shape"
	opsgeniealert "github.com/tripware/tripware/services/opsgenie/alert"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

const (
	oldAda  = "4513b7ea-3b91-438f-b7e4-e3e54af9147c"
	ada     = "712020:dddddddd-0000-4000-8000-000000000001"
	storage = "aaaaaaaa-0000-4000-8000-000000000001"
)

// lookup knows one of each kind, by its id or name in Opsgenie.
func lookup(kind shape.Kind, id, name string) string {
	known := map[string]string{
		"user/" + oldAda: ada, "user/ada@example.com": ada, "team/old-storage": storage, "team/Storage": storage,
		"schedule/old-on-call": "new-on-call", "rotation/old-days": "new-days", "rotation/Nights": "new-nights",
		"escalation/old-escalation": "new-escalation",
	}
	return cmp.Or(known[string(kind)+"/"+id], known[string(kind)+"/"+name])
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func TestAlertIsCarriedOver(t *testing.T) {
	t.Parallel()
	in := opsgeniealert.CreateRequest{
		Message: "m", Alias: "a", Description: "d", Actions: []string{"x"}, Tags: []string{"t"}, Details: map[string]string{"host": "db-1"},
		Entity: "e", Source: "s", Priority: opsgenie.P1, Note: "n",
		Responders: []opsgenie.Responder{opsgenie.TeamByName("Storage"), opsgenie.UserByName("ada@example.com"), opsgenie.ScheduleByID("old-on-call")},
		VisibleTo:  []opsgenie.Responder{opsgenie.TeamByID("old-storage"), opsgenie.UserByID(oldAda)},
	}
	got, lost := fromopsgenie.Alert(in, lookup)
	assert.Nil(t, lost)
	want := alert.CreateRequest{
		Message: "m", Alias: "a", Description: "d", Actions: []string{"x"}, Tags: []string{"t"}, Details: map[string]string{"host": "db-1"},
		Entity: "e", Source: "s", Priority: shape.P1, Note: "n",
		Responders: []shape.Responder{shape.TeamByID(storage), shape.UserByID(ada), shape.ScheduleByID("new-on-call")},
		VisibleTo:  []shape.Responder{shape.TeamByID(storage), shape.UserByID(ada)},
	}
	assert.Equal(t, want, got)
	assert.NoError(t, got.Check())
	assert.JSONEq(t, `{"message":"m","alias":"a","description":"d","actions":["x"],"tags":["t"],"extraProperties":{"host":"db-1"},`+
		`"entity":"e","source":"s","priority":"P1","note":"n",`+
		`"responders":[{"type":"team","id":"`+storage+`"},{"type":"user","id":"`+ada+`"},{"type":"schedule","id":"new-on-call"}],`+
		`"visibleTo":[{"type":"team","id":"`+storage+`"},{"type":"user","id":"`+ada+`"}]}`, asJSON(t, got))
}

func TestAlertTellsWhatIsLost(t *testing.T) {
	t.Parallel()
	in := opsgeniealert.CreateRequest{
		Message: "m", User: "deploy bot",
		Responders: []opsgenie.Responder{opsgenie.TeamByID("kept"), opsgenie.TeamByName("Storage"), opsgenie.UserByID(oldAda), {}},
		VisibleTo:  []opsgenie.Responder{opsgenie.UserByName("ada@example.com"), opsgenie.ScheduleByID("s")},
	}
	got, lost := fromopsgenie.Alert(in, nil)
	assert.Equal(t, alert.CreateRequest{Message: "m", Responders: []shape.Responder{shape.TeamByID("kept")}}, got)
	assert.Equal(t, []fromopsgenie.Loss{
		{"responders[1]", `a team is identified by an id, and the name "Storage" needs a lookup`},
		{"responders[2]", "a user is identified by an Atlassian account id, which needs a lookup"},
		{"responders[3]", `the kind "" is not possible here`},
		{"visibleTo[0]", "a user is identified by an Atlassian account id, which needs a lookup"},
		{"visibleTo[1]", `the kind "schedule" is not possible here`},
		{"visibleTo", "nobody is left, and so the alert would be visible to all"},
		{"user", "there is no such member"},
	}, lost)
	assert.Equal(t, "user: there is no such member", lost[6].String())
}

func TestResponder(t *testing.T) {
	t.Parallel()
	got, lost := fromopsgenie.Responder(opsgenie.EscalationByID("old-escalation"), lookup)
	assert.Equal(t, shape.EscalationByID("new-escalation"), got)
	assert.Nil(t, lost)
	got, lost = fromopsgenie.Responder(opsgenie.TeamByName("Nobody"), lookup)
	assert.True(t, got.IsZero())
	assert.Equal(t, []fromopsgenie.Loss{{"responder", `the lookup knows no team with id "" and name "Nobody"`}}, lost)
	got, lost = fromopsgenie.Responder(opsgenie.UserByID(ada), nil) // is an account id already
	assert.Equal(t, shape.UserByID(ada), got)
	assert.Nil(t, lost)
}
