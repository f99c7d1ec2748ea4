package services_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// plain is the codec of a vendor that wraps its data in {"data": …}. It reads errors as
// services.JSON does.
type plain struct{ services.JSON }

type wrapped struct {
	Data any `json:"data"`
}

func (plain) Envelope(data any) services.Envelope { return &wrapped{Data: data} }

func (*wrapped) Fill(http.Header, *services.Metadata) {}

// Book is what the API of the example keeps.
type Book struct {
	Title string `json:"title"`
}

// GetBook asks for one book.
type GetBook struct {
	Shelf string `path:"shelf"`
	ID    string `path:"id"`
	Lang  string `query:"lang"`
}

// GetOne asks for a book by its id alone.
type GetOne struct {
	ID string `path:"id"`
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL)
		body := `{"data":{"title":"The Waste Land"}}`
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://books.example/api", plain{})
	if err != nil {
		panic(err)
	}
	in := GetBook{Shelf: "T/S", ID: "42", Lang: "en"}
	book, err := services.Do[Book](context.Background(), client, "GET /v1/shelves/{shelf}/books/{id}", in, services.ByMethod)
	if err != nil {
		panic(err)
	}
	fmt.Println(book.Value.Title)
	// Output:
	// GET https://books.example/api/v1/shelves/T%2FS/books/42?lang=en
	// The Waste Land
}

func ExampleDo() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := `{"message":"no such book"}`
		return &http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://books.example", plain{})
	if err != nil {
		panic(err)
	}
	_, err = services.Do[Book](context.Background(), client, "GET /v1/books/{id}", GetOne{ID: "7"}, services.ByMethod)
	fmt.Println(errors.Is(err, services.ErrNotFound), err)
	_, err = services.Do[Book](context.Background(), client, "GET /v1/books/{id}", GetOne{ID: ".."}, services.ByMethod)
	fmt.Println(errors.Is(err, services.ErrArgument), err)
	// Output:
	// true services: GET /v1/books/{id}: 404: no such book
	// true services: GET /v1/books/{id}: argument id must not be . or .., which would lead to another route
}

func ExampleAll() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := `{"data":["one","two"],"paging":{"next":"/v1/words?offset=2"}}`
		if req.URL.RawQuery != "" {
			body = `{"data":["three"]}`
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://words.example", vendor{})
	if err != nil {
		panic(err)
	}
	for word, err := range services.All[string](context.Background(), client, "GET /v1/words", nil) {
		if err != nil {
			panic(err)
		}
		fmt.Println(word)
	}
	// Output:
	// one
	// two
	// three
}

func ExampleJSON() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		status, body := 200, `{"title":"The Waste Land"}`
		if req.URL.Path != "/v1/books/42" {
			status, body = 404, `{"title":"No such book","detail":"It was lent."}`
		}
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://books.example", services.JSON{})
	if err != nil {
		panic(err)
	}
	book, err := services.Do[Book](context.Background(), client, "GET /v1/books/{id}", GetOne{ID: "42"}, services.ByMethod)
	if err != nil {
		panic(err)
	}
	fmt.Println(book.Value.Title)
	_, err = services.Do[Book](context.Background(), client, "GET /v1/books/{id}", GetOne{ID: "7"}, services.ByMethod)
	fmt.Println(err)
	// Output:
	// The Waste Land
	// services: GET /v1/books/{id}: 404: No such book: It was lent.
}
