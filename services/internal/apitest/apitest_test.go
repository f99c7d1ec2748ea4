package apitest_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
)

type codec struct{}

type envelope struct {
	Data   any             `json:"data"`
	Paging services.Paging `json:"paging"`
}

func (codec) Envelope(data any) services.Envelope                 { return &envelope{Data: data} }
func (e *envelope) Fill(_ http.Header, m *services.Metadata)      { m.Paging = e.Paging }
func (codec) Fault(_ *http.Response, b []byte, e *services.Error) { _ = json.Unmarshal(b, e) }

// books is a service with an operation of each kind.
type books struct{ client *services.Client }

type ref struct {
	ID string `path:"id"`
}

type rename struct {
	ref

	Title string `json:"title" check:"required"`
	Force bool   `query:"force"`
}

func (b *books) Get(ctx context.Context, in ref) (*services.Result[string], error) {
	return services.Do[string](ctx, b.client, "GET /v1/books/{id}", in, services.ByMethod)
}

func (b *books) Rename(ctx context.Context, in rename) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, b.client, "PUT /v1/books/{id}", in, services.SafeToRetry)
}

func (b *books) All(ctx context.Context) iter.Seq2[string, error] {
	return services.All[string](ctx, b.client, "GET /v1/books", nil)
}

// Broken fills nothing of its route, and has a field that goes nowhere.
func (b *books) Broken(ctx context.Context, loose bool) (*services.Result[string], error) {
	if loose {
		return services.Do[string](ctx, b.client, "GET /v1/books", struct{ Loose string }{}, services.ByMethod)
	}
	return services.Do[string](ctx, b.client, "GET /v1/books/{id}", nil, services.ByMethod)
}

// Resume is no operation: it takes no context.
func (b *books) Resume(string) {}

func open(rt http.RoundTripper) (*books, error) {
	client, err := services.New(&http.Client{Transport: rt}, "https://books.example", codec{})
	return &books{client}, err
}

func rows(t *testing.T) []apitest.Row[*books] {
	t.Helper()
	fixture := filepath.Join(t.TempDir(), "book.json")
	require.NoError(t, os.WriteFile(fixture, []byte(`{"data":"Emma"}`), 0o600))
	return []apitest.Row[*books]{
		{
			Name: "Get",
			Call: func(ctx context.Context, b *books) (any, error) {
				got, err := b.Get(ctx, ref{"a/b"})
				if err != nil {
					return nil, err
				}
				return got.Value, nil
			},
			Exchange: apitest.Exchange{Send: "GET /v1/books/a%2Fb", Fixture: fixture},
			Want:     "Emma",
		},
		{
			Name:     "Get/unknown",
			Call:     func(ctx context.Context, b *books) (any, error) { return b.Get(ctx, ref{"x"}) },
			Exchange: apitest.Exchange{Send: "GET /v1/books/x", Status: 404, Answer: `{"message":"no"}`},
			Err:      services.ErrNotFound,
		},
		{
			Name:     "Rename",
			Call:     func(ctx context.Context, b *books) (any, error) { return b.Rename(ctx, rename{ref{"x"}, "Emma", true}) },
			Exchange: apitest.Exchange{Send: "PUT /v1/books/x?force=true", Body: `{"title":"Emma"}`, Answer: `{}`},
			Repeat:   services.SafeToRetry,
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				assert.IsType(tb, &services.Result[services.None]{}, got)
			},
		},
		{
			Name: "Rename/refused",
			Call: func(ctx context.Context, b *books) (any, error) { return b.Rename(ctx, rename{}) },
			Err:  services.ErrArgument,
		},
		{
			Name:     "All",
			Call:     func(ctx context.Context, b *books) (any, error) { return apitest.Collect(b.All(ctx)) },
			Exchange: apitest.Exchange{Send: "GET /v1/books", Answer: `{"data":["a"],"paging":{"Next":"?o=1"}}`},
			Then:     []apitest.Exchange{{Send: "GET /v1/books?o=1", Answer: `{"data":["b"]}`}},
			Want:     []string{"a", "b"},
		},
		{
			Name: "Broken",
			Call: func(ctx context.Context, b *books) (any, error) { return b.Broken(ctx, false) },
			Err:  services.ErrArgument,
		},
	}
}

func TestRowsThatHoldPass(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, rows(t))
}

func TestAMethodWithoutARowIsNamed(t *testing.T) {
	t.Parallel()
	table := rows(t)
	require.NoError(t, apitest.Complete(table))
	err := apitest.Complete(table[2:4])
	require.EqualError(t, err, "apitest: *apitest_test.books: no row for All, Broken, Get")
	err = apitest.Complete(append(table, apitest.Row[*books]{Name: "Resume"}, apitest.Row[*books]{Name: "Lend/x"}))
	require.ErrorContains(t, err, `row "Resume": *apitest_test.books has no such operation`)
	require.ErrorContains(t, err, `row "Lend/x"`)
}

func TestARowThatDoesNotHoldFails(t *testing.T) {
	t.Parallel()
	call := func(ctx context.Context, b *books) (any, error) { return b.Rename(ctx, rename{ref{"x"}, "Emma", true}) }
	right := apitest.Exchange{Send: "PUT /v1/books/x?force=true", Body: `{"title":"Emma"}`, Answer: `{}`}
	change := func(f func(*apitest.Exchange)) apitest.Exchange { e := right; f(&e); return e }
	changed := func(f func(*apitest.Exchange)) apitest.Row[*books] {
		return apitest.Row[*books]{Call: call, Exchange: change(f), Repeat: services.SafeToRetry}
	}
	broken := func(loose bool) apitest.Row[*books] {
		return apitest.Row[*books]{Call: func(ctx context.Context, b *books) (any, error) { return b.Broken(ctx, loose) }}
	}
	for _, row := range []struct {
		want string
		row  apitest.Row[*books]
	}{
		{"has no call", apitest.Row[*books]{}},
		{"sent PUT /v1/books/x, not POST /v1/books/x", changed(func(e *apitest.Exchange) { e.Send = "POST /v1/books/x?force=true" })},
		{"sent PUT /v1/books/x, not PUT /v1/books/y", changed(func(e *apitest.Exchange) { e.Send = "PUT /v1/books/y?force=true" })},
		{`sent the query "force=true", not ""`, changed(func(e *apitest.Exchange) { e.Send = "PUT /v1/books/x" })},
		{`sent the body {"title":"Emma"}, not {"title":"Ema"}`, changed(func(e *apitest.Exchange) { e.Body = `{"title":"Ema"}` })},
		{"not none", changed(func(e *apitest.Exchange) { e.Body = "" })},
		{"inspected", changed(func(e *apitest.Exchange) {
			e.Inspect = func(*http.Request, []byte) error { return errors.New("inspected") }
		})},
		{"nothing was to be", apitest.Row[*books]{Call: call}},
		{"GET /more was not sent", apitest.Row[*books]{Call: call, Exchange: right, Then: []apitest.Exchange{{Send: "GET /more"}}}},
		{"the call failed", changed(func(e *apitest.Exchange) { e.Status = 500 })},
		{"error is none", apitest.Row[*books]{Call: call, Exchange: right, Err: services.ErrServer}},
		{"the call returned", apitest.Row[*books]{Call: call, Exchange: right, Want: 7}},
		{"PUT /v1/books/x is SafeToRetry, not ByMethod", apitest.Row[*books]{Call: call, Exchange: right}},
		{"is SafeToRetry, not RetryIfRefused", apitest.Row[*books]{Call: call, Exchange: right, Repeat: services.RetryIfRefused}},
		{"no such file", changed(func(e *apitest.Exchange) { e.Fixture = "no/such" })},
		{"id is in the route, but no field", broken(false)},
		{"Loose has no tag", broken(true)},
	} {
		_, err := apitest.Verify(t.Context(), open, row.row)
		require.ErrorContains(t, err, row.want)
	}
	_, err := apitest.Verify(t.Context(), open, apitest.Row[*books]{Call: call, Exchange: right, Repeat: services.SafeToRetry})
	require.NoError(t, err)
}
