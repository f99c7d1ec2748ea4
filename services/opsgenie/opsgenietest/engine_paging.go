package opsgenietest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// A paging contains absolute links to other pages of a list.
// See https://docs.opsgenie.com/docs/pagination.
type paging struct {
	Next  string `json:"next,omitzero"`
	Prev  string `json:"prev,omitzero"`
	First string `json:"first,omitzero"`
	Last  string `json:"last,omitzero"`
}

// headers also sets the links as headers. p may be nil.
func (p *paging) headers(h http.Header) {
	if p == nil {
		return
	}
	for name, link := range map[string]string{"Next": p.Next, "Prev": p.Prev, "First": p.First, "Last": p.Last} {
		if link != "" {
			h.Set("X-Paging-"+name, link)
		}
	}
}

const (
	defaultLimit = 20
	maxLimit     = 100
)

// link returns the URL of the request with other parameters, given as alternating names
// and values. It omits parameters without a value.
func (w *world) link(c *call, params ...string) string {
	base := w.linkBase
	if base == "" {
		base = "http://" + c.Host
	}
	var query []string
	for pair := range slices.Chunk(params, 2) {
		if pair[1] != "" {
			query = append(query, pair[0]+"="+url.QueryEscape(pair[1]))
		}
	}
	return base + c.Arrived + "?" + strings.Join(query, "&")
}

// byNumber returns the page of a list that offset and limit select. params are repeated
// in the links.
func byNumber[E any](w *world, c *call, all []E, params ...string) ([]E, *paging, error) {
	return inPagesOf(w, c, defaultLimit, all, params...)
}

// inPagesOf is byNumber with another default limit.
func inPagesOf[E any](w *world, c *call, size int, all []E, params ...string) ([]E, *paging, error) {
	p := problems{}
	offset := c.Number(p, "offset", 0, 0, 1<<31-1)
	limit := c.Number(p, "limit", size, 1, maxLimit)
	if err := p.Err(); err != nil {
		return nil, nil, err
	}
	at := func(n int) string { return w.link(c, append(slices.Clip(params), "offset", strconv.Itoa(n))...) }
	for i := 0; i < len(params); i += 2 {
		if params[i] == "limit" {
			params[i+1] = strconv.Itoa(limit)
		}
	}
	links := &paging{First: at(0), Last: at(max(0, (len(all)-1)/limit*limit))}
	if offset+limit < len(all) {
		links.Next = at(offset + limit)
	}
	if offset > 0 {
		links.Prev = at(max(0, offset-limit))
	}
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))], links, nil
}

// byCursor returns the page of a list, whose oldest item is first in all, that follows
// (direction next) or precedes (prev) the item whose cursor is the offset, in the
// requested order.
func byCursor[E any](w *world, c *call, all []E, cursor func(E) string, identifierType string) ([]E, *paging, error) {
	p := problems{}
	limit := c.Number(p, "limit", defaultLimit, 1, maxLimit)
	order, err := c.Choice("order", "desc", "asc")
	p.Add(err != nil, "order", "Must be one of desc, asc.")
	direction, err := c.Choice("direction", "next", "prev")
	p.Add(err != nil, "direction", "Must be one of next, prev.")
	all = append([]E{}, all...) // not nil, so that an empty list is [] in JSON
	if order == "desc" {
		slices.Reverse(all)
	}
	from, to := 0, len(all)
	if offset := c.Query.Get("offset"); offset != "" {
		i := slices.IndexFunc(all, func(e E) bool { return cursor(e) == offset })
		p.Add(i < 0, "offset", "There is no item at this offset.")
		if direction == "next" {
			from = i + 1
		} else {
			to = max(i, 0)
		}
	}
	if err := p.Err(); err != nil {
		return nil, nil, err
	}
	if direction == "next" {
		to = min(from+limit, len(all))
	} else {
		from = max(0, to-limit)
	}
	params := []string{"identifierType", identifierType, "limit", strconv.Itoa(limit), "order", order}
	links := &paging{First: w.link(c, params...)}
	if to < len(all) && to > from {
		links.Next = w.link(c, append(slices.Clip(params), "direction", "next", "offset", cursor(all[to-1]))...)
	}
	if from > 0 && to > from {
		links.Prev = w.link(c, append(slices.Clip(params), "direction", "prev", "offset", cursor(all[from]))...)
	}
	return all[from:to], links, nil
}

// queried returns the rows that match a query, or 422.
func queried[E any](rows []E, query string, fields map[string]func(E) []string) ([]E, error) {
	out, err := sim.Filter(rows, query, fields)
	if err != nil {
		return nil, problems{"query": "Can not be understood: " + err.Error() + "."}.Err()
	}
	return out, nil
}
