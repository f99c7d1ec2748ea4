package opsgenietest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// usesOf returns the members in which the items of a list name what they use. Each is an
// object with an id, a list of such objects, or an id. A dot separates the member of a
// list from that of its objects.
func usesOf(path string) []string {
	path, _, _ = strings.Cut(path, "?")
	return map[string][]string{
		schedulesPath:   {"ownerTeam"},
		rotationsPath:   {"participants"},
		overridesPath:   {"user"},
		escalationPath:  {"ownerTeam", "rules.recipient"},
		routingRulePath: {"notify"},
		integrationPath: {"ownerTeam", "responders", "recipients"},
		policyPath:      {"teamId", "responders"},
		policyV1Path:    {"recipients"},
		servicePath:     {"teamId"},
		heartbeatPath:   {"ownerTeam"},
	}[path]
}

// checkUnused returns 428 if another item, or a part of another item, uses it. Its own
// parts do not count.
func (k *kind) checkUnused(w *world, it *item) error {
	for _, path := range slices.Sorted(maps.Keys(w.lists)) {
		list, _, _ := strings.Cut(path, "?")
		noun := k.usedBy[list]
		if noun == "" {
			continue
		}
		for _, each := range w.lists.Of(path).Items {
			if each != it && uses(w, each, path, it.ID()) {
				return sim.Refuse(http.StatusPreconditionRequired, strings.ToUpper(k.noun[:1])+k.noun[1:]+
					" ["+nameOf(it)+"] is used by "+noun+" ["+nameOf(each)+"] and cannot be deleted")
			}
		}
	}
	return nil
}

// name returns the name of an item in messages.
func nameOf(i *item) string { return cmp.Or(i.Doc.Text("name"), i.Doc.Text("username"), i.ID()) }

// uses reports whether an item of a list, or a part of it, uses the item with an id. An
// override that has ended uses nobody.
func uses(w *world, i *item, path, id string) bool {
	ended := path == overridesPath && !w.Now().Before(i.Doc.Moment("endDate").Time)
	named := func(member string) bool { return refers(i.Doc, strings.Split(member, "."), id) }
	if !ended && slices.ContainsFunc(usesOf(path), named) {
		return true
	}
	for below, list := range i.Lists {
		if slices.ContainsFunc(list.Items, func(each *item) bool { return uses(w, each, below, id) }) {
			return true
		}
	}
	return false
}

// refers reports whether a value, or the value at a path of members in it, is an id or an
// object with the id.
func refers(value any, path []string, id string) bool {
	if all, ok := value.([]any); ok {
		return slices.ContainsFunc(all, func(each any) bool { return refers(each, path, id) })
	}
	object, _ := sim.ObjectOf(value)
	if len(path) > 0 {
		return refers(object[path[0]], path[1:], id)
	}
	text, _ := value.(string)
	return text == id || object.Text("id") == id
}
