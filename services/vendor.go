package services

import (
	"net/http"

	"github.com/tripware/tripware/internal/record"
)

// A PendingCodec is a [Codec] of a vendor whose server reports by an error status that it
// has accepted a request but not processed it yet. Logs and metrics then treat such a
// response as a success: see [transport.Call.Expects]. The call still returns an [Error],
// for which Fault must set the kind [ErrNotProcessed].
type PendingCodec interface {
	Codec

	// Pending reports whether resp is such a response. It must not read the body, and
	// must be safe for concurrent use.
	Pending(resp *http.Response) bool
}

// A MaskingCodec is a [Codec] that knows a secret of the client, such as its key. What logs
// and metrics show of a response goes through Mask, in case the server repeats the secret
// in a form that package redact cannot recognize, and so does the Err of an [Error]. Fault
// must mask the fields that it sets.
type MaskingCodec interface {
	Codec

	// Mask returns text with the secret replaced by redact.Mask. The text may be cut off
	// in the middle of the secret. Mask must be safe for concurrent use.
	Mask(text string) string
}

// A TraitCodec is a [Codec] of a vendor whose API differs in some respect from most others.
type TraitCodec interface {
	Codec

	// Traits is called once for each client.
	Traits() Traits
}

// Traits are respects in which a vendor's API may differ from others. The zero value has none.
type Traits struct {
	// QueryLinks means that only the query of a paging link is meant: the next page is at the
	// path of the page that has the link, and parameters of that page's request which the link
	// lacks apply to it too. [Pages] and [All] then end after a few empty pages in a row,
	// although they have links.
	QueryLinks bool

	// EmptySuccess means that a success without a body is complete if the call expects no
	// data, whatever its status. Otherwise only 204 may lack a body.
	EmptySuccess bool

	// NullIsEmpty means that null is an empty list, as servers written in Go mean it. Otherwise
	// it is an error, since the response has no data.
	NullIsEmpty bool
}

// vendorOf returns what a codec knows about responses, for observers, or nil if it knows
// nothing.
func vendorOf(codec Codec) *record.Vendor {
	var v record.Vendor
	if c, ok := codec.(PendingCodec); ok {
		v.Pending = c.Pending
	}
	if c, ok := codec.(MaskingCodec); ok {
		v.Mask = c.Mask
	}
	if v.Pending == nil && v.Mask == nil {
		return nil
	}
	return &v
}
