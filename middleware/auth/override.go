package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tripware/tripware/internal/record"
)

// An override is what [WithSource] set for the calls of a context: the last one
// for a place counts.
type override []replacement

type replacement struct {
	to     place
	all    bool // whatever the place is
	source Source
}

// or returns the source that the call has for a place, or else the layer's own.
func (o override) or(to place, own Source) Source {
	for _, r := range slices.Backward(o) {
		if r.all || r.to == to {
			return r.source
		}
	}
	return own
}

// WithSource returns a context whose calls are signed by source instead of the
// layer's own, at the layer's origin. It replaces the source of those layers that
// send to the same header or parameter, or of those that sign the whole request;
// given again for another one, both hold. [None] sends calls without any of the
// credentials, and InHeader(name, None()) without that one.
//
// A source that was made from a bad key fails the calls that it would sign, and a
// nil source all: nothing is sent, and the layer's own credential does not stand
// in. Requests that a layer makes anew inside an attempt are signed as ever.
func WithSource(ctx context.Context, source Source) context.Context {
	to, own := placeOf(source)
	_, all := source.(none)
	if fault := faultOf(source); fault != nil {
		own = &static{fault: fmt.Errorf("source of this call: %w", unnamed{fault})}
		all = all || source == nil
	}
	before, _ := record.Setting[override](ctx)
	return record.WithSetting(ctx, append(slices.Clip(before), replacement{to, all, own}))
}

// An unnamed error reads as what it wraps without the name of this package, which
// stands before it already.
type unnamed struct{ error }

func (e unnamed) Error() string { return strings.TrimPrefix(e.error.Error(), "auth: ") }
func (e unnamed) Unwrap() error { return e.error }
