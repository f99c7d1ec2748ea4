package clients

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A Client is one client that people have, and what docs/clients.md says of it. Texts are
// Markdown without a full stop at the end.
type Client struct {
	Name   string // as the page shows it; its file is Name in lower case, with hyphens
	Module string // the path of its module, whose version the row has

	// Before makes one call with the client as it comes, with its own retries on, and After
	// with the recommended lines. The chain of the site must be the client's transport in
	// both. If Before is nil, it is After. Waits of the client's own are as short as it allows.
	Before, After Call

	Own    string // how often the client retries in Before, such as "4" or "3, if set"; empty for never
	Record string // how the caller finds the record of a call, with the name of the function
	Off    string // the setting that switches the client's own retries off
	On     string // what should stay on, and why
	Cannot string // what cannot be done with this client, as a statement

	// Answer writes the response of the server in the client's format. The status is one
	// of the scene, or 200; a Retry-After header is already set. If it is nil, the
	// response is an empty JSON object.
	Answer func(w http.ResponseWriter, r *http.Request, status int)
	// Aside responds to requests that are not part of the call, such as one for a token,
	// and reports whether it did. They are not counted.
	Aside func(w http.ResponseWriter, r *http.Request) bool

	// Skip has the scenes that cannot happen to this client, by their names, and why.
	Skip map[string]string
	// Why has the scenes whose After cannot send what is planned, by their names, and why.
	Why map[string]string
}

// A Call makes one call over s with the context ctx, and returns what the client returned.
type Call func(ctx context.Context, s Site) Outcome

// An Outcome is what the caller of a client has after a call. The record of the call is
// looked for in this order: in the response, in the error, in the record itself.
type Outcome struct {
	Response *http.Response  // as the client hands it to its caller, if it does
	Err      error           // as the client returns it
	Record   *transport.Call // of transport.Begin, if the call began it
}

// record returns the record of the call, and how it was found.
func (o Outcome) record() (*transport.Call, string) {
	if c := transport.CallOf(o.Response); c != nil {
		return c, "CallOf"
	}
	if c := transport.CallOfError(o.Err); c != nil {
		return c, "CallOfError"
	}
	if o.Record != nil {
		return o.Record, "Begin"
	}
	return nil, "none"
}

// A Site is what a call has at hand: a server in one scene, and the chain that reaches it.
type Site struct {
	URL    string            // of the server, without a slash at its end
	Base   http.RoundTripper // sends requests; every request has a connection of its own
	Source auth.Source       // the credential of the server, which can be renewed; nil unless the scene needs it
	Scene  string            // its name
}

// Retry returns the options of the retry loop in all scenes: 3 retries and no waits.
func (s Site) Retry() []retry.Option {
	return []retry.Option{retry.WithMaxRetries(3), retry.WithBaseDelay(0), retry.WithClampedHint(hint)}
}

// Chain returns the chain that stands below the client: the retry loop, with opts added to
// its options, and below it the credential if the scene needs one.
func (s Site) Chain(opts ...retry.Option) http.RoundTripper {
	middlewares := []transport.Middleware{retry.New(append(s.Retry(), opts...)...)}
	if s.Source != nil {
		middlewares = append(middlewares, auth.New(s.URL, s.Source))
	}
	return transport.Chain(s.Base, middlewares...)
}

// check returns an error if the client is not complete.
func (c Client) check() error {
	if c.Name == "" || c.After == nil {
		return fmt.Errorf("clients: client %q has no name or no After", c.Name)
	}
	for _, reasons := range []map[string]string{c.Skip, c.Why} {
		for name := range reasons {
			if !slices.ContainsFunc(scenes(), func(s Scene) bool { return s.Name == name }) {
				return fmt.Errorf("clients: %s: there is no scene %q", c.Name, name)
			}
		}
	}
	return nil
}
