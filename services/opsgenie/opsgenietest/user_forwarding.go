package opsgenietest

import "github.com/tripware/tripware/services/internal/sim"

// forwardingRules forward the notifications of one user to another for a while. See
// https://docs.opsgenie.com/docs/forwarding-rule-api.
func forwardingRules() *kind {
	return &kind{
		noun: "forwarding rule", path: "/v2/forwarding-rules", param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "alias"}, named: "identifierType",
		brief: []string{"id", "alias"}, complete: (*world).completeForwarding, show: (*world).showForwarding,
		schema: schema{
			Unique: "alias", Replace: true,
			Fields: []field{
				{Name: "fromUser", Is: sim.Object, Required: true, Inside: checkPerson},
				{Name: "toUser", Is: sim.Object, Required: true, Inside: checkPerson},
				{Name: "startDate", Is: sim.Moment, Required: true},
				{Name: "endDate", Is: sim.Moment, Required: true},
				{Name: "alias", Is: sim.Text, Most: 512, Fixed: true},
			},
		},
	}
}

func forwardingRuleRoutes() []route { return forwardingRules().routes() }

// completeForwarding looks up the users and checks the times.
func (w *world) completeForwarding(_ *call, it *item) error {
	it.Doc.UTC("startDate", "endDate")
	if it.Doc.Moment("endDate").Before(it.Doc.Moment("startDate").Time) {
		return problems{"endDate": "endDate must not be before startDate."}.Err()
	}
	for _, side := range []string{"fromUser", "toUser"} {
		it.Doc[side] = w.named("user", it.Doc.Object(side))
	}
	return nil
}

func (w *world) showForwarding(it *item) document {
	out := it.Doc.Clone()
	for _, side := range []string{"fromUser", "toUser"} {
		out[side] = w.named("user", it.Doc.Object(side))
	}
	return out
}
