package bench

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/transport"
)

const (
	titleLayers  = "Layers of a chain"
	titleHeaders = "Headers of a request"
	titleKeys    = "Keys of a limiter"
	titlePages   = "Pages of a list"

	colBare = "× bare"
)

// chainLength asks what each layer costs.
func chainLength() question {
	return question{
		title:   titleLayers,
		text:    "Layers of a user that pass the request on. The first brings the chain with its record of the call.",
		columns: []column{{colBare, ratio}, {"allocs", beyond}, {"B", beyond}},
		measure: func(ctx context.Context, l lab) ([]row, error) {
			passing := func(next http.RoundTripper) http.RoundTripper { return tripper(next.RoundTrip) }
			var runners []runner
			for _, n := range l.sizes(1, 2, 4, 8, 12) {
				layers := make([]transport.Middleware, n)
				for i := range layers {
					layers[i] = passing
				}
				runners = append(runners, repeat(plain(float64(n)), above(transport.Chain(instant(), layers...)).gets()))
			}
			return grown(ctx, l, repeat(nameBare, above(instant()).gets()), runners)
		},
	}
}

// grown compares runners of all sizes with one reference: time, allocations, bytes.
func grown(ctx context.Context, l lab, reference runner, runners []runner) ([]row, error) {
	own, err := count(ctx, l.counted(), reference)
	if err != nil {
		return nil, err
	}
	found, err := race(ctx, l.serial(5000, time.Duration(len(runners))*1500*time.Millisecond), reference, runners)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, r := range runners {
		took, err := count(ctx, l.counted(), r)
		if err != nil {
			return nil, err
		}
		more := took.minus(own)
		rows = append(rows, row{name: r.name, values: []value{found.ratios[r.name], exact(more.allocs), exact(more.bytes)}})
	}
	return rows, nil
}

// headerCount asks how the full chain grows with the headers of the request.
func headerCount() question {
	return question{
		title: titleHeaders,
		text: "Requests with more and more headers, through the full chain, relative to a bare client with the same request. " +
			"Making it is not counted.",
		columns: []column{{colBare, ratio}, {"allocs", beyond}, {"B", beyond}},
		measure: func(ctx context.Context, l lab) ([]row, error) {
			own, err := newChain(instant(), noWaits(), tripware.WithLogger(silent()))
			if err != nil {
				return nil, err
			}
			var rows []row
			for _, n := range l.sizes(1, 4, 16, 64) {
				bare := sameRequest(nameBare, &http.Client{Transport: instant()}, n)
				part, err := grown(ctx, l, bare, []runner{sameRequest(plain(float64(n)), own, n)})
				if err != nil {
					return nil, err
				}
				rows = append(rows, part...)
			}
			return rows, nil
		},
	}
}

// sameRequest sends one request over and over, with n headers.
func sameRequest(name string, c *http.Client, n int) runner {
	return runner{name, func(ctx context.Context, calls int) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, memoryURL, http.NoBody)
		if err != nil {
			return err
		}
		for i := range n {
			req.Header["X-Header-"+strconv.Itoa(i)] = []string{"value"}
		}
		for range calls {
			if err := ok(finish(c.Do(req))); err != nil {
				return err
			}
		}
		return nil
	}}
}

// limiterKeys asks what a limiter costs that paces many keys.
func limiterKeys() question {
	return question{
		title: titleKeys,
		text: "A limiter alone, with a rate, whose keys take turns; time is relative to one key. *Keys left* are those that it " +
			"still stores after eleven idle minutes and as many calls with a single key.",
		columns: []column{{"× one key", ratio}, {"heap", memory}, {"B a key", number}, {"keys left", number}},
		measure: func(ctx context.Context, l lab) ([]row, error) {
			one := keyed("one", manyKeys(), 1)
			var rows []row
			for _, n := range l.sizes(1, 100, 10_000, 100_000) {
				before := live()
				limiter := manyKeys()
				r := keyed(plain(float64(n)), limiter, n)
				if err := r.run(ctx, n); err != nil {
					return nil, err
				}
				heap := max(0, live()-before)
				found, err := race(ctx, l.serial(5000, time.Second), one, []runner{r})
				if err != nil {
					return nil, err
				}
				if limiter.Len() != n {
					return nil, fmt.Errorf("%d keys instead of %d", limiter.Len(), n)
				}
				left, err := keysLeft(l, n)
				if err != nil {
					return nil, err
				}
				values := append([]value{found.ratios[r.name]}, exactly(heap, heap/float64(n), float64(left))...)
				rows = append(rows, row{name: r.name, values: values})
			}
			return rows, nil
		},
	}
}

// manyKeys returns a limiter by path, whose rate delays nothing.
func manyKeys() *ratelimit.Limiter {
	const rate, burst = 1e9, 1e9
	return ratelimit.NewLimiter(
		ratelimit.WithKey(func(req *http.Request) string { return req.URL.Path }),
		ratelimit.WithRate(rate, burst),
	)
}

// keyed sends requests with n keys in turn, and goes on where its last chunk ended.
func keyed(name string, limiter *ratelimit.Limiter, n int) runner {
	rt := ratelimit.New(limiter)(instant())
	urls := make([]*url.URL, n)
	for i := range urls {
		urls[i] = &url.URL{Scheme: "https", Host: "api.example.com", Path: "/" + strconv.Itoa(i)}
	}
	next := 0
	return repeat(name, func(ctx context.Context) error {
		req := (&http.Request{Method: http.MethodGet, Header: http.Header{}, URL: urls[next%n]}).WithContext(ctx)
		next++
		return ok(finish(rt.RoundTrip(req)))
	})
}

// keysLeft returns how many keys are left of n that were not used for a while.
func keysLeft(l lab, n int) (left int, err error) {
	l.bubble(func(ctx context.Context) {
		const long = 11 * time.Minute
		limiter := manyKeys()
		err = firstOf(keyed("many", limiter, n).run(ctx, n), pause(ctx, long), keyed("one", limiter, 1).run(ctx, n))
		left = limiter.Len()
	})
	return left, err
}

// listPages asks what an item costs of a list with many pages.
func listPages() question {
	return question{
		title: titlePages,
		text: "`Alerts.All` over pages of two alerts, per item. The heap holds the links of the pages that were read, so that a " +
			"list ends whose pages lead to each other.",
		columns: []column{{"ns", number}, {"allocs", number}, {"B", number}, {"heap at the end", memory}},
		measure: func(ctx context.Context, l lab) ([]row, error) {
			var rows []row
			for _, pages := range l.sizes(1, 10, 100, 1000, 3000) {
				values, err := listed(ctx, l, pages)
				if err != nil {
					return nil, err
				}
				rows = append(rows, row{name: plain(float64(pages)), values: values})
			}
			return rows, nil
		},
	}
}

// listed reads a list of so many pages: for its time, for what it allocates, and
// for what it holds when the last item comes.
func listed(ctx context.Context, l lab, pages int) ([]value, error) {
	items, held := 2*pages, 0.0
	own, err := opsgenie.New(apiKey, opsgenie.WithBase(pagesOf(pages)))
	if err != nil {
		return nil, err
	}
	read := func(last func()) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			seen := 0
			for _, err := range own.Alerts.All(ctx, alert.ListRequest{}) {
				if err != nil {
					return err
				}
				if seen++; seen == items {
					last()
				}
			}
			if seen != items {
				return fmt.Errorf("bench: %d items instead of %d", seen, items)
			}
			return nil
		}
	}
	list, per := repeat(titlePages, read(func() {})), float64(items)
	p := l.serial(max(1, 2000/items), time.Second)
	found, errTime := race(ctx, p, list, []runner{list})
	took, errCost := countOnce(ctx, 1, list)
	before := live()
	err = read(func() { held = max(0, live()-before) })(ctx)
	return exactly(math.Round(found.reference.mid/per), took.allocs/per, took.bytes/per, held), firstOf(errTime, errCost, err)
}

// pagesOf responds with n pages of two alerts each.
func pagesOf(n int) http.RoundTripper {
	item := strings.TrimPrefix(alertDocument, `{"data":`)
	item = item[:strings.LastIndex(item, `,"took"`)]
	return tripper(func(req *http.Request) (*http.Response, error) {
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		next := ""
		if page := offset/2 + 1; page < n {
			next = fmt.Sprintf(`"next":"https://api.opsgenie.com/v2/alerts?offset=%d"`, 2*page)
		}
		text := `{"data":[` + item + `,` + item + `],"paging":{` + next + `},"took":0.1,"requestId":"r"}`
		return respond(req, http.StatusOK, opsgenieHeader(), text), nil
	})
}
