package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// HeaderTransactionID is the default header in which [Identity] sends the transaction id;
// see [WithTransactionHeader].
const HeaderTransactionID = "X-Transaction-Id"

// maxTransactionID is the maximum length of a valid transaction id, in bytes.
const maxTransactionID = 128

type transactionKey struct{}

// WithTransactionID returns a context that sets the transaction id of calls made with it.
// A valid id has 1 to 128 visible ASCII characters; any other is ignored.
func WithTransactionID(ctx context.Context, id string) context.Context {
	if !validTransactionID(id) {
		return ctx
	}
	return context.WithValue(ctx, transactionKey{}, id)
}

func validTransactionID(id string) bool {
	if id == "" || len(id) > maxTransactionID {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}

// TransactionID returns the id that all attempts, logs and metrics of the call share. It
// comes from the context or the request's header, or else is a random UUID (RFC 9562,
// version 4).
func (c *Call) TransactionID() string {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.identity()
}

// identity returns the id, and creates it if there is none yet.
func (c *Call) identity() string {
	if c.id[0] == "" {
		c.id[0] = newTransactionID()
	}
	return c.id[0]
}

// newTransactionID uses the generator of the runtime (ChaCha8, seeded by the operating
// system), which costs half as much as uuid.NewString and changes no process-wide setting.
func newTransactionID() string {
	var id uuid.UUID
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id.String()
}

// identify sets the transaction id of the call and returns the values of its header: given
// if it is valid, else the id that the call already has, else a new one.
func (c *Call) identify(given []string) []string {
	adopted := len(given) > 0 && validTransactionID(given[0])
	if c == nil {
		if adopted {
			return given[:1:1]
		}
		return []string{newTransactionID()}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if adopted && !c.sealed && !c.lent && (c.id[0] == "" || !c.first.made) { // the first attempt fixes the id
		c.id[0] = given[0]
	}
	if adopted && c.id[0] != given[0] {
		return given[:1:1]
	}
	return c.lend()
}

// An IdentityOption configures [Identity]. To keep a default, leave its option out.
type IdentityOption func(*identity)

// WithTransactionHeader sets the name of the header with the transaction id. The default
// is [HeaderTransactionID]; with an empty name the id is not sent.
func WithTransactionHeader(name string) IdentityOption {
	return func(i *identity) { i.header = http.CanonicalHeaderKey(name) }
}

// WithUserAgent sets the User-Agent of requests that have none. By default, and if agent is
// empty, net/http sets its own.
func WithUserAgent(agent string) IdentityOption {
	return func(i *identity) {
		if agent != "" {
			i.defaults["User-Agent"] = []string{agent}
		}
	}
}

// WithHeader sets a header of requests that do not have it. If the option is given several
// times for a name, all values are sent.
//
// Headers for credentials are refused (see [redact.CredentialHeader]), because redirects
// would send the credential to any host. Use auth.Header, which binds it to an origin, or
// the Jar of [http.Client] for cookies.
func WithHeader(name, value string) IdentityOption {
	return func(i *identity) {
		name = http.CanonicalHeaderKey(name)
		i.defaults[name] = append(i.defaults[name], value)
	}
}

// Identity returns a middleware that adds a transaction id, a user agent and default
// headers to requests; all attempts of a call have the same. A transaction id from the
// request's header or from [WithTransactionID] is kept. Place it outermost.
func Identity(opts ...IdentityOption) Middleware {
	settings := identity{header: HeaderTransactionID, defaults: http.Header{}}
	for _, opt := range opts {
		if opt != nil {
			opt(&settings)
		}
	}
	fault := settings.check()
	settings.defaults = header.Copy(settings.defaults, 0) // all calls share the values
	for name := range settings.defaults {
		settings.names = append(settings.names, name)
	}
	return func(next http.RoundTripper) http.RoundTripper {
		i := settings
		i.Link = layer.NewLink("identity", layer.AtIdentity, next, fault)
		return &i
	}
}

type identity struct {
	layer.Link
	header   string
	defaults http.Header
	names    []string // the keys of defaults, which a slice iterates faster
}

const nameRule = "use letters, digits and hyphens, without spaces"

func (i *identity) check() error {
	var faults []error
	if i.header != "" && !header.ValidName(i.header) {
		faults = append(faults, fmt.Errorf("transport: identity: transaction header name %q is invalid: %s", i.header, nameRule))
	}
	for _, name := range slices.Sorted(maps.Keys(i.defaults)) {
		if !header.ValidName(name) {
			faults = append(faults, fmt.Errorf("transport: identity: header name %q is invalid: %s", name, nameRule))
		}
		switch name {
		case "Host":
			faults = append(faults, errors.New(`transport: identity: header "Host" cannot have a default: set the request's Host field`))
		case i.header:
			faults = append(faults, fmt.Errorf("transport: identity: header %q cannot have a default: it carries the transaction id", name))
		}
		if redact.CredentialHeader(name) {
			faults = append(faults, credentialFault(name))
		}
		if !header.ValidValues(i.defaults[name]) {
			faults = append(faults, fmt.Errorf("transport: identity: the value of header %q contains a control character", name))
		}
	}
	return errors.Join(faults...)
}

// credentialFault returns the error for a header that must not have a default, because
// http.Client would send it to any host that it is redirected to.
func credentialFault(name string) error {
	cure := "use auth.Header, which binds it to an origin"
	switch name {
	case "Cookie":
		cure = "set http.Client's Jar, or " + cure
	case "Proxy-Authorization":
		cure = "set the password of the Proxy, or " + cure
	}
	return fmt.Errorf("transport: identity: header %q contains a credential, which redirects would send to any host: %s", name, cure)
}

func (i *identity) RoundTrip(req *http.Request) (*http.Response, error) {
	if i.Fault() != nil {
		return nil, layer.Refuse(req, i.Fault())
	}
	tagged := *req
	tagged.Header = i.stamp(req.Header, CallFrom(req.Context()), 0)
	resp, err := i.Send(&tagged)
	return layer.Restore(resp, req), err
}

// stamp returns a copy of given with the headers of the call and room for extra more.
func (i *identity) stamp(given http.Header, call *Call, extra int) http.Header {
	var stamped http.Header
	if len(given) == 0 && len(i.names) > 0 {
		stamped = maps.Clone(i.defaults) // appending to a value copies it, since it has no spare capacity
	} else {
		stamped = header.Copy(given, len(i.names)+1+extra)
		for _, name := range i.names {
			if _, has := given[name]; !has {
				stamped[name] = i.defaults[name]
			}
		}
	}
	if i.header != "" {
		stamped[i.header] = call.identify(given[i.header])
	}
	return stamped
}

// identify sets the transaction id of call from the header of req, if it has one.
func (i *identity) identify(call *Call, req *http.Request) {
	if given := req.Header[i.header]; len(given) > 0 {
		call.identify(given)
	}
}

// missing reports whether given lacks a header that the call adds.
func (i *identity) missing(given http.Header) bool {
	if i.header != "" {
		if values := given[i.header]; len(values) == 0 || !validTransactionID(values[0]) {
			return true
		}
	}
	for _, name := range i.names {
		if _, has := given[name]; !has {
			return true
		}
	}
	return false
}
