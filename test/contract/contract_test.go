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
func operations(client *opsgenie.Client) (all []operation) {
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

// send calls an operation.
func (o operation) send(ctx context.Context, arguments []reflect.Value) error {
	results := o.call.Call(append([]reflect.Value{reflect.ValueOf(ctx)}, arguments...))
	err, _ := reflect.TypeAssert[error](results[1])
	return err
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
	for round := range rounds {
		all = append(all, variant{fmt.Sprintf("all fields/%d", round+1), builder{choices: c, full: true, round: round}})
	}
	return all
}

// The requests of the run are what the client lets through: this needs no server.
func TestEveryOperationCanBeSent(t *testing.T) {
	t.Parallel()
	nobody := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
	})
	client, w := open(t, "http://127.0.0.1:9", nobody)
	all := operations(client)
	routes := map[transport.Route]string{}
	for _, v := range variants(chosen(t, all)) {
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

// tally counts what became of what was sent.
type tally struct {
	sent, accepted, refused, absent, unread int
	complaints                              []string
	outside                                 map[string]bool // operations that the document lacks
	told                                    map[string]bool // complaints: an operation with a reason
}

// unconfirmed are the operations that no description of the vendor's has: other
// clients of the API send them, and their comments say so.
var unconfirmed = []string{"Postmortems.Create", "Postmortems.Delete", "Postmortems.Update"}

// linkless is the operation whose answer is a bare link, for which the document
// has no example: Prism answers with the word "string", which is none.
const linkless = "Logs.DownloadLink"

func (c *tally) add(o operation, v variant, w *witness, err error) {
	c.sent++
	complain := func(word, why string) {
		if key := o.name + why; !c.told[key] {
			c.told[key] = true
			c.complaints = append(c.complaints, fmt.Sprintf("%s %s (%s): %s\n      %s %.500s", word, o.name, v.name, why, w.asked, w.sent))
		}
	}
	failed, _ := errors.AsType[*services.Error](err)
	switch {
	case w.code == http.StatusNotFound || w.code == http.StatusMethodNotAllowed:
		c.absent++
		c.outside[o.name] = true
		complain("not in the document:", w.reason())
	case w.code >= 400:
		c.refused++
		complain("refused:", w.reason())
	case w.code < 200 || failed == nil && err != nil && !errors.Is(err, services.ErrResponse):
		c.refused++
		complain("failed:", err.Error())
	case w.said != "" && w.reason() != "":
		c.refused++
		complain("faulted:", w.reason())
	default:
		c.accepted++
		if err != nil && o.name != linkless {
			c.unread++
			complain("answer not read:", err.Error())
		}
	}
}

// The vendor's description takes every operation: with what is required alone,
// and with all fields, in as many rounds as there are values to choose from.
func TestTheVendorsDescriptionTakesEveryOperation(t *testing.T) {
	client, w := open(t, startPrism(t, "mock"), http.DefaultTransport)
	defer client.CloseIdleConnections()
	all := operations(client)
	total := tally{outside: map[string]bool{}, told: map[string]bool{}}
	names := map[string]bool{}
	for _, v := range variants(chosen(t, all)) {
		for _, o := range all {
			arguments, err := o.arguments(v.builder)
			require.NoError(t, err, o.name)
			w.saw = false
			err = o.send(t.Context(), arguments)
			require.True(t, w.saw, "%s, %s: nothing was sent: %v", o.name, v.name, err)
			names[o.name] = true
			total.add(o, v, w, err)
		}
	}
	total.print(len(names))
	assert.Len(t, names, len(all))
	assert.Equal(t, unconfirmed, slices.Sorted(maps.Keys(total.outside)), "what the document lacks")
	assert.Zero(t, total.refused)
	assert.Zero(t, total.unread)
}

// print writes each complaint, once for an operation and a reason, and the counts.
func (c *tally) print(operations int) {
	for _, complaint := range c.complaints {
		fmt.Println(complaint)
	}
	fmt.Printf("operations: %d, of which the document has %d\n", operations, operations-len(c.outside))
	fmt.Printf("requests: sent %d, accepted %d, refused %d, not in the document %d; answers that could not be read %d\n",
		c.sent, c.accepted, c.refused, c.absent, c.unread)
}
