package bench

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
)

// pageItems is how many alerts a page holds.
const pageItems = 2

// growPages reads a list through its pages.
func growPages(ctx context.Context, e Effort, _ Bubble) (Curve, error) {
	c := Curve{
		Title: "pages of a list", Unit: "item", Columns: []string{"allocs", "B", "heap KiB at the end"},
		Note: "Alerts.All over pages of two alerts. The heap holds the links of the pages that were read, so that pages " +
			"that lead to each other end the list.",
	}
	for _, n := range e.PageSet {
		p, err := listed(ctx, n)
		if err != nil {
			return c, err
		}
		c.Points = append(c.Points, p)
	}
	return c, nil
}

// listed reads a list of n pages a few times for its time, once for its
// allocations, and once for what it holds when the last item comes.
func listed(ctx context.Context, n int) (Point, error) {
	api, err := opsgenie.New(apiKey, opsgenie.WithBase(pages(n)))
	if err != nil {
		return Point{}, err
	}
	items := n * pageItems
	list := func(ctx context.Context, last func()) error {
		seen := 0
		for _, err := range api.Alerts.All(ctx, alert.ListRequest{}) {
			if err != nil {
				return err
			}
			if seen++; seen == items {
				last()
			}
		}
		if seen != items {
			return fmt.Errorf("%d items in %d pages", seen, n)
		}
		return nil
	}
	whole := Runner{Name: "pages", Run: func(ctx context.Context, times int) error {
		for range times {
			if err := list(ctx, func() {}); err != nil {
				return err
			}
		}
		return nil
	}}
	var least time.Duration
	for range 3 {
		took, err := lap(ctx, Processor(), whole, 1)
		if err != nil {
			return Point{}, err
		}
		least = min(cmp.Or(least, took), took)
	}
	cost, err := pass(ctx, 1, whole, 1)
	before, held := live(), 0.0
	if err := firstOf(err, list(ctx, func() { held = max(0, float64(live())-float64(before)) })); err != nil {
		return Point{}, err
	}
	per := float64(items)
	return Point{Size: n, Took: least / time.Duration(items), Values: []float64{cost.Allocs / per, cost.Bytes / per, held / 1024}}, nil
}

// pages answers with n pages of a list.
func pages(n int) http.RoundTripper {
	item := strings.TrimPrefix(alertDocument, `{"data":`)
	item = item[:strings.LastIndex(item, `,"took"`)]
	return tripper(func(req *http.Request) (*http.Response, error) {
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		next := ""
		if page := offset/pageItems + 1; page < n {
			next = fmt.Sprintf(`"next":"https://api.opsgenie.com/v2/alerts?offset=%d"`, page*pageItems)
		}
		body := `{"data":[` + item + `,` + item + `],"paging":{` + next + `},"took":0.1,"requestId":"r"}`
		return answer(req, http.StatusOK, opsgenieHeader(), body), nil
	})
}
