package opsgenietest

import (
	"maps"
	"slices"
)

const (
	policyPath   = "/v2/policies"
	policyV1Path = "/v1/policies"
)

// policies are the rules that modify new alerts or their notifications. A policy of a
// team is found only by requests that name the team. See
// https://docs.opsgenie.com/docs/alert-and-notification-policy-api.
func policies() *kind {
	k := &kind{
		noun: "policy", path: policyPath, param: "policyId", domain: DomainConfiguration,
		keys: []string{"id"}, target: "targetIndex",
		brief: []string{"id", "name", "type", "order", "enabled"}, complete: completePolicy, show: showPolicy,
		schema: schema{
			replace: true, ordered: true, within: "type", made: []string{"order"},
			fields: slices.Concat(policyFields(100, "alert", "notification"),
				fieldsOf(textValue, "teamId"), policyEffects(),
				fieldsOf(listValue, "responders"),
				fieldsOf(flagValue, "ignoreOriginalActions", "ignoreOriginalResponders", "suppress"),
				[]field{
					{name: "alertDescription", is: textValue},
					{name: "autoRestartAction", is: objectValue, inside: checkWait},
					{name: "autoCloseAction", is: objectValue, inside: checkWait},
					{name: "deduplicationAction", is: objectValue, inside: checkDeduplication},
					{name: "delayAction", is: objectValue, inside: checkDelay},
				}),
		},
	}
	k.locate = func(w *world, c *call) (*shelf, error) {
		return w.lists.of(k.path + "?teamId=" + c.query.Get("teamId")), nil
	}
	return k
}

func policyRoutes() []route {
	k := policies()
	all := k.routes()[2:]
	return slices.Concat(all, k.switches(0), []route{
		{"POST " + k.path, k.domain, jsonBody, k.createPolicy},
		{"GET " + k.path + "/alert", k.domain, noBody, k.policiesOf("alert")},
		{"GET " + k.path + "/notification", k.domain, noBody, k.policiesOf("notification")},
		k.on("POST", "/change-order", k.reordered),
	})
}

// policyFields returns the members that policies of both versions and of all types have.
func policyFields(longestName int, types ...string) []field {
	return []field{
		{name: "type", is: textValue, required: true, among: types, fixed: true},
		{name: "name", is: textValue, required: true, most: longestName},
		{name: "policyDescription", is: textValue, most: 200},
		{name: "enabled", is: flagValue, absent: true},
		{name: "filter", is: objectValue, inside: checkCriteria, absent: map[string]any{"type": "match-all"}},
		{name: "timeRestrictions", is: objectValue, inside: checkRestriction},
	}
}

// policyEffects returns the members with which policies of both versions modify alerts.
func policyEffects() []field {
	return slices.Concat(
		fieldsOf(textValue, "message", "alias", "description", "entity", "source"),
		fieldsOf(listValue, "actions", "tags"),
		fieldsOf(flagValue, "ignoreOriginalDetails", "ignoreOriginalTags", "ignoreOriginalTeams", "continue"),
		[]field{
			{name: "details", is: objectValue},
			{name: "priority", is: textValue, among: priorities()},
		},
	)
}

// fieldsOf returns fields of which only the kind of value is known.
func fieldsOf(is valueKind, names ...string) []field {
	all := make([]field, len(names))
	for i, name := range names {
		all[i] = field{name: name, is: is}
	}
	return all
}

func checkWait(p problems, name string, value any) {
	action, _ := value.(map[string]any)
	checkDuration(p, name+".duration", action["duration"])
}

func checkDeduplication(p problems, name string, value any) {
	action, _ := value.(map[string]any)
	at := name + ".deduplicationActionType"
	p.add(action["deduplicationActionType"] == nil, at, at+" can not be empty.")
	oneOf(p, action, "deduplicationActionType", at, "value-based", "frequency-based")
}

func checkDelay(p problems, name string, value any) {
	action, _ := value.(map[string]any)
	at := name + ".delayOption"
	p.add(action["delayOption"] == nil, at, at+" can not be empty.")
	oneOf(p, action, "delayOption", at, delayOptions()...)
}

func delayOptions() []string {
	return []string{
		"for-duration", "next-time", "next-weekday", "next-monday", "next-tuesday", "next-wednesday",
		"next-thursday", "next-friday", "next-saturday", "next-sunday",
	}
}

// createPolicy creates a policy of the team in the query or, without one, in the body.
func (k *kind) createPolicy(w *world, c *call) (response, error) {
	in := document{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	if team := in.text("teamId"); team != "" && c.query.Get("teamId") == "" {
		scoped := *c
		scoped.query = maps.Clone(c.query)
		scoped.query.Set("teamId", team)
		c = &scoped
	}
	return k.create(w, c)
}

// completePolicy looks up the team and the responders. A notification policy needs a team.
func completePolicy(w *world, c *call, it *item) error {
	p, team := problems{}, c.query.Get("teamId")
	p.add(team == "" && it.doc.text("type") == "notification", "teamId", "A notification policy needs a team.")
	p.add(it.doc.text("message") == "" && it.doc.text("type") == "alert", "message", "message can not be empty.")
	delete(it.doc, "teamId")
	if team != "" {
		it.doc["teamId"] = team
	}
	w.identify(it.doc, "responders")
	return p.err()
}

// showPolicy returns a policy without its order, which only lists contain.
func showPolicy(_ *world, it *item) document {
	out := maps.Clone(it.doc)
	delete(out, "order")
	return out
}

// policiesOf returns the handler that lists the policies of a type, of the account or a team.
func (k *kind) policiesOf(sort string) handler {
	return func(w *world, c *call) (response, error) {
		shelf, err := k.shelf(w, c)
		if err != nil {
			return response{}, err
		}
		if sort == "notification" && c.query.Get("teamId") == "" {
			return response{}, problems{"teamId": "A notification policy needs a team."}.err()
		}
		return k.metas(w, shelf.items, func(d document) bool { return d.text("type") == sort })
	}
}

// metas responds with the summaries of the items that are wanted.
func (k *kind) metas(w *world, items []*item, wanted func(document) bool) (response, error) {
	rows := []document{}
	for _, it := range items {
		if wanted(it.doc) {
			rows = append(rows, k.meta(w, it))
		}
	}
	return response{data: rows}, nil
}

// identify adds ids and names to the recipients in lists of a document.
func (w *world) identify(d document, fields ...string) {
	for _, field := range fields {
		all, _ := d[field].([]any)
		for i, each := range all {
			if who, ok := objectOf(each); ok {
				all[i] = map[string]any(w.recipient(who))
			}
		}
	}
}
