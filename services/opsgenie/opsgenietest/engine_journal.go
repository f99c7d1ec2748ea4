package opsgenietest

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxLoggedBody is how much of a body the journal keeps.
const maxLoggedBody = 64 << 10

// A Request is what the server received, and what it answered.
type Request struct {
	ID        string // the request id that the response carries
	At        time.Time
	Method    string
	Path      string      // escaped as it arrived
	Route     string      // the pattern that matched, such as "POST /v2/alerts/{identifier}/close"; empty if none did
	Domain    Domain      // empty if no route matched
	Query     url.Values  // an apiKey is masked
	Header    http.Header // Authorization is masked but for its scheme
	Body      []byte      // at most its first 64 KiB
	BodyBytes int         // how many there were; of a body that was too long, how many were read
	Status    int         // of the response; 0 while there is none, or if a fault kept it back
	Fault     string      // the kind of the fault that struck, such as "reset"; empty if none did
}

// A journal keeps the last requests.
type journal struct {
	size    int
	total   int
	entries []*Request
}

// enter notes the arrival of a request, in the order of which the journal stands.
func (j *journal) enter(c *call) {
	j.total++
	c.entry = &Request{
		ID: c.id, At: c.at, Method: c.method, Path: c.arrived,
		Query: maskQuery(c.query), Header: maskHeader(c.header),
		Body: bytes.Clone(c.body[:min(len(c.body), maxLoggedBody)]), BodyBytes: len(c.body),
	}
	if c.route != nil {
		c.entry.Route, c.entry.Domain = c.route.pattern, c.route.domain
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

// clone returns a copy that shares nothing with the journal.
func (r *Request) clone() Request {
	out := *r
	out.Header = r.Header.Clone()
	out.Query = url.Values(http.Header(r.Query).Clone())
	out.Body = slices.Clone(r.Body)
	return out
}

// note enters what a request was answered.
func (s *Server) note(c *call, status int, fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.entry != nil {
		c.entry.Status, c.entry.Fault = status, fault
	}
}

// Requests returns copies of the last requests, in the order in which they
// arrived completely: those with wrong keys, wrong paths and faults too. How
// many it keeps is set by [WithRequestLog].
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, len(s.journal.entries))
	for i, entry := range s.journal.entries {
		out[i] = entry.clone()
	}
	return out
}

// Received returns how many requests arrived since the server started, kept or not.
func (s *Server) Received() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.total
}
