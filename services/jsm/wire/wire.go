// Package wire reads the parts that all responses of JSM Operations share: the frame of a list
// and of an accepted request, the body of an error, and the headers about rate limits.
//
// Most users do not need it, except for [ScopeError]: jsm.New and events.New set [Codec] and
// [ReadLimit].
package wire

import (
	"bytes"
	"cmp"
	"net/http"
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/errorbody"
	"github.com/tripware/tripware/transport/redact"
)

// HeaderTraceID is the header in which Atlassian's gateway sends its id of a request, in
// canonical form.
const HeaderTraceID = "Atl-Traceid"

// Codec is a [services.Codec] for JSM Operations, and also a [services.PendingCodec], a
// [services.MaskingCodec] and a [services.TraitCodec]. The zero value is ready to use. It is
// safe for concurrent use.
type Codec struct {
	// Secrets are masked in errors and events, in case the server repeats them.
	Secrets []redact.Secret
}

var (
	_ services.PendingCodec = Codec{}
	_ services.MaskingCodec = Codec{}
	_ services.TraitCodec   = Codec{}
)

// Traits says that a paging link stands for its query alone, since the server writes it
// relative to several bases, and that some deletions are answered by 200 without a body.
func (Codec) Traits() services.Traits {
	return services.Traits{QueryLinks: true, EmptySuccess: true}
}

// Envelope returns what a response is decoded into. A list is the member values of an object,
// or the response itself; an object is the response itself; the response to an asynchronous
// request, whose T is [services.None], has a result and the id of the request.
func (Codec) Envelope(data any) services.Envelope {
	switch v := reflect.TypeOf(data); {
	case v == reflect.TypeFor[*services.None]():
		return &accepted{}
	case v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Slice && v.Elem().Elem().Kind() != reflect.Uint8:
		return &list{Values: data, Teams: data}
	default:
		return &object{}
	}
}

// accepted is the response to an asynchronous request. That to the ping of a heartbeat has a
// message instead of a result.
type accepted struct {
	Result    string  `json:"result"`
	Message   string  `json:"message"`
	RequestID string  `json:"requestId"`
	Took      float64 `json:"took"`
}

// Bare reports whether a response is anything but an object.
func (*accepted) Bare(body []byte) bool { return !isObject(body) }

// Fill sets what the response says.
func (a *accepted) Fill(header http.Header, m *services.Metadata) {
	m.Result, m.Took = cmp.Or(a.Result, a.Message), errorbody.Seconds(a.Took)
	m.RequestID = cmp.Or(a.RequestID, traceID(header, m.RequestID))
}

// list is the frame of a page. Which of the links the server sends depends on the operation.
type list struct {
	Values any   `json:"values"`
	Teams  any   `json:"platformTeams"` // instead of values, in the list of teams
	Links  links `json:"links"`
	Count  int   `json:"count"`
}

type links struct {
	Next     services.Link `json:"next"`
	Previous services.Link `json:"previous"`
	Prev     services.Link `json:"prev"`
	First    services.Link `json:"first"`
	Last     services.Link `json:"last"`
}

// Bare reports whether a response is the list itself.
func (*list) Bare(body []byte) bool { return !isObject(body) }

// Fill sets the links. Count is not TotalCount, since it may be that of the page.
func (l *list) Fill(header http.Header, m *services.Metadata) {
	m.RequestID = traceID(header, m.RequestID)
	m.Paging = services.Paging{
		Next: l.Links.Next, Prev: cmp.Or(l.Links.Previous, l.Links.Prev), First: l.Links.First, Last: l.Links.Last,
	}
}

// object is the frame of everything else: none.
type object struct{}

// Bare returns true.
func (*object) Bare([]byte) bool { return true }

// Fill sets the request id.
func (*object) Fill(header http.Header, m *services.Metadata) {
	m.RequestID = traceID(header, m.RequestID)
}

func isObject(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '{'
}

// traceID returns the gateway's id of a request, or known if there is none.
func traceID(header http.Header, known string) string {
	return cmp.Or(first(header, HeaderTraceID), known)
}

func first(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}
