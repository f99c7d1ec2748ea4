package opsgenietest

import (
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const servicePath = "/v1/services"

// businessServices are the services that incidents affect. param is the name of their
// id in the path, which differs between operations. See
// https://docs.opsgenie.com/docs/service-api.
func businessServices(param string) *kind {
	return &kind{
		noun: "service", path: servicePath, param: param, domain: DomainConfiguration,
		keys: []string{"id"},
		schema: schema{
			Unique: "name",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "teamId", Is: sim.Text, Required: true, Fixed: true},
				{Name: "description", Is: sim.Text, Absent: ""},
				{Name: "visibility", Is: sim.Text, Among: []string{"TEAM_MEMBERS", "OPSGENIE_USERS"}, Absent: "TEAM_MEMBERS"},
				{Name: "tags", Is: sim.List, Absent: []any{}},
			},
		},
	}
}

func businessServiceRoutes() []route {
	k := businessServices("id")
	return slices.Concat(k.routes()[1:], []route{{"GET " + k.path, k.domain, noBody, k.listServices}})
}

// listServices responds with a page of the services that match a query, by default the
// newest first.
func (k *kind) listServices(w *world, c *call) (response, error) {
	order, err := c.Choice("order", "desc", "asc")
	if err != nil {
		return response{}, err
	}
	query, sort := c.Query.Get("query"), c.Query.Get("sort")
	found, err := queried(w.lists.Of(k.path).Items, query, serviceFields())
	if err != nil {
		return response{}, err
	}
	by := func(it *item) sim.SortKey { return sim.SortKey{Text: strings.ToLower(it.Doc.Text(sort))} }
	page, links, err := byNumber(w, c, sim.Ordered(found, order, by), "query", query, "limit", "", "sort", sort, "order", order)
	rows := make([]document, len(page))
	for i, it := range page {
		rows[i] = it.Doc
	}
	return response{data: rows, paging: links}, err
}

// serviceFields returns the fields that a query may use. Words without a field are
// searched for in the name.
func serviceFields() map[string]func(*item) []string {
	fields := map[string]func(*item) []string{
		"message": func(it *item) []string { return []string{it.Doc.Text("name")} },
		"tag":     func(it *item) []string { return texts(it.Doc, "tags") },
		"tags":    func(it *item) []string { return texts(it.Doc, "tags") },
	}
	for _, name := range []string{"id", "name", "description", "visibility", "teamId"} {
		fields[name] = func(it *item) []string { return []string{it.Doc.Text(name)} }
	}
	return fields
}

// texts returns the strings in a member that is a list.
func texts(d document, field string) []string {
	all, _ := d[field].([]any)
	out := make([]string, 0, len(all))
	for _, each := range all {
		if s, ok := each.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
