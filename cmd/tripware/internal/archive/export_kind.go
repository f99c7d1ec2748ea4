package archive

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"sync"
	"time"

	"github.com/tripware/tripware/services/opsgenie/logs"
)

// A listed is a row of a list.
type listed struct {
	id    string
	raw   json.RawMessage
	query string // that get needs too, such as the team of a policy
}

// kind exports the rows of one kind, and returns the lists that could not be read.
func (x *exporter) kind(ctx context.Context, res resource, line *Line) (lost []Missing, err error) {
	work := make(chan listed)
	var wg sync.WaitGroup
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	for range max(1, x.Parallel) {
		wg.Go(func() {
			for row := range work {
				if err := x.row(ctx, res, row, line); err != nil {
					stop(err)
				}
			}
		})
	}
	seen := map[string]bool{}
	for row, err := range x.list(ctx, res) {
		switch {
		case err != nil:
			m, goesOn := missingOf(err)
			if !goesOn {
				stop(err)
			}
			m.Kind, m.Part = res.name, "list"
			lost = append(lost, m)
		case !seen[row.id]:
			seen[row.id] = true
			x.hand(ctx, work, res, row, line)
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(work)
	wg.Wait()
	return lost, context.Cause(ctx)
}

// hand hands a row to those who read it, unless it is complete already.
func (x *exporter) hand(ctx context.Context, work chan<- listed, res resource, row listed, line *Line) {
	line.Expect(1)
	if x.journal.has(res.name, row.id) {
		line.Add(Kept)
		return
	}
	select {
	case work <- row:
	case <-ctx.Done():
	}
}

// list returns the rows of a kind. An error that concerns one of several lists is followed by
// the rows of the next one.
func (x *exporter) list(ctx context.Context, res resource) iter.Seq2[listed, error] {
	switch {
	case res.list == "":
		return x.postmortems()
	case res.single:
		return func(yield func(listed, error) bool) {
			data, err := x.read.one(ctx, res.list, nil, res.query)
			yield(listed{res.idOf(data), data, ""}, err)
		}
	case res.perTeam:
		return x.listByTeam(ctx, res)
	case res.pages == byTime:
		return each(res, x.read.windowed(ctx, res, x.Since, x.Until), "")
	case res.pages == byMarker:
		return each(res, x.logFiles(ctx, res), "")
	}
	return each(res, x.read.pages(ctx, res, nil, res.query), "")
}

// each returns the rows of pages. A row without an id is known by its text.
func each(res resource, pages iter.Seq2[[]json.RawMessage, error], query string) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(listed{}, err)
				return
			}
			for _, row := range page {
				if !yield(listed{keyOf(res, row), row, query}, nil) {
					return
				}
			}
		}
	}
}

// listByTeam returns the rows of the lists of all teams and, if there is one, of the account.
func (x *exporter) listByTeam(ctx context.Context, res resource) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		var queries []string
		if res.account {
			queries = append(queries, "")
		}
		all, _ := kindNamed(teams)
		for team, err := range x.read.rows(ctx, all, nil, all.query) {
			if err != nil && !yield(listed{}, err) {
				return
			}
			if err == nil {
				queries = append(queries, "teamId="+url.QueryEscape(all.idOf(team)))
			}
		}
		for _, query := range queries {
			for row, err := range each(res, x.read.pages(ctx, res, nil, query), query) {
				if !yield(row, err) {
					return
				}
			}
		}
	}
}

// logFiles returns pages of the audit log's files. The marker of a page is a part of the path.
func (x *exporter) logFiles(ctx context.Context, res resource) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		since := x.Since
		if since.IsZero() {
			since = time.Date(2012, time.January, 1, 0, 0, 0, 0, time.UTC) // before the first account
		}
		marker, seen := logs.MarkerAt(since), map[string]bool{}
		for !seen[marker] && marker != "" {
			seen[marker] = true
			p, err := x.read.get(ctx, res.list, linkTo(res.list, []string{marker}, ""))
			var rows []json.RawMessage
			if err == nil {
				rows, err = rowsIn(res, p.data)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(rows) == 0 || !yield(rows, nil) {
				return
			}
			marker = p.marker
		}
	}
}

// postmortems returns those that the options name.
func (x *exporter) postmortems() iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for _, id := range x.Postmortems {
			if !yield(listed{id: id}, nil) {
				return
			}
		}
	}
}

// row exports one row with its parts.
func (x *exporter) row(ctx context.Context, res resource, from listed, line *Line) error {
	n := &noder{exporter: x, row: Row{Kind: res.name, ID: from.id, Name: res.titleOf(from.raw)}}
	node, err := n.node(ctx, res, place{ids: []string{from.id}, query: from.query}, from.raw)
	if err != nil {
		return err
	}
	n.row.Node = node
	if n.row.Name == "" {
		n.row.Name = res.titleOf(node.Value())
	}
	for i := range n.row.Missing {
		n.row.Missing[i].Name = n.row.Name
	}
	if err := x.save(n.row, n.files); err != nil {
		return err
	}
	word := Saved
	if len(n.row.Missing) > 0 {
		word = Partly
	}
	line.Add(word)
	return nil
}

// save writes the file of a row, and queues the row for the journal.
func (x *exporter) save(row Row, files []Stored) error {
	content, err := row.encode()
	if err != nil {
		return err
	}
	stored, err := x.folder.write(rowFile(row.Kind, row.ID), writing(content))
	if err != nil {
		return err
	}
	x.tally.add(stored.Bytes, files)
	x.journal.add(Entry{
		Kind: row.Kind, ID: row.ID, Name: row.Name, Stored: stored, Parts: row.counts(), Files: files, Missing: row.Missing,
	})
	return nil
}
