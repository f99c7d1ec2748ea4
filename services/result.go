package services

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// A Result is the response to one call.
type Result[T any] struct {
	Value T        // the data of the response
	Meta  Metadata // data about the call
}

// Raw returns the data of the response as it came, nil if there was none. It is read from the
// body, which a result keeps, at each call.
func (r *Result[T]) Raw() json.RawMessage {
	if r.Meta.more == nil {
		return nil
	}
	return rawData[T](r.Meta.more.client.codec, *r.Meta.more.body)
}

// Next fetches the next page of a list, with the client that fetched this one. If there is no
// further page, which an empty Meta.Paging.Next says, errors.Is matches [ErrArgument].
func (r *Result[T]) Next(ctx context.Context) (*Result[T], error) {
	if r.Meta.more == nil {
		return nil, &Error{Route: r.Meta.Route, Kind: ErrArgument, Err: errors.New("follow page: the result is from no call")}
	}
	return Follow[T](ctx, r.Meta.more.client, r.Meta.Route, r.Meta.Paging.Next)
}

// Metadata describes a call and its response. It marshals to JSON and prints without secrets.
type Metadata struct {
	Route         string              // such as "POST /v2/alerts/{identifier}/close"
	Status        int                 // HTTP status of the response
	TransactionID string              // the client's id of the call: it joins logs, metrics and attempts
	RequestID     string              // the server's id of the request
	Result        string              // the server's sentence, such as "Request will be processed"
	Took          time.Duration       // as the server measured it; zero if it did not say
	RateLimit     transport.RateLimit // what the response said of rate limits
	Paging        Paging              // the pages of a list; zero for anything else
	TotalCount    int                 // number of items on all pages of a list, if the server says it
	Marker        string              // next page of a list that is paged by markers, if the server says it
	Mismatches    []Mismatch          // members that are not of the expected type; their fields are zero
	Attempts      int                 // number of requests sent; zero if the transport is not a [transport.Chain]
	Waited        time.Duration       // between attempts
	Elapsed       time.Duration       // from the beginning of the call until its response was decoded

	more *origin
}

// String returns one line with the route, the status, the attempts and the time, and what the
// response says of ids, pages and mismatches. Secrets in it are masked.
func (m Metadata) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", m.Route, m.Status)
	if m.Attempts != 1 {
		fmt.Fprintf(&b, " after %d attempts", m.Attempts)
	}
	fmt.Fprintf(&b, " in %v", m.Elapsed)
	for _, part := range []struct {
		said  bool
		label string
		value any
	}{
		{m.Result != "", "", m.Result},
		{m.Waited > 0, "waited ", m.Waited},
		{m.Took > 0, "server took ", m.Took},
		{m.RequestID != "", "request ", m.RequestID},
		{m.TransactionID != "", "call ", m.TransactionID},
		{m.RateLimit.HasQuota, "remaining requests ", m.RateLimit.Remaining},
		{m.TotalCount > 0, "total ", m.TotalCount},
		{m.Paging.Next != "", "next ", m.Paging.Next},
		{len(m.Mismatches) > 0, "mismatches ", m.Mismatches},
	} {
		if part.said {
			fmt.Fprintf(&b, ", %s%s", part.label, oneLine(fmt.Sprint(part.value)))
		}
	}
	return redact.Cut(b.String(), redact.MaxError)
}

// origin holds the parts of a call that Metadata refers to but does not print.
type origin struct {
	client *Client
	call   *transport.Call
	header http.Header
	url    *url.URL
	from   *exchange
	body   *[]byte // a pointer, since fmt prints what an unexported field points to
}

// Call returns the sealed record of the call: its attempts, waits, and the reason why retries
// ended. It is nil in metadata that is from no call.
func (m Metadata) Call() *transport.Call {
	if m.more == nil {
		return nil
	}
	return m.more.call
}

// Header returns the headers of the response, which must not be modified. It is nil in metadata
// that is from no call.
func (m Metadata) Header() http.Header {
	if m.more == nil {
		return nil
	}
	return m.more.header
}

// URL returns the URL that responded, without user and password and with the values of secret
// query parameters masked.
func (m Metadata) URL() string {
	if m.more == nil {
		return ""
	}
	return redact.URL(m.more.url)
}

// LinkWith returns a link to this page with another value of a query parameter: for servers
// that name the next page by a cursor or number, in the Fill method of an [Envelope]. An empty
// value returns an empty link, which says that there is no such page.
func (m Metadata) LinkWith(parameter, value string) Link {
	if m.more == nil || value == "" {
		return ""
	}
	u := *m.more.url
	query := u.Query()
	query.Set(parameter, value)
	u.RawQuery = query.Encode()
	return Link(u.RequestURI())
}

// Paging holds the links of a list's page, as paths with a query below the client's base URL.
// An empty link says that there is no such page. [Follow] fetches the page of a link.
type Paging struct {
	Next, Prev, First, Last Link
}

// None is the T of calls whose response has no data, or data that does not matter. It accepts
// any response.
type None struct{}

// UnmarshalJSON accepts everything.
func (*None) UnmarshalJSON([]byte) error { return nil }
