package services

import (
	"cmp"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services/internal/errorbody"
	"github.com/tripware/tripware/transport/redact"
)

// JSON is a [Codec] for APIs whose responses are plain JSON: the body of a success is the data
// itself. The zero value is ready to use. A response without a body is a success of calls
// whose T is [None] or an [Optional], and null is an empty list.
//
// Lists are paged by the links of the Link header (RFC 8288), and TotalCount is read from
// X-Total-Count. Errors are read from problem details (RFC 9457), from the JSON that common
// vendors and frameworks write, and from plain text; secrets that package redact recognizes
// are masked.
//
// For a vendor that wraps all its responses in an envelope, embed JSON in a Codec of your own
// with another method Envelope.
type JSON struct {
	// List returns the envelope of a list, which is a response whose T is a slice or array
	// other than []byte: see [Codec]. The default is nil, for lists without an envelope.
	List func(items any) Envelope
}

// Envelope returns an envelope that is the data itself, or the result of List.
func (j JSON) Envelope(data any) Envelope {
	if j.List != nil && isList(reflect.TypeOf(data)) {
		return j.List(data)
	}
	return bareData{}
}

// Traits says that a success may lack a body, and that null is an empty list.
func (JSON) Traits() Traits { return Traits{EmptySuccess: true, NullIsEmpty: true} }

// isList reports whether t is a pointer to a list.
func isList(t reflect.Type) bool {
	if t == nil || t.Kind() != reflect.Pointer {
		return false
	}
	k := t.Elem().Kind()
	return (k == reflect.Slice || k == reflect.Array) && t.Elem().Elem().Kind() != reflect.Uint8
}

// Fault sets the message, type, code, request id and fields of e.
func (JSON) Fault(resp *http.Response, body []byte, e *Error) {
	said := errorbody.Read(body, nil)
	e.Message = cmp.Or(said.Message, redact.Cut(plainText(resp, body), redact.MaxError))
	e.Type, e.Fields, e.Took = said.Type, said.Fields, said.Took
	e.RequestID = cmp.Or(said.RequestID, e.RequestID)
	if said.Code != resp.StatusCode { // which the error says already
		e.Code = said.Code
	}
}

// plainText returns the body of a response that is plain text, as http.Error writes it.
func plainText(resp *http.Response, body []byte) string {
	if media, _ := mediaOf(resp); !strings.EqualFold(media, "text/plain") {
		return ""
	}
	return strings.TrimSpace(string(body))
}

// A bareData is the envelope of data that has none.
type bareData struct{}

func (bareData) Bare([]byte) bool { return true }

// Fill reads the headers about the pages of a list.
func (bareData) Fill(header http.Header, m *Metadata) {
	m.Paging = linkedPages(header.Values("Link"))
	if n, err := strconv.Atoi(header.Get("X-Total-Count")); err == nil && n > 0 {
		m.TotalCount = n
	}
}

// linkedPages returns the links to other pages in the values of the Link header: RFC 8288
// section 3.
func linkedPages(values []string) (p Paging) {
	pages := map[string]*Link{"next": &p.Next, "prev": &p.Prev, "previous": &p.Prev, "first": &p.First, "last": &p.Last}
	for _, value := range values {
		for {
			_, after, opened := strings.Cut(value, "<")
			target, params, closed := strings.Cut(after, ">")
			if !opened || !closed {
				break
			}
			params, value = cutOutsideQuotes(params, ',')
			for rel := range strings.FieldsSeq(relOf(params)) {
				if page := pages[strings.ToLower(rel)]; page != nil {
					*page = Link(target)
				}
			}
		}
	}
	return p
}

// relOf returns the relations of a link. Only its first parameter rel counts.
func relOf(params string) string {
	for params != "" {
		var param string
		param, params = cutOutsideQuotes(params, ';')
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// cutOutsideQuotes cuts text at the first separator that is not within quotation marks.
func cutOutsideQuotes(text string, separator byte) (before, after string) {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == separator && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
