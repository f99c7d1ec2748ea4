// Package wire reads the parts that all of Opsgenie's responses share: the envelope of a
// success, the body of an error, the headers about rate limits, and the header that
// distinguishes a request that has not been processed from one that does not exist.
//
// Most users do not need it: opsgenie.New sets [Codec] and [ReadLimit].
package wire

import (
	"cmp"
	"net/http"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/errorbody"
	"github.com/tripware/tripware/transport/redact"
)

// The headers of Opsgenie's responses that are not about rate limits, in canonical form.
const (
	HeaderErrorType = "X-Opsgenie-Errortype"
	HeaderNext      = "X-Paging-Next"
	HeaderPrev      = "X-Paging-Prev"
	HeaderFirst     = "X-Paging-First"
	HeaderLast      = "X-Paging-Last"
)

// RequestNotProcessed is the value of [HeaderErrorType] in a 404 that says that the request
// was accepted but has not been processed yet. Any other 404 is final.
const RequestNotProcessed = "RequestNotProcessed"

// ErrNotProcessed is [services.ErrNotProcessed], which the error of a status call matches
// until the request has been processed.
var ErrNotProcessed = services.ErrNotProcessed

// Codec is a [services.Codec] for Opsgenie, and also a [services.PendingCodec] and a
// [services.MaskingCodec]. The zero value is ready to use. It is safe for concurrent use.
type Codec struct {
	// Key is masked in errors and events, in case the server repeats it. The zero Secret
	// masks nothing.
	Key redact.Secret
}

var (
	_ services.PendingCodec = Codec{}
	_ services.MaskingCodec = Codec{}
)

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

// Envelope returns an envelope whose member data is decoded into data.
func (Codec) Envelope(data any) services.Envelope { return &envelope{Data: data} }

// Fill sets the fields of m that the envelope has. Paging links are in the body or in headers.
func (e *envelope) Fill(header http.Header, m *services.Metadata) {
	m.Result, m.Took = e.Result, errorbody.Seconds(e.Took)
	m.RequestID = cmp.Or(e.RequestID, m.RequestID)
	m.TotalCount, m.Marker = e.Total, e.Marker
	m.Paging = services.Paging{
		Next:  cmp.Or(e.Paging.Next, services.Link(first(header, HeaderNext))),
		Prev:  cmp.Or(e.Paging.Prev, services.Link(first(header, HeaderPrev))),
		First: cmp.Or(e.Paging.First, services.Link(first(header, HeaderFirst))),
		Last:  cmp.Or(e.Paging.Last, services.Link(first(header, HeaderLast))),
	}
}
