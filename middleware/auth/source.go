package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A Source returns the credential of an attempt: by default the value of the
// Authorization header, including the scheme. [Header], [InHeader] and [Query] return
// sources for other places, and [Sign] one that signs the whole request. Authorization is
// called for each attempt and must be safe for concurrent use. Its context has neither the
// record of the call nor its settings, such as a retry policy, so requests that a source
// sends are separate calls. An error with a method Retryable() bool that returns false ends
// the call at once; after another one the retry loop asks again.
//
// A source may have a method Fault() error that reports invalid settings. If it returns an
// error, the layer of [New] refuses every call.
type Source interface {
	Authorization(ctx context.Context) (string, error)
}

// A Renewer is a [Source] that can return a new value after a 401. [Refresh] returns a
// Renewer. For other sources, such as a static key, a 401 is final.
type Renewer interface {
	Source

	// Renew reports that the server responded with 401 to value. The source should not
	// return value again; if it does, the 401 is final. If the source already has a newer
	// value, Renew does nothing.
	Renew(value string)
}

// A SourceFunc is a function that is a [Source]. It does not implement [Renewer], so a 401
// is final.
type SourceFunc func(ctx context.Context) (string, error)

// Authorization calls f.
func (f SourceFunc) Authorization(ctx context.Context) (string, error) { return f(ctx) }

// Key returns a source with the value "scheme key", such as "GenieKey x", or only the key
// if scheme is empty. The key must not be empty, contain a control character, or begin or
// end with a space. The scheme must be a token (RFC 9110 section 11.1).
func Key(scheme string, key redact.Secret) Source {
	var faults []error
	if !validScheme(scheme) {
		faults = append(faults, fmt.Errorf("auth: key: scheme %q is not one word such as Bearer", scheme))
	}
	if fault := valueFault(key.Reveal()); fault != nil {
		faults = append(faults, fmt.Errorf("auth: key: %w", fault))
	} else if word, _, more := strings.Cut(key.Reveal(), " "); more && scheme != "" && strings.EqualFold(word, scheme) {
		faults = append(faults, fmt.Errorf("auth: key: it begins with the scheme %s: pass only the key", scheme))
	}
	return newStatic(joined(scheme, key.Reveal()), faults...)
}

// Bearer returns a source with the value "Bearer token" (RFC 6750 section 2.1).
func Bearer(token redact.Secret) Source { return Key("Bearer", token) }

// Basic returns a source for basic authentication (RFC 7617, in UTF-8). The user must not
// be empty or contain a colon. Neither user nor password may contain a control character.
// The password may be empty.
func Basic(user string, password redact.Secret) Source {
	var faults []error
	if user == "" {
		faults = append(faults, errors.New("auth: basic: user is empty"))
	}
	if strings.Contains(user, ":") {
		faults = append(faults, errors.New("auth: basic: user contains a colon"))
	}
	if !sendable(user) || !sendable(password.Reveal()) {
		faults = append(faults, errors.New("auth: basic: user or password contains a control character"))
	}
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password.Reveal()))
	return newStatic("Basic "+pair, faults...)
}

// None returns a source without a credential, for use with [WithSource].
func None() Source { return none{} }

type none struct{}

func (none) Authorization(context.Context) (string, error) { return "", nil }

// A static source always returns the same value.
type static struct {
	held  func() credential
	fault error
}

func newStatic(value string, faults ...error) *static {
	return &static{held: held(value), fault: errors.Join(faults...)}
}

func (s *static) credential(context.Context) (credential, error) {
	if s.fault != nil {
		return nil, &settled{s.fault}
	}
	return s.held(), nil
}

func (s *static) Authorization(ctx context.Context) (string, error) { return text(s.credential(ctx)) }

func (s *static) Fault() error { return s.fault }

// A settled error is not retryable, since the next attempt would get it again.
type settled struct{ error }

func (e *settled) Unwrap() error   { return e.error }
func (e *settled) Retryable() bool { return false }

// faultOf returns the error in the settings of source, or nil.
func faultOf(source Source) error {
	if f, ok := source.(SourceFunc); source == nil || ok && f == nil {
		return errors.New("auth: source is nil: pass a source such as auth.Bearer")
	}
	if f, ok := source.(interface{ Fault() error }); ok {
		return f.Fault()
	}
	return nil
}

// A credential is the value of a header, as a slice that the requests of a source share.
type credential []string

// held returns a function that returns the credential, since printing a function does not
// show it.
func held(value string) func() credential {
	c := credential{value}
	return func() credential { return c }
}

func (c credential) value() string { return c[0] }

func text(c credential, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return c.value(), nil
}

// credentialOf returns source's credential for one attempt.
func credentialOf(ctx context.Context, source Source) (credential, error) {
	if own, ok := source.(interface {
		credential(context.Context) (credential, error)
	}); ok { // this package's own sources detach the context and check the value themselves
		return own.credential(ctx)
	}
	record.Delay(ctx)
	value, err := source.Authorization(outward(ctx))
	if err != nil {
		return nil, err
	}
	if fault := valueFault(value); fault != nil {
		return nil, fmt.Errorf("value of the source: %w", fault)
	}
	return credential{value}, nil
}

// outward returns ctx for requests that a source sends. They are not attempts of the call,
// do not use its policy, its clock or its record, and are not signed with the credential
// that they fetch.
func outward(ctx context.Context) context.Context {
	ctx = record.WithoutSettings(ctx)
	if layer.ClockFrom(ctx) != nil {
		ctx = layer.WithClock(ctx, nil)
	}
	return ctx
}

func joined(scheme, key string) string {
	if scheme == "" {
		return key
	}
	return scheme + " " + key
}

// valueFault returns an error if a key or value is invalid. The error does not quote it.
func valueFault(value string) error {
	switch {
	case value == "":
		return errors.New("it is empty")
	case !sendable(value):
		return errors.New("it contains a line end or another control character: trim it")
	case strings.Trim(value, " \t") != value: // a server would ignore the spaces (RFC 9110 section 5.5)
		return errors.New("it begins or ends with a space: trim it")
	}
	return nil
}

func sendable(value string) bool { return header.ValidValue(value) }

func validScheme(scheme string) bool {
	return !strings.ContainsFunc(scheme, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}
