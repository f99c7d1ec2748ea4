package opsgenietest

import (
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

const routingRulePath = teamPath + "/{identifier}/routing-rules"

// routingRules select whom the alerts of a team notify. The last one is the default,
// which can be changed, but not moved or deleted. See
// https://docs.opsgenie.com/docs/team-routing-rule-api.
func routingRules(above *kind) *kind {
	return &kind{
		noun: "routing rule", path: routingRulePath, param: "id", domain: DomainConfiguration,
		keys: []string{"id"}, below: above, from: "teamIdentifierType",
		complete: (*world).completeRoutingRule,
		schema: schema{
			Ordered: true, Made: []string{"isDefault"},
			Fields: []field{
				{Name: "name", Is: sim.Text},
				{Name: "order", Is: sim.Whole, Fixed: true}, // another operation moves a rule
				{Name: "criteria", Is: sim.Object, Absent: map[string]any{"type": "match-all"}, Inside: checkCriteria},
				{Name: "timezone", Is: sim.Text, Absent: "Etc/UTC"},
				{Name: "timeRestriction", Is: sim.Object, Inside: checkRestriction},
				{Name: "notify", Is: sim.Object, Required: true, Inside: recipientsOf(recipientKinds()...)},
			},
		},
	}
}

func recipientKinds() []string {
	return []string{"all", "none", "user", "escalation", "schedule", "team", "group"}
}

func routingRuleRoutes() []route {
	all := routingRules(teams())
	created := all.created()
	created.serve = all.beforeDefault(created.serve)
	moved := all.on(http.MethodPost, "/change-order", notDefault("moved", all.reordered))
	moved.serve = all.beforeDefault(moved.serve)
	return []route{
		all.listed(),
		all.logged(created),
		all.on(http.MethodGet, "", all.got),
		all.logged(all.on(http.MethodPatch, "", all.changed)),
		all.logged(all.on(http.MethodDelete, "", notDefault("deleted", all.deleted))),
		all.logged(moved),
	}
}

func (w *world) completeRoutingRule(_ *call, it *item) error {
	if it.Doc["isDefault"] == nil {
		it.Doc["isDefault"] = false
	}
	it.Doc["notify"] = w.recipient(it.Doc.Object("notify"))
	return nil
}

// defaultRule returns the default routing rule of a new team.
func (w *world) defaultRule(team *item) *item {
	return &item{Above: team, Lists: shelves{}, Doc: document{
		"id": w.Dice.UUID(), "name": "Default Routing Rule", "isDefault": true, "order": float64(0), "timezone": "Etc/UTC",
		"criteria": map[string]any{"type": "match-all"}, "notify": document{"type": "none"},
	}}
}

// notDefault makes an operation refuse the default rule.
func notDefault(done string, serve func(*world, *call, *item) (response, error)) func(*world, *call, *item) (response, error) {
	return func(w *world, c *call, it *item) (response, error) {
		if it.Doc.Flag("isDefault") {
			return response{}, sim.Refuse(http.StatusForbidden, "The default routing rule can not be "+done)
		}
		return serve(w, c, it)
	}
}

// beforeDefault keeps the default rule last after an operation on another.
func (k *kind) beforeDefault(serve handler) handler {
	return func(w *world, c *call) (response, error) {
		a, err := serve(w, c)
		if err != nil {
			return a, err
		}
		shelf, err := k.shelf(w, c)
		if err != nil {
			return a, err
		}
		if i := slices.IndexFunc(shelf.Items, func(it *item) bool { return it.Doc.Flag("isDefault") }); i >= 0 {
			shelf.Move(shelf.Items[i], len(shelf.Items))
			k.Number(shelf)
		}
		return a, nil
	}
}
