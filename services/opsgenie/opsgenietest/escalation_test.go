package opsgenietest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestAnEscalationIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, raw := connect(t, s), dial(t, s)
	repeat := escalation.Repeat{WaitInterval: 30, Count: services.Set(2), ResetRecipientStates: services.Set(true), CloseAlertAfterAll: services.Set(true)}
	rules := []escalation.Rule{
		{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: shape.For(0), Recipient: byUsername("ada@example.com")},
		{Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyAll, Delay: shape.For(2 * time.Hour), Recipient: shape.To(shape.TeamByName("Storage"))},
		{Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyNext, Delay: shape.For(3 * time.Hour), Recipient: shape.To(shape.ScheduleByName("Nights"))},
	}
	made, err := c.Escalations.Create(t.Context(), escalation.CreateRequest{Name: "E", Description: "d", Rules: rules, OwnerTeam: shape.OwnerTeam{Name: "Storage"}, Repeat: repeat})
	require.NoError(t, err)
	assert.Equal(t, "E", made.Value.Name)
	get := func(ref escalation.Ref) escalation.Escalation {
		got, err := c.Escalations.Get(t.Context(), ref)
		require.NoError(t, err)
		return got.Value
	}
	got := get(escalation.ByName("E"))
	assert.Equal(t, []string{made.Value.ID, "E", "d", "Storage"}, []string{got.ID, got.Name, got.Description, got.OwnerTeam.Name})
	assert.NotEmpty(t, got.OwnerTeam.ID)
	assert.Equal(t, repeat, got.Repeat)
	var people []shape.Recipient
	for i := range got.Rules {
		people = append(people, got.Rules[i].Recipient)
		got.Rules[i].Recipient = rules[i].Recipient
	}
	assert.Equal(t, []string{"user ada@example.com", "team Storage", "schedule Nights"}, names(t, people))
	assert.Equal(t, rules, got.Rules)

	_, err = c.Escalations.Update(t.Context(), escalation.UpdateRequest{Ref: escalation.ByName("E"), Name: services.Set("F"), Rules: services.Set(rules[:1])})
	require.NoError(t, err)
	got = get(escalation.ByID(made.Value.ID))
	assert.Equal(t, "F d", got.Name+" "+got.Description, "what is not named stays")
	assert.Len(t, got.Rules, 1)
	assert.Equal(t, repeat, got.Repeat)
	require.Equal(t, 200, raw.do("PATCH", "/v2/escalations/"+got.ID, `{"repeat":null,"ownerTeam":null}`).status)
	got = get(escalation.ByName("F"))
	assert.True(t, got.Repeat.IsZero())
	assert.Zero(t, got.OwnerTeam)

	_, err = c.Escalations.Create(t.Context(), escalation.CreateRequest{Name: "F", Rules: rules[:1]})
	require.ErrorIs(t, err, services.ErrConflict)
	_, err = c.Escalations.Create(t.Context(), escalation.CreateRequest{Name: "G", Rules: rules[:1]})
	require.NoError(t, err)
	all, err := c.Escalations.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all.Value, 2)
	assert.Equal(t, got, all.Value[0])
	_, err = c.Escalations.Update(t.Context(), escalation.UpdateRequest{Ref: escalation.ByName("G"), Name: services.Set("F")})
	require.ErrorIs(t, err, services.ErrConflict)
	_, err = c.Escalations.Delete(t.Context(), escalation.ByName("F"))
	require.NoError(t, err)
	_, err = c.Escalations.Get(t.Context(), escalation.ByID(got.ID))
	require.ErrorIs(t, err, services.ErrNotFound)
}

func TestAnEscalationsFaultsAreNamedByField(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	const at, ada = "/v2/escalations", `"recipient":{"type":"user","username":"ada@example.com"}`
	with := func(rule, rest string) string { return `{"name":"E","rules":[{` + rule + `}]` + rest + `}` }
	const rule = `"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5},` + ada
	r := c.do("POST", at, with(rule, ""))
	require.Equal(t, 201, r.status, "%s", r.raw)
	var kept []struct {
		Rules []struct{ Delay map[string]any }
	}
	c.get(at, &kept)
	assert.Equal(t, "minutes", kept[0].Rules[0].Delay["timeUnit"])
	c.refuses(
		refusedRequest{"POST", at, `{"rules":[{` + rule + `}]}`, 422, "name"},
		refusedRequest{"POST", at, `{"name":"F"}`, 422, "rules"},
		refusedRequest{"POST", at, `{"name":"F","rules":[]}`, 422, "rules"},
		refusedRequest{"PATCH", at + "/E?identifierType=name", `{"rules":null}`, 422, "rules"},
		refusedRequest{"POST", at, with(rule+`,"condition":"if-bored"`, ""), 422, "rules#condition"},
		refusedRequest{"POST", at, with(rule+`,"notifyType":"nobody"`, ""), 422, "rules#notifyType"},
		refusedRequest{"POST", at, with(rule+`,"delay":{"timeAmount":-1}`, ""), 422, "rules#delay#timeAmount"},
		refusedRequest{"POST", at, with(rule+`,"delay":null`, ""), 422, "rules#delay"},
		refusedRequest{"POST", at, with(rule+`,"recipient":{"type":"cat","id":"c"}`, ""), 422, "rules#recipient#type"},
		refusedRequest{"POST", at, with(rule+`,"recipient":{"type":"team"}`, ""), 422, "rules#recipient#id"},
		refusedRequest{"POST", at, with(rule, `,"repeat":{"waitInterval":-1}`), 422, "repeat#waitInterval"},
		refusedRequest{"POST", at, with(rule, `,"repeat":{"closeAlertAfterAll":1}`), 422, "repeat#closeAlertAfterAll"},
		refusedRequest{"POST", at, with(rule, `,"ownerTeam":{}`), 422, "ownerTeam"},
		refusedRequest{"POST", at, `{`, 400, ""},
		refusedRequest{"GET", at + "/nothing", "", 404, ""},
	)
}
