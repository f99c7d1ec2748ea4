package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tripware/tripware/internal/record"
)

// An override holds the sources that [WithSource] set for the calls of a context. The last
// one for a place applies.
type override []replacement

type replacement struct {
	to     place
	all    bool // for every place
	source Source
}

// or returns the call's source for a place, or else the layer's own.
func (o override) or(to place, own Source) Source {
	for _, r := range slices.Backward(o) {
		if r.all || r.to == to {
			return r.source
		}
	}
	return own
}

// WithSource returns a context whose calls use source instead of the source passed to
// [New]. It replaces only the source for the same header or parameter, or only that of
// the signing layer if source is from [Sign]. Several sources for different places all
// apply. With [None], calls are sent without any credential; with InHeader(name, None()),
// without that header's credential.
//
// If source has an invalid key, the calls that would use it fail and nothing is sent; if
// it is nil, all calls fail. WithSource does not apply to new requests that a layer makes
// inside an attempt.
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

// An unnamed error omits the package name from the text of the error that it wraps,
// because the name is already in front of it.
type unnamed struct{ error }

func (e unnamed) Error() string { return strings.TrimPrefix(e.error.Error(), "auth: ") }
func (e unnamed) Unwrap() error { return e.error }
