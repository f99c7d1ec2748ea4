package fromopsgenie

import (
	"fmt"
	"time"

	"github.com/tripware/tripware/services/jsm/escalation"
	"github.com/tripware/tripware/services/jsm/shape"
	opsgenieescalation "github.com/tripware/tripware/services/opsgenie/escalation"
)

// Escalation converts an escalation to the request that creates it, below the team that owns it;
// without one, TeamID is empty, and the request is refused. A rule whose recipient has no id in
// JSM Operations, or is of a kind that a rule there cannot notify, is left out.
//
// The delay of a rule becomes whole minutes, at least one, which the losses say.
func Escalation(in opsgenieescalation.Escalation, lookup Lookup) (escalation.CreateRequest, []Loss) {
	var lost losses
	out := escalation.CreateRequest{
		TeamID: lost.teamOf("an escalation", in.OwnerTeam, lookup), Name: in.Name, Description: in.Description,
		Repeat: escalation.Repeat{
			WaitInterval: in.Repeat.WaitInterval, Count: in.Repeat.Count,
			ResetRecipientStates: in.Repeat.ResetRecipientStates, CloseAlertAfterAll: in.Repeat.CloseAlertAfterAll,
		},
	}
	for i, r := range in.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		to := lost.responder(at+"recipient", r.Recipient, lookup, shape.KindUser, shape.KindSchedule, shape.KindTeam)
		if !to.IsZero() {
			out.Rules = append(out.Rules, lost.rule(at, r, to))
		}
	}
	lost.other("repeat.", in.Repeat.Other)
	lost.other("", in.Other)
	return out, lost
}

func (l *losses) rule(at string, in opsgenieescalation.Rule, to shape.Responder) escalation.Rule {
	delay := in.Delay.Duration()
	minutes := max(1, int((delay+time.Minute-1)/time.Minute))
	if time.Duration(minutes)*time.Minute != delay {
		l.add(at+"delay", fmt.Sprintf("%s becomes %d min", in.Delay, minutes))
	}
	l.other(at, in.Other)
	return escalation.Rule{
		Condition: escalation.Condition(in.Condition), NotifyType: escalation.NotifyType(in.NotifyType), Delay: minutes, Recipient: to,
	}
}
