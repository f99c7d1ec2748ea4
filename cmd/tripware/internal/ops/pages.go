package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"strings"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/services"
)

// rows are the items of a page, which some lists have in a member of an object.
type rows []json.RawMessage

// UnmarshalJSON reads an array, or the array among the members of an object. An object that
// has none, or several, is the only row.
func (r *rows) UnmarshalJSON(raw []byte) error {
	if len(raw) == 0 || raw[0] != '{' {
		return json.Unmarshal(raw, (*[]json.RawMessage)(r))
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	var lists []json.RawMessage
	for _, member := range object {
		if len(member) > 0 && member[0] == '[' {
			lists = append(lists, member)
		}
	}
	if len(lists) == 1 {
		return json.Unmarshal(lists[0], (*[]json.RawMessage)(r))
	}
	*r = rows{append(json.RawMessage(nil), raw...)}
	return nil
}

// pages yields the rows of a list, page after page. Most lists have links to the next page.
// Some have an offset, a marker or a cursor instead, with which they are asked for again.
func pages(ctx context.Context, c *services.Client, o Operation, r Request) iter.Seq2[[]json.RawMessage, error] {
	if o.Domain == cli.Incidents || o.Domain == cli.StatusPages {
		return cursors(ctx, c, o, r)
	}
	return linked(ctx, c, o, r)
}

func linked(ctx context.Context, c *services.Client, o Operation, r Request) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		seen := map[string]bool{}
		for {
			in, err := r.input()
			if err != nil {
				yield(nil, err)
				return
			}
			var last *services.Result[rows]
			for page, err := range services.Pages[rows](ctx, c, o.Route(), in) {
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(page.Value, nil) {
					return
				}
				last = page
			}
			again, position := continued(o, r, last)
			switch {
			case position == "":
				return
			case seen[position]:
				yield(nil, fmt.Errorf("%s: %w: page %q leads to itself", o.Route(), services.ErrResponse, position))
				return
			}
			seen[position], r = true, again
		}
	}
}

// continued returns the request for what follows the last page of a list without links, and
// the position of that; empty if nothing follows.
func continued(o Operation, r Request, last *services.Result[rows]) (Request, string) {
	if last == nil || len(last.Value) == 0 {
		return r, ""
	}
	if last.Meta.Marker != "" && strings.Contains(o.Path, "{marker}") {
		r.Path = maps.Clone(r.Path)
		r.Path["marker"] = last.Meta.Marker
		return r, last.Meta.Marker
	}
	var page struct{ Offset, NextOffset json.RawMessage }
	if _, ok := o.Param(InQuery, "offset"); !ok || json.Unmarshal(last.Raw(), &page) != nil {
		return r, ""
	}
	position := string(page.Offset)
	if len(page.NextOffset) > 0 {
		position = string(page.NextOffset)
	}
	if position = strings.Trim(position, `"`); position == "" || position == "null" {
		return r, ""
	}
	r.Query = maps.Clone(r.Query)
	if r.Query == nil {
		r.Query = map[string]string{}
	}
	r.Query["offset"] = position
	return r, position
}

// items yields the rows of a list one by one.
func items(ctx context.Context, c *services.Client, o Operation, r Request) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for page, err := range pages(ctx, c, o, r) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}
