package jsmtest

import (
	"maps"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const routingRulesPath = teamPath + "/routing-rules"

// routingRules say whom the alerts of a team notify. The last one is the default, which
// cannot be moved or deleted.
func routingRules() *kind {
	matches := []string{"match-all", "match-any-condition", "match-all-conditions"}
	return &kind{
		noun: "routing rule", path: routingRulesPath, param: "id", below: teams(), size: 20, most: 100,
		schema: schema{Ordered: true, Made: []string{"isDefault"}, Fields: []field{
			{Name: "name", Is: sim.Text, Absent: ""},
			{Name: "order", Is: sim.Whole},
			{Name: "criteria", Is: sim.Object, Absent: map[string]any{"type": "match-all"}, Inside: checkEach(
				field{Name: "type", Is: sim.Text, Required: true, Among: matches},
				field{Name: "conditions", Is: sim.List, Inside: checkEach(
					field{Name: "field", Is: sim.Text, Required: true}, field{Name: "operation", Is: sim.Text, Required: true},
				)},
			)},
			{Name: "timeRestriction", Is: sim.Object, Inside: checkHours},
			{Name: "notify", Is: sim.Object, Required: true, Inside: checkParties([]string{"none", "escalation", "schedule"}, "none")},
			{Name: "timezone", Is: sim.Text, Absent: "America/New_York"},
		}},
		complete: func(_ *world, it *item) error {
			if it.Doc["isDefault"] == nil {
				it.Doc["isDefault"] = false
			}
			return nil
		},
		show: func(w *world, it *item) document {
			out := maps.Clone(it.Doc)
			if notify := it.Doc.Object("notify").Clone(); w.cfg.varies(OtherWords) {
				notify["type"] = strings.ToUpper(notify.Text("type"))
				out["notify"] = notify
			}
			return out
		},
	}
}

func routingRuleRoutes() []route {
	k := routingRules()
	routes := k.routes()
	routes[1].serve = k.beforeDefault(routes[1].serve)
	routes[4] = k.on(http.MethodDelete, "", notDefault("deleted", k.deleted))
	order := k.on(http.MethodPatch, "/change-order", notDefault("moved", k.reordered))
	order.serve = k.beforeDefault(order.serve)
	return append(routes, order)
}

func (w *world) defaultRule(team *item) *item {
	return &item{Above: team, Lists: shelves{}, Doc: document{
		"id": w.Dice.UUID(), "name": "Default", "isDefault": true, "order": float64(0), "timezone": "America/New_York",
		"criteria": map[string]any{"type": "match-all"}, "notify": map[string]any{"type": "none"},
	}}
}

// reordered moves a rule within its list.
func (k *kind) reordered(w *world, c *call, it *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.Decode(&in); err != nil {
		return response{}, err
	}
	p.Within("", in, []field{{Name: "order", Is: sim.Whole, Required: true}})
	if err := p.Err(); err != nil {
		return response{}, err
	}
	of, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	of.Move(it, int(in.Number("order")))
	return response{status: http.StatusNoContent}, nil
}

// notDefault makes an operation refuse the default rule.
func notDefault(done string, serve func(*world, *call, *item) (response, error)) func(*world, *call, *item) (response, error) {
	return func(w *world, c *call, it *item) (response, error) {
		if it.Doc.Flag("isDefault") {
			return response{}, sim.Refuse(http.StatusForbidden, "The default routing rule cannot be "+done)
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
		of, err := k.shelf(w, c)
		if err != nil {
			return a, err
		}
		for _, it := range of.Items {
			if it.Doc.Flag("isDefault") {
				of.Move(it, len(of.Items))
				break
			}
		}
		k.Number(of)
		return a, nil
	}
}
