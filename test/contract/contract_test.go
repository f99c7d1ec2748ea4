package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/transport"
)

// An operation is a method of a service.
type operation struct {
	name       string // such as "Alerts.Create"
	call       reflect.Value
	parameters []reflect.Type // after the context
}

// operations returns those of a client: what pages by itself and what goes on
// with a wait send nothing of their own.
func operations(client any) (all []operation) {
	for field, value := range reflect.ValueOf(client).Elem().Fields() {
		if field.Type.Kind() != reflect.Pointer || !strings.HasSuffix(field.Type.Elem().Name(), "Service") {
			continue
		}
		for m, call := range value.Methods() {
			if m.Name == "Resume" || m.Name == "Each" || strings.HasPrefix(m.Name, "All") {
				continue
			}
			o := operation{name: field.Name + "." + m.Name, call: call}
			for i := 1; i < call.Type().NumIn(); i++ {
				o.parameters = append(o.parameters, call.Type().In(i))
			}
			all = append(all, o)
		}
	}
	return all
}

// arguments returns values for the parameters of an operation.
func (o operation) arguments(b builder) (arguments []reflect.Value, err error) {
	for _, t := range o.parameters {
		value := reflect.ValueOf(io.Discard)
		if t != reflect.TypeFor[io.Writer]() {
			if value, err = b.value(t, o.name+".id"); err != nil {
				return nil, fmt.Errorf("%s: %w", o.name, err)
			}
		}
		arguments = append(arguments, value)
	}
	return arguments, nil
}

// send calls an operation. A response with a member of another type than expected, or with one
// that is not in the value, is an error, too.
func (o operation) send(ctx context.Context, arguments []reflect.Value) error {
	results := o.call.Call(append([]reflect.Value{reflect.ValueOf(ctx)}, arguments...))
	if err, _ := reflect.TypeAssert[error](results[1]); err != nil {
		return err
	}
	meta, _ := reflect.TypeAssert[services.Metadata](results[0].Elem().FieldByName("Meta"))
	if len(meta.Mismatches) > 0 {
		return fmt.Errorf("%w: members of another type: %v", services.ErrResponse, meta.Mismatches)
	}
	value := results[0].Elem().FieldByName("Value") // a change that is processed later has none
	if !value.IsValid() || value.Type() == reflect.TypeFor[services.None]() {
		return nil
	}
	raw := results[0].MethodByName("Raw").Call(nil)[0].Bytes()
	if names := unread("", raw, value.Interface()); len(names) > 0 {
		return fmt.Errorf("%w: %s", errUnread, strings.Join(names, ", "))
	}
	return nil
}

// A witness keeps what went by last.
type witness struct {
	next http.RoundTripper

	mu    sync.Mutex
	saw   bool
	route transport.Route
	asked string
	sent  []byte
	got   []byte
	code  int
	said  string // by the server's validation
}

func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saw, w.asked, w.code, w.got, w.sent = true, req.Method+" "+req.URL.RequestURI(), 0, nil, nil
	w.route, _ = transport.Lookup[transport.Route](req.Context())
	if req.Body != nil {
		sent, unread := io.ReadAll(req.Body)
		if err := errors.Join(unread, req.Body.Close()); err != nil {
			return nil, err
		}
		w.sent = sent
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	w.code, w.said = resp.StatusCode, resp.Header.Get("Sl-Violations")
	var unread error
	w.got, unread = io.ReadAll(resp.Body)
	if err := errors.Join(unread, resp.Body.Close()); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(w.got))
	return resp, nil
}

// reason returns what the server has against a request, in its words: in a
// header where the description has an answer for what is wrong, else in the body.
func (w *witness) reason() string {
	type fault struct {
		Location []string
		Message  string
	}
	var said struct {
		Title, Detail string
		Validation    []fault
	}
	if json.Unmarshal([]byte(w.said), &said.Validation) != nil && json.Unmarshal(w.got, &said) != nil {
		return string(w.got)
	}
	var parts []string
	for _, f := range said.Validation {
		if len(f.Location) > 0 && f.Location[0] == "response" {
			continue // Prism's own answer
		}
		parts = append(parts, strings.Join(f.Location, ".")+": "+f.Message)
	}
	if len(parts) == 0 && w.code >= 400 {
		parts = append(parts, said.Title, said.Detail)
	}
	return strings.Join(parts, "; ")
}

// open returns a client whose calls pass a witness.
func open(t *testing.T, address string, next http.RoundTripper) (*opsgenie.Client, *witness) {
	t.Helper()
	w := &witness{next: next}
	return clientOver(t, address, w), w
}

// clientOver returns a client that sends each request once.
func clientOver(t *testing.T, address string, base http.RoundTripper) *opsgenie.Client {
	t.Helper()
	client, err := opsgenie.New("00000000-fake-fake-fake-000000000000", opsgenie.WithBaseURL(address), opsgenie.WithBase(base),
		opsgenie.WithTransport(tripware.WithRetry(retry.Off())))
	require.NoError(t, err)
	return client
}

// A variant is one way to fill the requests.
type variant struct {
	name string
	builder
}

// variants returns one with what is required, and as many with all fields as it
// takes for each choice to be sent.
func variants(c choices) []variant {
	all := []variant{{"required", builder{choices: c}}}
	rounds := 1
	for _, list := range []map[reflect.Type][]any{c.types, c.constants} {
		for _, values := range list {
			rounds = max(rounds, len(values))
		}
	}
	for _, values := range c.fields {
		rounds = max(rounds, len(values))
	}
	for round := range rounds {
		all = append(all, variant{fmt.Sprintf("all fields/%d", round+1), builder{choices: c, full: true, round: round}})
	}
	return all
}

// The requests of the run are what the client lets through: this needs no server.
func TestEveryOperationCanBeSent(t *testing.T) {
	t.Parallel()
	client, w := open(t, "http://127.0.0.1:9", nobody())
	all := operations(client)
	everyRouteOnce(t, all, chosen(t, all), w)
}

// nobody accepts every request with an empty object.
func nobody() http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
	})
}

// everyRouteOnce sends all variants of all operations, none of which may have the route of
// another.
func everyRouteOnce(t *testing.T, all []operation, c choices, w *witness) {
	t.Helper()
	routes := map[transport.Route]string{}
	for _, v := range variants(c) {
		for _, o := range all {
			w.saw = false
			arguments, err := o.arguments(v.builder)
			require.NoError(t, err, "%s, %s", o.name, v.name)
			err = o.send(t.Context(), arguments)
			if !assert.True(t, w.saw, "%s, %s: nothing was sent: %v", o.name, v.name, err) {
				continue
			}
			if other := routes[w.route]; other != "" {
				assert.Equal(t, other, o.name, "two operations have the route %s", w.route)
			}
			routes[w.route] = o.name
		}
	}
	assert.Len(t, routes, len(all))
}

// The vendor's description takes every operation: with what is required alone,
// and with all fields, in as many rounds as there are values to choose from.
func TestTheVendorsDescriptionTakesEveryOperation(t *testing.T) {
	client, w := open(t, startPrism(t, "mock"), http.DefaultTransport)
	defer client.CloseIdleConnections()
	all := operations(client)
	total := offer(t, all, chosen(t, all), w, nil)
	total.print(len(all))
	assert.Equal(t, unconfirmed, slices.Sorted(maps.Keys(total.outside)), "what the document lacks")
	assert.Zero(t, total.refused)
	assert.Zero(t, total.unread)
}

// offer sends all variants of all operations, and counts what became of them.
// Where the document has an example of each response, all of it must be read but the members in
// examples, by operation.
func offer(t *testing.T, all []operation, c choices, w *witness, examples map[string]string) *tally {
	t.Helper()
	total := &tally{examples: examples, outside: map[string]bool{}, told: map[string]bool{}, routes: map[string]transport.Route{}}
	for _, v := range variants(c) {
		for _, o := range all {
			arguments, err := o.arguments(v.builder)
			require.NoError(t, err, o.name)
			w.saw = false
			err = o.send(t.Context(), arguments)
			require.True(t, w.saw, "%s, %s: nothing was sent: %v", o.name, v.name, err)
			total.add(o, v, w, err)
		}
	}
	return total
}
