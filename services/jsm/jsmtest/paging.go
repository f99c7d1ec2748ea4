package jsmtest

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// link returns the URL of another page of the request's list: its query with other
// parameters, given as alternating names and values, which come first.
func (w *world) link(c *call, params ...string) string {
	var query []string
	rest := maps.Clone(c.Query)
	for pair := range slices.Chunk(params, 2) {
		query = append(query, pair[0]+"="+url.QueryEscape(pair[1]))
		rest.Del(pair[0])
	}
	if len(rest) > 0 {
		query = append(query, rest.Encode())
	}
	path, _ := inside(c.Arrived)
	switch {
	case w.cfg.varies(AbsoluteLinks):
		path = "http://" + c.Host + c.Arrived
	case w.cfg.varies(UnversionedLinks):
		path = strings.TrimPrefix(path, "/v1")
	}
	return path + "?" + strings.Join(query, "&")
}

// A page is a part of a list as responses have it.
type page struct {
	Values any `json:"values"`
	Count  int `json:"count,omitzero"` // of the values here; only for alerts
	Links  struct {
		Next *string `json:"next"` // nil on the last page
	} `json:"links"`
	Expands []string `json:"_expands,omitzero"`
}

// byOffset returns the page of a list that offset and size select, and the list's part in
// it.
func byOffset[E any](w *world, c *call, all []E, size, most int) ([]E, *page, error) {
	p := problems{}
	offset := c.Number(p, "offset", 0, 0, 1<<31-1)
	size = c.Number(p, "size", size, 1, most)
	if err := p.Err(); err != nil {
		return nil, nil, err
	}
	out := &page{}
	if offset+size < len(all) {
		out.Links.Next = new(w.link(c, "offset", strconv.Itoa(offset+size), "size", strconv.Itoa(size)))
	}
	from := min(offset, len(all))
	return all[from:min(from+size, len(all))], out, nil
}

// byCursor returns the page of a list that follows the item whose cursor is the parameter
// after. The oldest item comes first.
func byCursor[E any](w *world, c *call, all []E, cursor func(E) string) ([]E, *page, error) {
	p := problems{}
	size := c.Number(p, "size", 20, 1, 100)
	from := 0
	if after := c.Query.Get("after"); after != "" {
		from = 1 + slices.IndexFunc(all, func(e E) bool { return cursor(e) == after })
		p.Add(from == 0, "after", "There is no item at this position.")
	}
	if err := p.Err(); err != nil {
		return nil, nil, err
	}
	out, to := &page{}, min(from+size, len(all))
	if to < len(all) {
		out.Links.Next = new(w.link(c, "after", cursor(all[to-1]), "size", strconv.Itoa(size)))
	}
	return all[from:to], out, nil
}
