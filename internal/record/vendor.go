package record

import (
	"net/http"
	"slices"
)

// A Vendor is the [Fact] by which a typed call tells observers what only the codec of its
// vendor knows. Its functions must be safe for concurrent use, and may be nil. It is stored
// as a pointer, which all calls of a client share. A nil Vendor knows nothing.
type Vendor struct {
	// Pending reports whether resp says that an operation has not completed, so that it
	// is not a failure although its status is an error. It must not read the body.
	// Observers call it by transport.Call.Expects.
	Pending func(resp *http.Response) bool
	// Mask returns a text from the server without the client's key.
	Mask func(text string) string
}

// Masked returns a text from the server as observers may pass it to package redact.
func (v *Vendor) Masked(text string) string {
	if v == nil || v.Mask == nil {
		return text
	}
	return v.Mask(text)
}

// MaskedValues returns the values of a header, each as [Vendor.Masked] returns it.
func (v *Vendor) MaskedValues(values []string) []string {
	shared := true
	for i, value := range values {
		masked := v.Masked(value)
		if masked == value {
			continue
		}
		if shared {
			values, shared = slices.Clone(values), false
		}
		values[i] = masked
	}
	return values
}
