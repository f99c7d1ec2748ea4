package services

import (
	"net/http"
	"net/url"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// A Result is the answer to one call.
type Result[T any] struct {
	Value T        // what the answer holds
	Meta  Metadata // what is known of the call
}

// Metadata is what is known of a call and of its answer. It marshals to JSON
// and prints without secrets.
type Metadata struct {
	Route         string              // such as "POST /v2/alerts/{identifier}/close"
	Status        int                 // of the HTTP answer
	TransactionID string              // ours: joins logs, metrics and attempts of the call
	RequestID     string              // the server's id of the request
	Result        string              // the server's sentence, such as "Request will be processed"
	Took          time.Duration       // as the server measured it; zero if it did not say
	RateLimit     transport.RateLimit // what the answer said of rate limits
	Paging        Paging              // where a list goes on; zero for what is no list
	TotalCount    int                 // how many items a list has on all its pages, where the server says it
	Marker        string              // where a list goes on that is paged by markers, where the server says it
	Attempts      int                 // how often the call was sent; zero if the transport below is no [transport.Chain]
	Waited        time.Duration       // between attempts
	Elapsed       time.Duration       // from the beginning of the call until its answer was decoded

	more *origin
}

// origin is what Metadata leads to but does not print.
type origin struct {
	call   *transport.Call
	header http.Header
	url    *url.URL
}

// Call returns the record of the call: its attempts, waits, and the reason why
// retries ended. It is sealed. It is nil in metadata that came from no call.
func (m Metadata) Call() *transport.Call {
	if m.more == nil {
		return nil
	}
	return m.more.call
}

// Header returns the headers of the answer, which must not be written to. It is
// nil in metadata that came from no call.
func (m Metadata) Header() http.Header {
	if m.more == nil {
		return nil
	}
	return m.more.header
}

// URL returns the URL that answered, without user and password and with the
// values of secret query parameters masked.
func (m Metadata) URL() string {
	if m.more == nil {
		return ""
	}
	return redact.URL(m.more.url)
}

// Paging holds the links of a list's page, as paths with a query below the
// client's base URL; an empty one says that there is no such page. [Follow]
// fetches what one leads to.
type Paging struct {
	Next, Prev, First, Last Link
}

// None is the T of calls whose answer holds no data, or none that matters: it
// accepts any data, and that there is none.
type None struct{}

// UnmarshalJSON accepts everything.
func (*None) UnmarshalJSON([]byte) error { return nil }
