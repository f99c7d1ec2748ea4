// Package members is another client for the API of a library, with what package books does
// not need: a list by page numbers, members of an object that can be cleared, a file, and
// errors in a form of their own.
package members

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

// A Client calls the API. It is safe for concurrent use.
type Client struct{ core *services.Client }

// New returns a client for the API at base. It sends requests with client.
func New(client *http.Client, base string) (*Client, error) {
	core, err := services.New(client, base, codec{services.JSON{List: newPage}})
	if err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	return &Client{core}, nil
}

// A Member may borrow books.
type Member struct {
	ID    string                    `json:"id"`
	Name  string                    `json:"name"`
	Phone services.Optional[string] `json:"phone,omitzero"` // null if the member has none
}

// PhoneText returns what the server says about the phone.
func (m Member) PhoneText() string {
	phone, set := m.Phone.Get()
	switch {
	case set:
		return phone
	case m.Phone.IsZero():
		return "not in the response"
	default:
		return "null: there is none"
	}
}

// All returns the members, page after page.
func (c *Client) All(ctx context.Context) iter.Seq2[Member, error] {
	return services.All[Member](ctx, c.core, "GET /v1/members", nil)
}

// page is the envelope of a list: {"items":[…],"page":1,"pages":3}.
type page struct {
	Items any `json:"items"`
	Page  int `json:"page"`
	Pages int `json:"pages"`
}

func newPage(items any) services.Envelope { return &page{Items: items} }

// Fill records where the next page is.
func (p *page) Fill(_ http.Header, m *services.Metadata) {
	if p.Page < p.Pages {
		m.Paging.Next = m.LinkWith("page", strconv.Itoa(p.Page+1))
	}
}

// An UpdateRequest changes a member. What is absent stays as it is.
type UpdateRequest struct {
	ID    string                    `path:"id" check:"required"`
	Name  services.Optional[string] `json:"name,omitzero"`
	Phone services.Optional[string] `json:"phone,omitzero"`
}

// Update changes a member. To do so twice changes nothing more, so it is safe to retry.
func (c *Client) Update(ctx context.Context, in UpdateRequest) (*services.Result[Member], error) {
	return services.Do[Member](ctx, c.core, "PATCH /v1/members/{id}", in, services.SafeToRetry)
}

type photo struct {
	ID   string        `path:"id" check:"required"`
	File services.File `form:"photo" check:"required"`
}

// SetPhoto uploads the file at path. Each attempt opens it again.
func (c *Client) SetPhoto(ctx context.Context, id, path string) (*services.Result[services.None], error) {
	file := services.File{
		Name: filepath.Base(path),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}
	return services.Do[services.None](ctx, c.core, "PUT /v1/members/{id}/photo", photo{id, file}, services.ByMethod)
}

// codec reads errors of the form {"fault":{"name":"no_such_member","number":17,"says":"…"}}.
type codec struct{ services.JSON }

// Fault fills e with what the body says.
func (c codec) Fault(resp *http.Response, body []byte, e *services.Error) {
	var said struct {
		Fault struct {
			Name   string `json:"name"`
			Number int    `json:"number"`
			Says   string `json:"says"`
		} `json:"fault"`
	}
	if json.Unmarshal(body, &said) != nil || said.Fault.Name == "" {
		c.JSON.Fault(resp, body, e) // of a gateway, for example
		return
	}
	e.Type, e.Code, e.Message = said.Fault.Name, said.Fault.Number, redact.Text(said.Fault.Says)
	if said.Fault.Name == "too_many_members" {
		e.Kind = services.ErrPlan // whatever the status
	}
}
