package opsgenietest

// forwardingRules forward the notifications of one user to another for a while. See
// https://docs.opsgenie.com/docs/forwarding-rule-api.
func forwardingRules() *kind {
	return &kind{
		noun: "forwarding rule", path: "/v2/forwarding-rules", param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "alias"}, named: "identifierType",
		brief: []string{"id", "alias"}, complete: (*world).completeForwarding, show: (*world).showForwarding,
		schema: schema{
			unique: "alias", replace: true,
			fields: []field{
				{name: "fromUser", is: objectValue, required: true, inside: checkPerson},
				{name: "toUser", is: objectValue, required: true, inside: checkPerson},
				{name: "startDate", is: timeValue, required: true},
				{name: "endDate", is: timeValue, required: true},
				{name: "alias", is: textValue, most: 512, fixed: true},
			},
		},
	}
}

func forwardingRuleRoutes() []route { return forwardingRules().routes() }

// completeForwarding looks up the users and checks the times.
func (w *world) completeForwarding(_ *call, it *item) error {
	it.doc.utc("startDate", "endDate")
	if it.doc.moment("endDate").Before(it.doc.moment("startDate").Time) {
		return problems{"endDate": "endDate must not be before startDate."}.err()
	}
	for _, side := range []string{"fromUser", "toUser"} {
		it.doc[side] = w.named("user", it.doc.object(side))
	}
	return nil
}

func (w *world) showForwarding(it *item) document {
	out := it.doc.clone()
	for _, side := range []string{"fromUser", "toUser"} {
		out[side] = w.named("user", it.doc.object(side))
	}
	return out
}
