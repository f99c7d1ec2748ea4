package opsgenietest

import (
	"maps"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
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
			Replace: true, Ordered: true, Within: "type", Made: []string{"order"},
			Fields: slices.Concat(policyFields(100, "alert", "notification"),
				fieldsOf(sim.Text, "teamId"), policyEffects(),
				fieldsOf(sim.List, "responders"),
				fieldsOf(sim.Flag, "ignoreOriginalActions", "ignoreOriginalResponders", "suppress"),
				[]field{
					{Name: "alertDescription", Is: sim.Text},
					{Name: "autoRestartAction", Is: sim.Object, Inside: checkWait},
					{Name: "autoCloseAction", Is: sim.Object, Inside: checkWait},
					{Name: "deduplicationAction", Is: sim.Object, Inside: checkDeduplication},
					{Name: "delayAction", Is: sim.Object, Inside: checkDelay},
				}),
		},
	}
	k.locate = func(w *world, c *call) (*shelf, error) {
		return w.lists.Of(k.path + "?teamId=" + c.Query.Get("teamId")), nil
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
		{Name: "type", Is: sim.Text, Required: true, Among: types, Fixed: true},
		{Name: "name", Is: sim.Text, Required: true, Most: longestName},
		{Name: "policyDescription", Is: sim.Text, Most: 200},
		{Name: "enabled", Is: sim.Flag, Absent: true},
		{Name: "filter", Is: sim.Object, Inside: checkCriteria, Absent: map[string]any{"type": "match-all"}},
		{Name: "timeRestrictions", Is: sim.Object, Inside: checkRestriction},
	}
}

// policyEffects returns the members with which policies of both versions modify alerts.
func policyEffects() []field {
	return slices.Concat(
		fieldsOf(sim.Text, "message", "alias", "description", "entity", "source"),
		fieldsOf(sim.List, "actions", "tags"),
		fieldsOf(sim.Flag, "ignoreOriginalDetails", "ignoreOriginalTags", "ignoreOriginalTeams", "continue"),
		[]field{
			{Name: "details", Is: sim.Object},
			{Name: "priority", Is: sim.Text, Among: priorities()},
		},
	)
}

// fieldsOf returns fields of which only the kind of value is known.
func fieldsOf(is sim.ValueKind, names ...string) []field {
	all := make([]field, len(names))
	for i, name := range names {
		all[i] = field{Name: name, Is: is}
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
	p.Add(action["deduplicationActionType"] == nil, at, at+" can not be empty.")
	oneOf(p, action, "deduplicationActionType", at, "value-based", "frequency-based")
}

func checkDelay(p problems, name string, value any) {
	action, _ := value.(map[string]any)
	at := name + ".delayOption"
	p.Add(action["delayOption"] == nil, at, at+" can not be empty.")
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
	if team := in.Text("teamId"); team != "" && c.Query.Get("teamId") == "" {
		scoped := *c
		scoped.Query = maps.Clone(c.Query)
		scoped.Query.Set("teamId", team)
		c = &scoped
	}
	return k.create(w, c)
}

// completePolicy looks up the team and the responders. A notification policy needs a team.
func completePolicy(w *world, c *call, it *item) error {
	p, team := problems{}, c.Query.Get("teamId")
	p.Add(team == "" && it.Doc.Text("type") == "notification", "teamId", "A notification policy needs a team.")
	p.Add(it.Doc.Text("message") == "" && it.Doc.Text("type") == "alert", "message", "message can not be empty.")
	delete(it.Doc, "teamId")
	if team != "" {
		it.Doc["teamId"] = team
	}
	w.identify(it.Doc, "responders")
	return p.Err()
}

// showPolicy returns a policy without its order, which only lists contain.
func showPolicy(_ *world, it *item) document {
	out := maps.Clone(it.Doc)
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
		if sort == "notification" && c.Query.Get("teamId") == "" {
			return response{}, problems{"teamId": "A notification policy needs a team."}.Err()
		}
		return k.metas(w, shelf.Items, func(d document) bool { return d.Text("type") == sort })
	}
}

// metas responds with the summaries of the items that are wanted.
func (k *kind) metas(w *world, items []*item, wanted func(document) bool) (response, error) {
	rows := []document{}
	for _, it := range items {
		if wanted(it.Doc) {
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
			if who, ok := sim.ObjectOf(each); ok {
				all[i] = map[string]any(w.recipient(who))
			}
		}
	}
}
