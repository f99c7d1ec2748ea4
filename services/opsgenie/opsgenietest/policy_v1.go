package opsgenietest

import (
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// policiesV1 are the policies of the older version, which belong to the account. See
// https://docs.opsgenie.com/docs/policy-api.
func policiesV1() *kind {
	return &kind{
		noun: "policy", path: policyV1Path, param: "policyId", domain: DomainConfiguration,
		keys: []string{"id"}, target: "targetIndex",
		brief: []string{"id", "name", "type", "order", "enabled"}, show: showPolicy,
		complete: func(w *world, _ *call, it *item) error {
			w.identify(it.Doc, "recipients")
			return nil
		},
		schema: schema{
			Replace: true, Ordered: true, Made: []string{"order"},
			Fields: slices.Concat(
				policyFields(512, "modify", "auto-close", "notification-delay", "notification-deduplication",
					"notification-suppress", "notification-renotify", "auto-restart-notifications"),
				policyEffects(), fieldsOf(sim.List, "recipients"),
				fieldsOf(sim.Flag, "ignoreOriginalAlertActions", "ignoreOriginalRecipients"),
				fieldsOf(sim.Whole, "untilHour", "untilMinute", "count", "maxRepeatCount"),
				[]field{
					{Name: "duration", Is: sim.Object, Inside: checkDuration},
					{Name: "delayOption", Is: sim.Text, Among: delayOptions()},
					{Name: "deduplicationActionType", Is: sim.Text, Among: []string{"value-based", "frequency-based"}},
				}),
		},
	}
}

func policyV1Routes() []route {
	k := policiesV1()
	list := func(w *world, _ *call) (response, error) {
		return k.metas(w, w.lists.Of(k.path).Items, func(document) bool { return true })
	}
	return slices.Concat(k.routes()[1:], k.switches(0), []route{
		{"GET " + k.path, k.domain, noBody, list},
		k.on("POST", "/change-order", k.reordered),
	})
}
