package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
)

// A reader reads from an account. It bounds the requests under way for each rate-limit
// domain, so that a domain whose limit is low does not hold up the others. The limiter of the
// client's chain decides when a request is sent.
type reader struct {
	client   *opsgenie.Client
	parallel int

	mu    sync.Mutex
	slots map[string]chan struct{} // by domain
}

func newReader(client *opsgenie.Client, parallel int) *reader {
	return &reader{client: client, parallel: max(1, parallel), slots: map[string]chan struct{}{}}
}

// enter waits for a slot of the domain of a path, and returns the function that frees it.
func (r *reader) enter(ctx context.Context, path string) (leave func(), err error) {
	domain := opsgenie.Domain(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
	r.mu.Lock()
	slots := r.slots[domain]
	if slots == nil {
		slots = make(chan struct{}, r.parallel)
		r.slots[domain] = slots
	}
	r.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fill returns the path of a route with its wildcards filled. A segment that is . or .. would
// lead to another route; the client refuses it before anything is sent.
func fill(route string, ids []string) string {
	_, path, _ := strings.Cut(route, " ")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if rest, wild := strings.CutPrefix(s, "{"); wild && len(ids) > 0 {
			_, ending, _ := strings.Cut(rest, "}")
			segments[i], ids = url.PathEscape(ids[0])+ending, ids[1:]
		}
	}
	return strings.Join(segments, "/")
}

// A page is the data of a response, and where the next page of a list is.
type page struct {
	data   json.RawMessage
	next   services.Link
	marker string
}

// patience is how many calls are made for a page as long as the server throttles, each with the
// retries of the client.
const patience = 5

// get reads one page. A response that broke off is repeated by the chain of the client.
func (r *reader) get(ctx context.Context, route string, link services.Link) (page, error) {
	path, _, _ := strings.Cut(string(link), "?")
	leave, err := r.enter(ctx, path)
	if err != nil {
		return page{}, err
	}
	defer leave()
	var got *services.Result[json.RawMessage]
	for range patience {
		got, err = services.Follow[json.RawMessage](ctx, r.client.Core(), route, link)
		if !errors.Is(err, services.ErrThrottled) {
			break
		}
	}
	if err != nil {
		return page{}, err
	}
	raw := got.Raw()
	if raw == nil {
		raw = got.Value
	}
	return page{raw, got.Meta.Paging.Next, got.Meta.Marker}, nil
}

// linkTo returns the link to a route with its wildcards and its query filled.
func linkTo(route string, ids []string, query string) services.Link {
	link := fill(route, ids)
	if query != "" {
		link += "?" + query
	}
	return services.Link(link)
}

// one reads one object.
func (r *reader) one(ctx context.Context, route string, ids []string, query string) (json.RawMessage, error) {
	p, err := r.get(ctx, route, linkTo(route, ids, query))
	return p.data, err
}

// errLoop ends a list whose pages lead to each other.
var errLoop = errors.New("a page of the list leads back to one that was read already")

// rows returns the rows of a list, page after page, each row once. An error is the last pair.
func (r *reader) rows(ctx context.Context, res resource, ids []string, query string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		seen := map[string]bool{}
		for page, err := range r.pages(ctx, res, ids, query) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range page {
				if key := keyOf(res, row); !seen[key] {
					seen[key] = true
					if !yield(row, nil) {
						return
					}
				}
			}
		}
	}
}

// keyOf returns what makes two rows of a list the same row: the id or, without one, the text.
func keyOf(res resource, row json.RawMessage) string {
	if id := res.idOf(row); id != "" {
		return id
	}
	return string(row)
}

// pages returns the rows of each page of a list that has links, offsets or ids of last rows.
func (r *reader) pages(ctx context.Context, res resource, ids []string, query string) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		link, seen := linkTo(res.list, ids, query), map[services.Link]bool{}
		for link != "" {
			if seen[link] {
				yield(nil, errLoop)
				return
			}
			seen[link] = true
			p, err := r.get(ctx, res.list, link)
			if err != nil {
				yield(nil, err)
				return
			}
			rows, err := rowsIn(res, p.data)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(rows, nil) {
				return
			}
			link = nextLink(res, ids, query, p, rows)
		}
	}
}

// nextLink returns the link to the page after p, or an empty one after the last.
func nextLink(res resource, ids []string, query string, p page, rows []json.RawMessage) services.Link {
	offset := ""
	switch res.pages {
	case byOffset:
		offset = textOf(member(p.data, "offset"))
	case byLast:
		if len(rows) > 0 {
			offset = res.idOf(rows[len(rows)-1])
		}
	case byLink, byTime, byMarker:
		return p.next
	}
	if offset == "" || len(rows) == 0 {
		return ""
	}
	return linkTo(res.list, ids, query+"&offset="+url.QueryEscape(offset))
}

// rowsIn splits the data of a page into rows, whose bytes stay as they came.
func rowsIn(res resource, data json.RawMessage) (rows []json.RawMessage, err error) {
	if res.rows != "" {
		data = member(data, res.rows)
	}
	if len(data) == 0 || string(data) == "null" {
		return nil, nil
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("archive: the data is not the list that it should be: %w", err)
	}
	return rows, nil
}

// member returns a member of an object as it came, or nil.
func member(object json.RawMessage, name string) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return nil
	}
	return members[name]
}

// textOf returns the text of a string, or a number as it is written; else an empty text.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

// idOf returns the id of a row, or an empty text if it has none.
func (r resource) idOf(row json.RawMessage) string {
	switch r.id {
	case noID:
		return ""
	case "":
		return textOf(member(row, "id"))
	}
	return textOf(member(row, r.id))
}

// titleOf returns what people know a row by: its name, or a member like it.
func (r resource) titleOf(row json.RawMessage) string {
	if r.title != "" {
		return textOf(member(row, r.title))
	}
	return textOf(member(row, "name"))
}
