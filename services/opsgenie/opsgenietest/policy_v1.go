package opsgenietest

import "slices"

// policiesV1 are the policies of the older version, which belong to the account. See
// https://docs.opsgenie.com/docs/policy-api.
func policiesV1() *kind {
	return &kind{
		noun: "policy", path: policyV1Path, param: "policyId", domain: DomainConfiguration,
		keys: []string{"id"}, target: "targetIndex",
		brief: []string{"id", "name", "type", "order", "enabled"}, show: showPolicy,
		complete: func(w *world, _ *call, it *item) error {
			w.identify(it.doc, "recipients")
			return nil
		},
		schema: schema{
			replace: true, ordered: true, made: []string{"order"},
			fields: slices.Concat(
				policyFields(512, "modify", "auto-close", "notification-delay", "notification-deduplication",
					"notification-suppress", "notification-renotify", "auto-restart-notifications"),
				policyEffects(), fieldsOf(listValue, "recipients"),
				fieldsOf(flagValue, "ignoreOriginalAlertActions", "ignoreOriginalRecipients"),
				fieldsOf(wholeValue, "untilHour", "untilMinute", "count", "maxRepeatCount"),
				[]field{
					{name: "duration", is: objectValue, inside: checkDuration},
					{name: "delayOption", is: textValue, among: delayOptions()},
					{name: "deduplicationActionType", is: textValue, among: []string{"value-based", "frequency-based"}},
				}),
		},
	}
}

func policyV1Routes() []route {
	k := policiesV1()
	list := func(w *world, _ *call) (response, error) {
		return k.metas(w, w.lists.of(k.path).items, func(document) bool { return true })
	}
	return slices.Concat(k.routes()[1:], k.switches(0), []route{
		{"GET " + k.path, k.domain, noBody, list},
		k.on("POST", "/change-order", k.reordered),
	})
}
