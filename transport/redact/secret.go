package redact

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// A Secret is a text that never prints: every verb of fmt, slog, encoding/json
// and encoding/xml show *** in its place, also inside other values. Its zero
// value is the empty secret, which shows as an empty text, so that a missing
// one is seen. A Secret is immutable and safe for concurrent use.
//
// It holds its text behind a pointer, because fmt calls no method for %p and %w
// nor for an unexported field of another struct: it prints what it finds there,
// which with a string would be the secret and here is an address. For the same
// reason two secrets are compared by [Secret.Equal]; == does not compile.
type Secret struct {
	_    [0]func() // == would compare the pointers
	text *string
}

// NewSecret returns s as a Secret; an empty s gives the zero Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{text: &s}
}

// Reveal returns the text itself. Call it where the secret is put on the wire,
// and keep the result out of anything that is printed.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the secret is empty; omitzero of encoding/json asks it.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal reports whether both hold the same text, in a time that depends on
// their lengths alone.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns ***, or nothing for an empty secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return Mask
}

// GoString returns what String does.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb and its flags.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue gives slog what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String does, never an error.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes text as the secret, so that one can stand in a
// configuration file. It refuses the text ***, which is a secret that was
// marshalled: what it stood for is lost.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == Mask {
		return errors.New("redact: read secret: it is masked (" + Mask + ")")
	}
	*s = NewSecret(string(text))
	return nil
}
