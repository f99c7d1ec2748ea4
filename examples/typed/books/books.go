// Package books is a client for the API of a library.
package books

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"net/http"

	"github.com/tripware/tripware/services"
)

// A Client calls the API. It is safe for concurrent use.
type Client struct{ core *services.Client }

// New returns a client for the API at base. It sends requests with client.
func New(client *http.Client, base string) (*Client, error) {
	core, err := services.New(client, base, services.JSON{List: newPage})
	if err != nil {
		return nil, fmt.Errorf("books: %w", err)
	}
	return &Client{core}, nil
}

// A Book is a book of the library.
type Book struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Author string `json:"author"`
}

type ref struct {
	ID string `path:"id" check:"required"`
}

// Get returns a book.
func (c *Client) Get(ctx context.Context, id string) (*services.Result[Book], error) {
	return services.Do[Book](ctx, c.core, "GET /v1/books/{id}", ref{id}, services.ByMethod)
}

// A ListRequest selects books.
type ListRequest struct {
	Author string `query:"author"` // all authors if empty
	Limit  int    `query:"limit"`  // books on a page; the server's default if zero
}

// All returns the books that in selects, page after page.
func (c *Client) All(ctx context.Context, in ListRequest) iter.Seq2[Book, error] {
	return services.All[Book](ctx, c.core, "GET /v1/books", in)
}

// page is the envelope of a list: {"items":[…],"next":"…"}.
type page struct {
	Items any    `json:"items"`
	Next  string `json:"next"`
}

func newPage(items any) services.Envelope { return &page{Items: items} }

// Fill records where the next page is.
func (p *page) Fill(_ http.Header, m *services.Metadata) {
	m.Paging.Next = m.LinkWith("cursor", p.Next)
}

// A CreateRequest describes a new book.
type CreateRequest struct {
	Title  string `json:"title" check:"required"`
	Author string `json:"author,omitzero"`
	Key    string `header:"Idempotency-Key"` // a random one if empty
}

// Create adds a book. The key of the request makes it safe to retry.
func (c *Client) Create(ctx context.Context, in CreateRequest) (*services.Result[Book], error) {
	in.Key = cmp.Or(in.Key, rand.Text())
	return services.Do[Book](ctx, c.core, "POST /v1/books", in, services.SafeToRetry)
}
