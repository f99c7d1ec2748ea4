package redact

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// A Secret is a string that is never printed: fmt (with every verb), log/slog,
// encoding/json and encoding/xml show *** instead, even if the Secret is inside
// another value. The zero value is an empty secret, which prints as the empty
// string so that a missing secret is noticed. A Secret is immutable and safe for
// concurrent use.
//
// Compare two secrets with [Secret.Equal]; == does not compile.
type Secret struct {
	_ [0]func() // forbids ==, which would compare the pointers

	// A pointer, because fmt calls no method for %p and %w, nor for an unexported
	// field of another struct. It would print a string, but prints the address of a pointer.
	text *string
}

// NewSecret returns s as a Secret. It returns the zero Secret if s is empty.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{text: &s}
}

// Reveal returns the secret in the clear. Call it only where the secret is sent,
// and do not print the result.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the secret is empty. encoding/json calls it for omitzero.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal reports whether s and other hold the same text. The time it takes depends
// only on their lengths.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns ***, or the empty string for an empty secret.
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

// LogValue returns what String does as a [slog.Value].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String does. The error is always nil.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets the secret to text, so that a Secret can be read from a
// configuration file. It returns an error for the text ***, because that is what a
// marshaled secret looks like.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == Mask {
		return errors.New("redact: read secret: the value is already masked (" + Mask + ")")
	}
	*s = NewSecret(string(text))
	return nil
}
