package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// A SignOption configures [Sign]. To keep a default, leave its option out;
// passing zero does not select it.
type SignOption func(*signature)

// WithDigest hashes the body of each attempt with a new hash, such as
// [crypto/sha256.New], and passes the sum to the signing function. For a request without
// a body it is the sum of no bytes. By default no body is read.
//
// The body is read before the attempt. It is sent from GetBody, by seeking, or else from
// a copy, which is limited in size (see [WithDigestBuffer]). Reads end with the timeouts
// of the call.
func WithDigest(newHash func() hash.Hash) SignOption {
	return func(s *signature) { s.newHash, s.digests = newHash, true }
}

// WithDigestBuffer sets how many bytes [WithDigest] copies of a body that has neither
// GetBody nor Seek. A longer body is refused. The default is 1 MiB; with 0 every such
// body is refused.
func WithDigestBuffer(bytes int64) SignOption { return func(s *signature) { s.buffer = bytes } }

// Sign returns a source that signs the whole request, as AWS, Azure and HMAC schemes do.
// sign is called for each attempt, so that it can use the current date. It gets the
// request as it will be sent and may set headers and query parameters. digest is nil
// unless [WithDigest] is given. sign must be safe for concurrent use.
//
// req is a copy, which sign must not retain. It has all headers that will be sent,
// including those of [transport.Identity] and of credentials in layers above, but not
// those that net/http adds (Content-Length, Accept-Encoding). Its Method and Host are
// never empty, its ContentLength is -1 if the length is unknown, it has no body, and its
// context has no record of the call.
//
// The attempt fails with a [*SignError], and nothing is sent, if sign returns an error,
// panics or changes anything but headers and query, or if the body cannot be read or
// cannot be sent after it was read. If the request already has an Authorization header,
// it is kept, whatever sign sets. A 401 is final.
//
// The layer of a signing source must be below all other credentials, just above the base.
func Sign(sign func(req *http.Request, digest []byte) error, opts ...SignOption) Source {
	s := &signature{sign: sign, buffer: replayBytes}
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	var faults []error
	if sign == nil {
		faults = append(faults, errors.New("auth: sign: the function is nil"))
	}
	if s.digests && s.newHash == nil {
		faults = append(faults, errors.New("auth: sign: the hash of WithDigest is nil"))
	}
	if s.buffer < 0 {
		faults = append(faults, fmt.Errorf("auth: sign: the digest buffer of %d bytes is negative", s.buffer))
	}
	s.fault = errors.Join(faults...)
	return s
}

type signature struct {
	sign    func(req *http.Request, digest []byte) error
	newHash func() hash.Hash
	digests bool
	buffer  int64
	fault   error
}

func (s *signature) Fault() error { return s.fault }

// Authorization returns an error, since a signature needs the request.
func (s *signature) Authorization(context.Context) (string, error) {
	return "", &settled{errors.New("a signing source needs the whole request: pass it to auth.New directly")}
}

func (s *signer) sendSigned(req *http.Request, by *signature) (*http.Response, error) {
	replay, err := by.replay(req)
	if err != nil {
		return nil, layer.Refuse(req, &SignError{err})
	}
	handed := false
	defer func() { // also if the body or the hash panics
		if handed {
			replay.Finish()
		} else {
			replay.Abandon(req)
		}
	}()
	signed, err := by.signed(req, &replay)
	if err != nil {
		return nil, &SignError{err}
	}
	record.Changed(req, signed)
	handed = true
	resp, err := s.Send(signed)
	if signed.URL.RawQuery != req.URL.RawQuery {
		err = hidden(err, signed.URL.RawQuery)
	}
	return layer.Restore(resp, req), err
}

// replay returns how the body can be sent after it was read, if it must be read.
func (s *signature) replay(req *http.Request) (layer.Replay, error) {
	if s.newHash == nil {
		return layer.AsItCame(req), nil
	}
	return layer.NewReplay(req, s.buffer)
}

// signed returns the request of an attempt with its signature and its body.
func (s *signature) signed(req *http.Request, replay *layer.Replay) (*http.Request, error) {
	record.Delay(req.Context())
	sum, err := s.digest(req, replay)
	if err != nil {
		return nil, err
	}
	out := record.Outgoing(req)
	draft := draftOf(out)
	method, host := draft.Method, draft.Host
	if err := s.call(draft, sum); err != nil {
		return nil, err
	}
	if err := changes(draft, out, method, host); err != nil {
		return nil, &settled{err}
	}
	keepAuthorization(draft.Header, out.Header)
	sent := *out
	sent.URL, sent.Header = draft.URL, draft.Header
	return replay.Attempt(req.Context(), &sent, true)
}

// digest returns the sum of the body, or nil without WithDigest.
func (s *signature) digest(req *http.Request, replay *layer.Replay) ([]byte, error) {
	if s.newHash == nil {
		return nil, nil
	}
	sum := s.newHash()
	if sum == nil {
		return nil, &settled{errors.New("the hash of WithDigest is nil")}
	}
	err := replay.ReadAhead(req.Context(), req, sum)
	switch {
	case errors.Is(err, layer.ErrNotReplayable):
		return nil, &settled{fmt.Errorf("the body is longer than the %d bytes that may be copied for its digest: "+
			"set GetBody, use a body that can seek, or see auth.WithDigestBuffer: %w", s.buffer, err)}
	case err != nil:
		return nil, fmt.Errorf("read the body for its digest: %w", err)
	}
	return sum.Sum(nil), nil
}

// draftOf returns the copy of a request for the signing function.
func draftOf(out *http.Request) *http.Request {
	u := *out.URL
	draft := &http.Request{
		Method: cmp.Or(out.Method, http.MethodGet), URL: &u, Host: cmp.Or(out.Host, u.Host), Header: out.Header.Clone(),
		Proto: out.Proto, ProtoMajor: out.ProtoMajor, ProtoMinor: out.ProtoMinor, ContentLength: out.ContentLength,
	}
	if draft.Header == nil {
		draft.Header = http.Header{}
	}
	if out.Body != nil && out.Body != http.NoBody && out.ContentLength == 0 {
		draft.ContentLength = -1
	}
	return draft.WithContext(outward(out.Context()))
}

// call calls the signing function and returns a panic as an error.
func (s *signature) call(draft *http.Request, sum []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &settled{fmt.Errorf("the signing function panicked: %v", p)}
		}
	}()
	return s.sign(draft, sum)
}

// changes returns an error if the signing function changed what it must not change, since
// the signature would not match the request.
func changes(draft, out *http.Request, method, host string) error {
	switch {
	case draft.URL == nil || !sameButQuery(draft.URL, out.URL):
		return errors.New("the signing function changed the URL: it may change only headers and query parameters")
	case draft.Method != method:
		return errors.New("the signing function changed the method: it may change only headers and query parameters")
	case !sameHost(draft.Host, host, out.URL.Scheme):
		return errors.New("the signing function changed the host: it may change only headers and query parameters")
	case draft.Body != nil:
		return errors.New("the signing function changed the body: it may change only headers and query parameters")
	case strings.ContainsFunc(draft.URL.RawQuery, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return errors.New("the signing function set a query that contains a space or control character: escape it")
	}
	for name, values := range draft.Header {
		if slices.Equal(values, out.Header[name]) {
			continue
		}
		if !header.ValidName(name) {
			return fmt.Errorf("the signing function set a header with the invalid name %q", name)
		}
		if !sendable(strings.Join(values, "")) {
			return fmt.Errorf("the signing function set the header %q to a value that contains a control character", name)
		}
	}
	return nil
}

func sameButQuery(a, b *url.URL) bool {
	c := *a
	c.RawQuery, c.ForceQuery = b.RawQuery, b.ForceQuery
	return c == *b
}

// sameHost compares two hosts. Some signers omit the default port.
func sameHost(a, b, scheme string) bool {
	if a == b {
		return true
	}
	u, v := url.URL{Scheme: scheme, Host: a}, url.URL{Scheme: scheme, Host: b}
	return equalFold(u.Hostname(), v.Hostname()) && portOf(&u) == portOf(&v)
}

// keepAuthorization restores an existing Authorization header, in any spelling.
func keepAuthorization(given, was http.Header) {
	if !spelt(was, headerAuthorization) {
		return
	}
	for name := range given {
		if equalFold(name, headerAuthorization) {
			delete(given, name)
		}
	}
	for name, values := range was {
		if equalFold(name, headerAuthorization) {
			given[name] = values
		}
	}
}
