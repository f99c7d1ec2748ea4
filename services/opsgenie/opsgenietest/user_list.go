package opsgenietest

import (
	"maps"
	"slices"
	"strconv"

	"github.com/tripware/tripware/services/internal/sim"
)

func (k *kind) listUsers(w *world, c *call) (response, error) {
	keys := userSortKeys()
	key, err := c.Choice("sort", append([]string{"username"}, slices.Sorted(maps.Keys(keys))...)...)
	if err != nil {
		return response{}, err
	}
	order, err := c.Choice("order", "asc", "desc")
	if err != nil {
		return response{}, err
	}
	query := c.Query.Get("query")
	found, err := queried(w.lists.Of(k.path).Items, query, userFields())
	if err != nil {
		return response{}, err
	}
	page, links, err := inPagesOf(w, c, maxLimit, sim.Ordered(found, order, keys[key]),
		"query", query, "limit", "", "sort", key, "order", order)
	if err != nil {
		return response{}, err
	}
	rows := make([]document, len(page))
	for i, it := range page {
		rows[i] = k.shown(w, it)
	}
	return response{data: rows, paging: links, total: new(len(found))}, nil
}

// userFields returns the fields that a query may use. Words without a field are searched
// for in "message", which here means the two names.
func userFields() map[string]func(*item) []string {
	text := func(field string) func(*item) []string {
		return func(it *item) []string { return []string{it.Doc.Text(field)} }
	}
	truth := func(field string) func(*item) []string {
		return func(it *item) []string { return []string{strconv.FormatBool(it.Doc.Flag(field))} }
	}
	return map[string]func(*item) []string{
		"username": text("username"), "fullName": text("fullName"), "locale": text("locale"), "timeZone": text("timeZone"),
		"blocked": truth("blocked"), "verified": truth("verified"),
		"role": func(it *item) []string {
			role := it.Doc.Object("role")
			return []string{role.Text("id"), role.Text("name")}
		},
		"userAddress": func(it *item) []string {
			at := it.Doc.Object("userAddress")
			return []string{at.Text("country"), at.Text("state"), at.Text("city"), at.Text("line"), at.Text("zipCode")}
		},
		"createdAt": func(it *item) []string { return []string{strconv.FormatInt(since(it).Number, 10)} },
		"message":   func(it *item) []string { return []string{it.Doc.Text("username"), it.Doc.Text("fullName")} },
	}
}

func since(it *item) sim.SortKey { return sim.Instant(it.Doc.Moment("createdAt")) }

// userSortKeys returns the fields by which the list can be sorted.
func userSortKeys() map[string]func(*item) sim.SortKey {
	text := func(field string) func(*item) sim.SortKey {
		return func(it *item) sim.SortKey { return sim.SortKey{Text: it.Doc.Text(field)} }
	}
	return map[string]func(*item) sim.SortKey{
		"username": text("username"), "fullName": text("fullName"),
		"createdAt": since, "insertedAt": since,
		"role":     func(it *item) sim.SortKey { return sim.SortKey{Text: it.Doc.Object("role").Text("name")} },
		"verified": func(it *item) sim.SortKey { return sim.Truth(it.Doc.Flag("verified")) },
		"blocked":  func(it *item) sim.SortKey { return sim.Truth(it.Doc.Flag("blocked")) },
	}
}
