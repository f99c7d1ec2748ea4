package services

import (
	"context"
	"errors"
	"iter"
	"reflect"

	"github.com/tripware/tripware/transport/layer"
)

// errLoop is why a list ends whose pages lead to each other.
var errLoop = errors.New("paging link leads back to a page that was read already")

// Follow fetches the page that link leads to; route is that of the list, for logs and metrics.
// Use it for a link that was stored; [Result.Next] fetches the page after a result. A link to
// another origin is reduced to its path and query below the client's base URL. If it holds "."
// or "..", it is refused, and errors.Is matches [ErrArgument].
func Follow[T any](ctx context.Context, c *Client, route string, link Link) (*Result[T], error) {
	return run[T](ctx, c, operation{route: route, link: link, paged: true})
}

// Pages returns the pages of a list, from the one that in asks for to the last. Each page is a
// separate call and is fetched when the loop reaches it, so a break leaves nothing running. The
// first error ends the sequence. If a page leads back to one that was read already, errors.Is
// matches [ErrResponse].
func Pages[P any](ctx context.Context, c *Client, route string, in any) iter.Seq2[*Result[P], error] {
	ctx = layer.Detach(ctx) // a begun record is for one call
	return func(yield func(*Result[P], error) bool) {
		seen := map[Link]bool{}
		empty := 0
		page, err := Do[P](ctx, c, route, in, ByMethod)
		for err == nil {
			seen[selfOf(page.Meta)] = true
			next := page.Meta.Paging.Next
			if empty++; !c.traits.QueryLinks || !isEmpty(page.Value) {
				empty = 0
			}
			if !yield(page, nil) || next == "" || empty == maxEmpty {
				return
			}
			if seen[next] {
				err = failure(page.Meta, ErrResponse, errLoop)
				break
			}
			seen[next] = true
			page, err = Follow[P](ctx, c, route, next)
		}
		yield(nil, err)
	}
}

// selfOf returns the link that leads to a page itself.
func selfOf(m Metadata) Link {
	if m.more == nil || m.more.url == nil {
		return ""
	}
	return m.more.from.self(m.more.url)
}

// maxEmpty is after how many empty pages in a row a list ends, if its links always lead on:
// see [Traits].
const maxEmpty = 3

// isEmpty reports whether a page is a list without items.
func isEmpty(page any) bool {
	v := reflect.ValueOf(page)
	return v.Kind() == reflect.Slice && v.Len() == 0
}

// All returns the items of a list, page after page; see [Pages]. An error comes as the last
// pair, with the zero T. The sequence can be read again, which sends the requests again.
//
// A list that is paged by offsets moves when items are added or removed while it is read: if
// items disappear, those behind them move to pages that were read already and are passed over;
// if items are added, some may come twice. To act on the items of such a list, use [Each].
func All[T any](ctx context.Context, c *Client, route string, in any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range Pages[[]T](ctx, c, route, in) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Value {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}
