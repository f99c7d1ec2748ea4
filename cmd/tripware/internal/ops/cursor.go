package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"strconv"

	"github.com/tripware/tripware/services"
)

// A cursorPage is a page that says in the response where the next one begins: by a cursor, or
// by the number of the next row.
type cursorPage struct {
	rows     rows
	cursor   string
	startKey json.Number
}

// UnmarshalJSON reads the forms of the incidents and the status pages of JSM Operations, whose
// rows are in a member whose name depends on the operation, perhaps in that of another object.
func (p *cursorPage) UnmarshalJSON(raw []byte) error {
	inner := raw
	var frame struct{ Connection, Values json.RawMessage }
	if len(raw) > 0 && raw[0] == '{' {
		if err := json.Unmarshal(raw, &frame); err != nil {
			return err
		}
		for _, nested := range []json.RawMessage{frame.Connection, frame.Values} {
			if len(nested) > 0 && nested[0] == '{' {
				inner = nested
			}
		}
	}
	var next struct {
		PageInfo struct {
			HasNextPage bool
			EndCursor   string
		}
		StartKey json.Number
	}
	for _, object := range [][]byte{raw, inner} {
		if object[0] == '{' {
			if err := json.Unmarshal(object, &next); err != nil {
				return err
			}
		}
	}
	if next.PageInfo.HasNextPage {
		p.cursor = next.PageInfo.EndCursor
	}
	p.startKey = next.StartKey
	return json.Unmarshal(inner, &p.rows)
}

// cursors yields the rows of a list, page after page.
func cursors(ctx context.Context, c *services.Client, o Operation, r Request) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		r.Query = maps.Clone(r.Query)
		if r.Query == nil {
			r.Query = map[string]string{}
		}
		for seen := map[string]bool{}; ; {
			page, err := readPage(ctx, c, o, r)
			if err != nil {
				yield(nil, err)
				return
			}
			name, position := page.next(o, r)
			if !yield(page.rows, nil) || position == "" {
				return
			}
			if seen[position] {
				yield(nil, fmt.Errorf("%s: %w: page %q leads to itself", o.Route(), services.ErrResponse, position))
				return
			}
			seen[position], r.Query[name] = true, position
		}
	}
}

// readPage sends the request for a page.
func readPage(ctx context.Context, c *services.Client, o Operation, r Request) (page cursorPage, err error) {
	got, err := do(ctx, c, o, r)
	if err != nil || len(got.Raw()) == 0 {
		return page, err
	}
	if err := json.Unmarshal(got.Raw(), &page); err != nil {
		return page, fmt.Errorf("%s: %w: %w", o.Route(), services.ErrResponse, err)
	}
	return page, nil
}

// next returns the parameter that asks for the next page, and its value; empty if there is
// none. Where the documents name no parameter for the cursor, it is that of most lists: a
// server that ignores it returns the same page, which is an error.
func (p *cursorPage) next(o Operation, r Request) (name, position string) {
	if _, known := o.Param(InQuery, "startKey"); known {
		before, _ := strconv.ParseInt(r.Query["startKey"], 10, 64) // 0 before the first page
		if after, err := p.startKey.Int64(); err == nil && after > before && len(p.rows) > 0 {
			return "startKey", p.startKey.String()
		}
		return "", ""
	}
	if _, known := o.Param(InQuery, "cursor"); known {
		return "cursor", p.cursor
	}
	return "after", p.cursor
}
