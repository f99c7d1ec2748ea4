package opsgenietest

import (
	"maps"
	"slices"
	"strconv"
)

func (k *kind) listUsers(w *world, c *call) (response, error) {
	keys := userSortKeys()
	key, err := c.choice("sort", append([]string{"username"}, slices.Sorted(maps.Keys(keys))...)...)
	if err != nil {
		return response{}, err
	}
	order, err := c.choice("order", "asc", "desc")
	if err != nil {
		return response{}, err
	}
	query := c.query.Get("query")
	found, err := queried(w.lists.of(k.path).items, query, userFields())
	if err != nil {
		return response{}, err
	}
	page, links, err := inPagesOf(w, c, maxLimit, ordered(found, order, keys[key]),
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
		return func(it *item) []string { return []string{it.doc.text(field)} }
	}
	truth := func(field string) func(*item) []string {
		return func(it *item) []string { return []string{strconv.FormatBool(it.doc.flag(field))} }
	}
	return map[string]func(*item) []string{
		"username": text("username"), "fullName": text("fullName"), "locale": text("locale"), "timeZone": text("timeZone"),
		"blocked": truth("blocked"), "verified": truth("verified"),
		"role": func(it *item) []string {
			role := it.doc.object("role")
			return []string{role.text("id"), role.text("name")}
		},
		"userAddress": func(it *item) []string {
			at := it.doc.object("userAddress")
			return []string{at.text("country"), at.text("state"), at.text("city"), at.text("line"), at.text("zipCode")}
		},
		"createdAt": func(it *item) []string { return []string{strconv.FormatInt(since(it).number, 10)} },
		"message":   func(it *item) []string { return []string{it.doc.text("username"), it.doc.text("fullName")} },
	}
}

func since(it *item) sortKey { return instant(it.doc.moment("createdAt")) }

// userSortKeys returns the fields by which the list can be sorted.
func userSortKeys() map[string]func(*item) sortKey {
	text := func(field string) func(*item) sortKey {
		return func(it *item) sortKey { return sortKey{text: it.doc.text(field)} }
	}
	return map[string]func(*item) sortKey{
		"username": text("username"), "fullName": text("fullName"),
		"createdAt": since, "insertedAt": since,
		"role":     func(it *item) sortKey { return sortKey{text: it.doc.object("role").text("name")} },
		"verified": func(it *item) sortKey { return flag(it.doc.flag("verified")) },
		"blocked":  func(it *item) sortKey { return flag(it.doc.flag("blocked")) },
	}
}
