package opsgenietest

import "net/http"

// notificationSteps are the steps of a notification rule. See
// https://docs.opsgenie.com/docs/notification-rule-step-api.
func notificationSteps(above *kind) *kind {
	return &kind{
		noun: "notification rule step", path: notificationStepPath, param: "id", domain: DomainConfiguration,
		keys: []string{"id"}, below: above,
		brief: []string{"id"},
		complete: func(_ *world, _ *call, it *item) error {
			if after := it.doc.object("sendAfter"); after.text("timeUnit") == "" {
				after["timeUnit"] = "minutes"
			}
			return nil
		},
		show: func(_ *world, it *item) document {
			out := it.doc.clone()
			out["_parent"] = it.above.doc.only("id", "name")
			return out
		},
		schema: schema{
			made: []string{"_parent"},
			fields: []field{
				{name: "contact", is: objectValue, required: true, inside: checkContact},
				{name: "sendAfter", is: objectValue, absent: map[string]any{"timeAmount": float64(0)}, inside: checkDuration},
				{name: "enabled", is: flagValue, required: true},
			},
		},
	}
}

func notificationStepRoutes() []route {
	all := notificationSteps(notificationRules(users()))
	return append(all.routes(), all.switches(http.StatusOK)...)
}
