package sim

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxLoggedBody is how many bytes of a body the journal records.
const maxLoggedBody = 64 << 10

// A Request is a request that the server received, with the outcome.
type Request struct {
	ID        string    // the request id in the response
	At        time.Time // when it arrived, by the server's clock
	Method    string
	Path      string      // as it arrived, escaped
	Route     string      // the pattern that matched, such as "POST /v2/alerts/{identifier}/close"; empty if none did
	Domain    Domain      // empty if no route matched
	Query     url.Values  // the value of apiKey is masked
	Header    http.Header // Authorization is masked except for its scheme
	Body      []byte      // at most the first 64 KiB
	BodyBytes int         // the length of the body; of one that was too long, how much was read
	Status    int         // of the response; 0 until it is sent, and if a fault prevented it
	Fault     string      // the kind of the injected fault, such as "reset"; empty if there was none
}

// A journal records the last requests.
type journal struct {
	size    int
	total   int
	entries []*Request
}

// enter records a request when it has arrived.
func (j *journal) enter(c *Call) {
	j.total++
	c.entry = &Request{
		ID: c.ID, At: c.At, Method: c.Method, Path: c.Arrived,
		Query: maskQuery(c.Query), Header: maskHeader(c.Header),
		Body: bytes.Clone(c.Body[:min(len(c.Body), maxLoggedBody)]), BodyBytes: len(c.Body),
	}
	if c.Route != nil {
		c.entry.Route, c.entry.Domain = c.Route.Pattern, c.Route.Domain
	}
	if j.size == 0 {
		return
	}
	if len(j.entries) == j.size {
		j.entries[0] = nil
		j.entries = j.entries[1:]
	}
	j.entries = append(j.entries, c.entry)
}

func maskHeader(h http.Header) http.Header {
	out := h.Clone()
	for i, value := range out["Authorization"] {
		scheme, _, _ := strings.Cut(value, " ")
		out["Authorization"][i] = scheme + " ***"
	}
	return out
}

func maskQuery(q url.Values) url.Values {
	out := maps.Clone(q)
	for name := range out {
		if strings.EqualFold(name, "apiKey") {
			out[name] = []string{"***"}
		}
	}
	return out
}

// clone returns a copy that shares no memory with the journal.
func (r *Request) clone() Request {
	out := *r
	out.Header = r.Header.Clone()
	out.Query = url.Values(http.Header(r.Query).Clone())
	out.Body = slices.Clone(r.Body)
	return out
}

// note records the outcome of a request.
func (e *Engine) note(c *Call, status int, fault string) {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	if c.entry != nil {
		c.entry.Status, c.entry.Fault = status, fault
	}
}

// Requests returns copies of the last requests in the order in which they arrived. They
// include requests with invalid credentials, with an unknown path and with injected faults.
func (e *Engine) Requests() []Request {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	out := make([]Request, len(e.journal.entries))
	for i, entry := range e.journal.entries {
		out[i] = entry.clone()
	}
	return out
}

// Received returns the number of requests that arrived since the server started,
// recorded or not.
func (e *Engine) Received() int {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	return e.journal.total
}
