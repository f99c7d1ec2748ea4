// Package wire knows how Opsgenie wraps what it answers: the envelope of a
// success, the body of an error, its headers about rate limits, and the one that
// tells a request which waits from one that does not exist.
package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

// The headers of Opsgenie's answers that are not about rate limits, in the form
// that net/http keeps them.
const (
	HeaderErrorType = "X-Opsgenie-Errortype"
	HeaderNext      = "X-Paging-Next"
	HeaderPrev      = "X-Paging-Prev"
	HeaderFirst     = "X-Paging-First"
	HeaderLast      = "X-Paging-Last"
)

// RequestNotProcessed is the error type of a 404 to a question that came too
// early: the request was accepted and waits. Any other 404 is final.
const RequestNotProcessed = "RequestNotProcessed"

// ErrNotProcessed is [services.ErrNotProcessed]: what a status call's error Is
// while the request waits.
var ErrNotProcessed = services.ErrNotProcessed

// Codec is a [services.Codec] for Opsgenie. The zero value works; it is safe for
// concurrent use.
type Codec struct {
	// Key is masked in what errors quote from the server, should it echo it.
	Key redact.Secret
}

// envelope is the body of a success.
// See https://docs.opsgenie.com/docs/response.
type envelope struct {
	Data      any     `json:"data"`
	Result    string  `json:"result"`
	Took      float64 `json:"took"`
	RequestID string  `json:"requestId"`
	Paging    links   `json:"paging"`
	Total     int     `json:"totalCount"`
	Marker    string  `json:"marker"`
}

type links struct{ Next, Prev, First, Last services.Link }

// Envelope returns the body of a success, whose member data is decoded into data.
func (Codec) Envelope(data any) services.Envelope { return &envelope{Data: data} }

// Fill writes what the envelope says. Links stand in the body or in headers.
func (e *envelope) Fill(header http.Header, m *services.Metadata) {
	m.Result, m.Took = e.Result, seconds(e.Took)
	m.RequestID = cmp.Or(e.RequestID, m.RequestID)
	m.TotalCount, m.Marker = e.Total, e.Marker
	m.Paging = services.Paging{
		Next:  cmp.Or(e.Paging.Next, services.Link(first(header, HeaderNext))),
		Prev:  cmp.Or(e.Paging.Prev, services.Link(first(header, HeaderPrev))),
		First: cmp.Or(e.Paging.First, services.Link(first(header, HeaderFirst))),
		Last:  cmp.Or(e.Paging.Last, services.Link(first(header, HeaderLast))),
	}
}

// seconds reads the server's seconds; zero for what is no sensible time.
func seconds(s float64) time.Duration {
	const most = float64(1<<63-1) / float64(time.Second)
	if !(s > 0 && s < most) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// Fault reads the body of an error. Each member is read by itself: one of an
// unexpected type costs no other, and a body that is no JSON leaves e as it is.
func (c Codec) Fault(resp *http.Response, body []byte, e *services.Error) {
	e.Type = first(resp.Header, HeaderErrorType)
	if resp.StatusCode == http.StatusNotFound && e.Type == RequestNotProcessed {
		e.Kind = services.ErrNotProcessed
	}
	var said map[string]json.RawMessage
	if json.Unmarshal(body, &said) != nil {
		return
	}
	var took float64
	read(said["message"], &e.Message)
	read(said["took"], &took)
	e.Took = seconds(took)
	var id string
	read(said["requestId"], &id)
	e.RequestID = cmp.Or(id, e.RequestID)
	e.Code = code(said["code"])
	e.Message = c.mask(e.Message)
	c.fields(said["errors"], e)
}

// read decodes a member if it has the type that it should have.
func read[T any](raw json.RawMessage, into *T) {
	var value T
	if len(raw) > 0 && json.Unmarshal(raw, &value) == nil {
		*into = value
	}
}

// code reads a number, bare or in quotes.
func code(raw json.RawMessage) (n int) {
	read(bytes.Trim(raw, `"`), &n)
	return n
}

// fields reads what is wrong with the fields of a request: an object of
// sentences, or a list of objects with a title, as Jira Service Management has it.
func (c Codec) fields(raw json.RawMessage, e *services.Error) {
	var named map[string]json.RawMessage
	read(raw, &named)
	for name, problem := range named {
		if e.Fields == nil {
			e.Fields = make(map[string]string, len(named))
		}
		e.Fields[c.mask(name)] = c.mask(sentence(problem))
	}
	var listed []struct{ Title string }
	read(raw, &listed)
	titles := make([]string, 0, len(listed))
	for _, problem := range listed {
		titles = append(titles, problem.Title)
	}
	e.Message = cmp.Or(e.Message, c.mask(strings.Join(titles, "; ")))
}

// sentence returns a string, or the JSON of anything else.
func sentence(raw json.RawMessage) string {
	text := string(raw)
	read(raw, &text)
	return text
}

// mask takes the key out of a text of the server's.
func (c Codec) mask(text string) string {
	if key := c.Key.Reveal(); key != "" {
		text = strings.ReplaceAll(text, key, redact.Mask)
	}
	return redact.Cut(text, redact.MaxError)
}
