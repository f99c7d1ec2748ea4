// Typed calls an API of plain JSON with a typed client of about 70 lines, package books. A
// gateway of the server loses a response, and the server pages its list.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/examples/typed/books"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	server := library("k3y")
	defer server.Close()

	client, err := tripware.New(
		tripware.WithAuth(server.URL, auth.Bearer(redact.NewSecret("k3y"))),
		tripware.WithRetry(retry.WithBaseDelay(time.Millisecond)), // for the example; the default is 1s
	)
	if err != nil {
		panic(err)
	}
	c, err := books.New(client, server.URL)
	if err != nil {
		panic(err)
	}
	run(context.Background(), c)
}

func run(ctx context.Context, c *books.Client) {
	for _, title := range []string{"Prufrock", "The Waste Land", "Ash Wednesday"} {
		created, err := c.Create(ctx, books.CreateRequest{Title: title, Author: "Eliot"})
		if err != nil {
			panic(err)
		}
		fmt.Printf("created %s: %s, attempts: %d\n", created.Value.ID, created.Value.Title, created.Meta.Attempts)
	}
	for book, err := range c.All(ctx, books.ListRequest{Author: "Eliot", Limit: 2}) {
		if err != nil {
			panic(err)
		}
		fmt.Println("listed", book.ID)
	}

	_, err := c.Get(ctx, "9")
	fmt.Println(errors.Is(err, services.ErrNotFound), err)
	_, err = c.Create(ctx, books.CreateRequest{})
	fmt.Println(errors.Is(err, services.ErrArgument), err)
}
