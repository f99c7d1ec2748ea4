package books_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/examples/typed/books"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
)

const base = "https://books.example/v1/books"

// open returns a client whose requests go to the mock. Its retries do not wait.
func open(t *testing.T) (*books.Client, *httpmock.MockTransport) {
	t.Helper()
	mock := httpmock.NewMockTransport()
	client, err := tripware.New(tripware.WithBase(mock), tripware.WithRetry(retry.WithBaseDelay(0)))
	require.NoError(t, err)
	c, err := books.New(client, "https://books.example")
	require.NoError(t, err)
	return c, mock
}

func TestGet(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	mock.RegisterResponder("GET", base+"/7", httpmock.NewStringResponder(200, `{"id":"7","title":"The Waste Land"}`))
	got, err := c.Get(t.Context(), "7")
	require.NoError(t, err)
	assert.Equal(t, "The Waste Land", got.Value.Title)

	mock.RegisterResponder("GET", base+"/8", httpmock.NewStringResponder(404, `{"title":"No such book"}`))
	_, err = c.Get(t.Context(), "8")
	require.ErrorIs(t, err, services.ErrNotFound)
	require.EqualError(t, err, "services: GET /v1/books/{id}: 404: No such book")
}

func TestAllReadsEveryPage(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	mock.RegisterResponderWithQuery("GET", base, "author=Eliot", httpmock.NewStringResponder(200, `{"items":[{"id":"1"},{"id":"2"}],"next":"c2"}`))
	mock.RegisterResponderWithQuery("GET", base, "author=Eliot&cursor=c2", httpmock.NewStringResponder(200, `{"items":[{"id":"3"}]}`))
	var ids []string
	for book, err := range c.All(t.Context(), books.ListRequest{Author: "Eliot"}) {
		require.NoError(t, err)
		ids = append(ids, book.ID)
	}
	assert.Equal(t, []string{"1", "2", "3"}, ids)
}

// The response to the first attempt is lost. The second has the same key, so that the
// server can tell that it is the same request.
func TestCreateIsRetriedWithTheSameKey(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	var keys []string
	mock.RegisterResponder("POST", base, func(req *http.Request) (*http.Response, error) {
		keys = append(keys, req.Header.Get("Idempotency-Key"))
		if len(keys) == 1 {
			return httpmock.NewStringResponse(502, ""), nil
		}
		return httpmock.NewStringResponse(201, `{"id":"9","title":"Ash Wednesday"}`), nil
	})
	got, err := c.Create(t.Context(), books.CreateRequest{Title: "Ash Wednesday"})
	require.NoError(t, err)
	assert.Equal(t, "9", got.Value.ID)
	assert.Equal(t, 2, got.Meta.Attempts)
	require.Len(t, keys, 2)
	assert.NotEmpty(t, keys[0])
	assert.Equal(t, keys[0], keys[1])
}

func TestCreateWithoutATitleIsNotSent(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	_, err := c.Create(t.Context(), books.CreateRequest{})
	require.ErrorIs(t, err, services.ErrArgument)
	require.EqualError(t, err, "services: POST /v1/books: argument title is required")
	assert.Zero(t, mock.GetTotalCallCount())
}
