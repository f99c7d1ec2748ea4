package fromopsgenie_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	opsgenieescalation "github.com/tripware/tripware/services/opsgenie/escalation"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

func rule(delay time.Duration, to opsgenie.Recipient) opsgenieescalation.Rule {
	return opsgenieescalation.Rule{
		Condition: opsgenieescalation.IfNotAcked, NotifyType: opsgenieescalation.NotifyDefault, Delay: opsgenie.For(delay), Recipient: to,
	}
}

func TestEscalationIsCarriedOver(t *testing.T) {
	t.Parallel()
	got, lost := fromopsgenie.Escalation(opsgenieescalation.Escalation{
		ID: "e", Name: "n", Description: "d", OwnerTeam: opsgenie.OwnerTeam{Name: "Storage"},
		Rules: []opsgenieescalation.Rule{
			rule(time.Minute, opsgenie.To(opsgenie.ScheduleByID("old-on-call"))), rule(2*time.Hour, opsgenie.To(opsgenie.UserByName("ada@example.com"))),
		},
		Repeat: opsgenieescalation.Repeat{WaitInterval: 10, Count: services.Set(3), CloseAlertAfterAll: services.Set(true)},
	}, lookup)
	assert.Nil(t, lost)
	assert.NoError(t, got.Check())
	assert.Equal(t, storage, got.TeamID)
	assert.JSONEq(t, `[{"condition":"if-not-acked","notifyType":"default","delay":1,"recipient":{"type":"schedule","id":"new-on-call"}},
		{"condition":"if-not-acked","notifyType":"default","delay":120,"recipient":{"type":"user","id":"`+ada+`"}}]`, asJSON(t, got.Rules))
	assert.JSONEq(t, `{"waitInterval":10,"count":3,"closeAlertAfterAll":true}`, asJSON(t, got.Repeat))
}

func TestEscalationTellsWhatIsLost(t *testing.T) {
	t.Parallel()
	got, lost := fromopsgenie.Escalation(opsgenieescalation.Escalation{
		Name: "n",
		Rules: []opsgenieescalation.Rule{
			rule(0, opsgenie.To(opsgenie.TeamByID("old-storage"))), rule(90*time.Second, opsgenie.To(opsgenie.TeamByID("old-storage"))),
			rule(time.Minute, opsgenie.ToGroupByName("g")), rule(time.Minute, opsgenie.To(opsgenie.UserByName("bob@example.com"))),
		},
	}, lookup)
	assert.Equal(t, []fromopsgenie.Loss{
		{"ownerTeam", "an escalation belongs to a team"},
		{"rules[0].delay", "0s becomes 1 min"},
		{"rules[1].delay", "1m30s becomes 2 min"},
		{"rules[2].recipient", `the kind "group" is not possible here`},
		{"rules[3].recipient", `the lookup knows no user with id "" and name "bob@example.com"`},
	}, lost)
	assert.Len(t, got.Rules, 2)
	assert.Equal(t, []int{1, 2}, []int{got.Rules[0].Delay, got.Rules[1].Delay})
}
