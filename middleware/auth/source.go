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

// A Source gives the value of an attempt's credential: by default that of the
// Authorization header, scheme included. [Header], [InHeader] and [Query] make a
// source that is sent elsewhere, and [Sign] one that signs the whole request. It is
// asked for each attempt and must be safe for concurrent use. Its context is
// that of the request without the record of the call and without what was set for
// it, its retry policy for instance, so that what a source sends itself is none of
// the call's attempts.
//
// A source may have a method Fault() error that says what is wrong with its
// settings; with one, [New] refuses every call.
type Source interface {
	Authorization(ctx context.Context) (string, error)
}

// A Renewer is a [Source] that can give another value once the server turned
// one down. [Refresh] returns one; a static key is none, so that a 401 to it is final.
type Renewer interface {
	Source

	// Renew says that the server answered 401 to value: the source should give
	// another one. Where it gives the same again, the 401 stands. It is nothing new
	// to one that has another by now.
	Renew(value string)
}

// A SourceFunc makes a function a [Source]. It is no [Renewer]: a 401 is final.
type SourceFunc func(ctx context.Context) (string, error)

// Authorization calls f.
func (f SourceFunc) Authorization(ctx context.Context) (string, error) { return f(ctx) }

// Key returns a source of the value "scheme key", such as "GenieKey x"; with an
// empty scheme the value is the key alone. The key must not be empty nor hold a
// control character or blanks at its ends, and a scheme must be a token (RFC
// 9110 section 11.1).
func Key(scheme string, key redact.Secret) Source {
	var faults []error
	if !validScheme(scheme) {
		faults = append(faults, fmt.Errorf("auth: key: scheme %q is not one word such as Bearer", scheme))
	}
	if fault := valueFault(key.Reveal()); fault != nil {
		faults = append(faults, fmt.Errorf("auth: key: %w", fault))
	} else if word, _, more := strings.Cut(key.Reveal(), " "); more && scheme != "" && strings.EqualFold(word, scheme) {
		faults = append(faults, fmt.Errorf("auth: key: it begins with the scheme %s: pass the key alone", scheme))
	}
	return newStatic(joined(scheme, key.Reveal()), faults...)
}

// Bearer returns a source of the value "Bearer token" (RFC 6750 section 2.1).
func Bearer(token redact.Secret) Source { return Key("Bearer", token) }

// Basic returns a source of user and password as RFC 7617 encodes them, in
// UTF-8. The user must not hold a colon, neither of them a control character; an
// empty password is allowed, an empty user is not.
func Basic(user string, password redact.Secret) Source {
	var faults []error
	if user == "" {
		faults = append(faults, errors.New("auth: basic: user is empty"))
	}
	if strings.Contains(user, ":") {
		faults = append(faults, errors.New("auth: basic: user has a colon, where the password would begin"))
	}
	if !sendable(user) || !sendable(password.Reveal()) {
		faults = append(faults, errors.New("auth: basic: user or password has a control character in it"))
	}
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password.Reveal()))
	return newStatic("Basic "+pair, faults...)
}

// None returns a source that signs nothing, for [WithSource].
func None() Source { return none{} }

type none struct{}

func (none) Authorization(context.Context) (string, error) { return "", nil }

// A static source gives one value for ever, made when it was built.
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

// A settled error stays the same however often one asks.
type settled struct{ error }

func (e *settled) Unwrap() error   { return e.error }
func (e *settled) Retryable() bool { return false }

// faultOf returns what is wrong with the settings of source.
func faultOf(source Source) error {
	if f, ok := source.(SourceFunc); source == nil || ok && f == nil {
		return errors.New("auth: source is nil: give one such as auth.Bearer")
	}
	if f, ok := source.(interface{ Fault() error }); ok {
		return f.Fault()
	}
	return nil
}

// A credential is what an attempt is signed with: the only value of a header, which
// the requests of a source share.
type credential []string

// held returns a credential as a function, which does not print what it returns.
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

// credentialOf asks source for the credential of one attempt.
func credentialOf(ctx context.Context, source Source) (credential, error) {
	if own, ok := source.(interface {
		credential(context.Context) (credential, error)
	}); ok { // one of this package sees to its context and its values itself
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

// outward returns ctx for what is sent on the way to a credential: none of the
// call's attempts, not by its policy nor on its attempt's clock, and not to be
// signed with the credential that it is to fetch.
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

// valueFault says what is wrong with a key or value, and shows nothing of it.
func valueFault(value string) error {
	switch {
	case value == "":
		return errors.New("it is empty")
	case !sendable(value):
		return errors.New("it has a line end or another control character in it: trim it")
	case strings.Trim(value, " \t") != value: // a server would see another key, or none (RFC 9110 section 5.5)
		return errors.New("it begins or ends with a blank: trim it")
	}
	return nil
}

func sendable(value string) bool { return header.ValidValue(value) }

func validScheme(scheme string) bool {
	return !strings.ContainsFunc(scheme, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}
