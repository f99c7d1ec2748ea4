package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"time"
)

// The server returns at most this many rows for one query, by offset.
const deepest = 20_000

var errTooMany = errors.New("more rows have the same time of creation than the server returns for one query (20,000)")

// windowed returns the rows that were created in a window, the oldest first, in pages. Each
// page is a query of its own, for rows from the time of the last one on: so the list may be
// longer than the server returns for one query, and rows that are deleted meanwhile do not
// shift others out of the pages. A row may be on two pages.
func (r *reader) windowed(ctx context.Context, res resource, since, until time.Time) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		offset := 0
		for {
			if offset >= deepest {
				yield(nil, errTooMany)
				return
			}
			query := res.query + "&sort=createdAt&order=asc&offset=" + strconv.Itoa(offset) + windowQuery(since, until)
			p, err := r.get(ctx, res.list, linkTo(res.list, nil, query))
			var rows []json.RawMessage
			if err == nil {
				rows, err = rowsIn(res, p.data)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(rows, nil) || p.next == "" || len(rows) == 0 {
				return
			}
			if last := createdAt(rows[len(rows)-1]); last.After(since) {
				since, offset = last, 0
			} else {
				offset += len(rows)
			}
		}
	}
}

// windowQuery returns the parameter that selects what was created in a window. A zero time is
// no bound.
func windowQuery(since, until time.Time) string {
	query := ""
	if !since.IsZero() {
		query = fmt.Sprintf("createdAt >= %d", since.UnixMilli())
	}
	if !until.IsZero() {
		if query != "" {
			query += " AND "
		}
		query += fmt.Sprintf("createdAt < %d", until.UnixMilli())
	}
	if query == "" {
		return ""
	}
	return "&query=" + url.QueryEscape(query)
}

// createdAt returns when a row was created, in whole milliseconds, or the zero time.
func createdAt(row json.RawMessage) time.Time {
	text := textOf(member(row, "createdAt"))
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.Truncate(time.Millisecond)
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}
