package opsgenietest

import (
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

// notificationSteps are the steps of a notification rule. See
// https://docs.opsgenie.com/docs/notification-rule-step-api.
func notificationSteps(above *kind) *kind {
	return &kind{
		noun: "notification rule step", path: notificationStepPath, param: "id", domain: DomainConfiguration,
		keys: []string{"id"}, below: above,
		brief: []string{"id"},
		complete: func(_ *world, _ *call, it *item) error {
			if after := it.Doc.Object("sendAfter"); after.Text("timeUnit") == "" {
				after["timeUnit"] = "minutes"
			}
			return nil
		},
		show: func(_ *world, it *item) document {
			out := it.Doc.Clone()
			out["_parent"] = it.Above.Doc.Only("id", "name")
			return out
		},
		schema: schema{
			Made: []string{"_parent"},
			Fields: []field{
				{Name: "contact", Is: sim.Object, Required: true, Inside: checkContact},
				{Name: "sendAfter", Is: sim.Object, Absent: map[string]any{"timeAmount": float64(0)}, Inside: checkDuration},
				{Name: "enabled", Is: sim.Flag, Required: true},
			},
		},
	}
}

func notificationStepRoutes() []route {
	all := notificationSteps(notificationRules(users()))
	return append(all.routes(), all.switches(http.StatusOK)...)
}
