// Package apitest runs the table of a service's operations, which has one or more rows for each
// method. A row holds the call of the method, the request that it must send, and the response. The
// package is for tests only.
//
// A row fails if no field fills a {name} of its route or if a field has no tag, because the call
// is refused then. The table fails if a method has no row.
package apitest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/tripware/tripware/services"
)

// An Exchange is one request that must be sent, and its response.
type Exchange struct {
	Send    string                                     // method, escaped path and query: "POST /v2/alerts/a%2Fb/close?identifierType=alias"
	Body    string                                     // the JSON that must be sent; empty for no body, unless Inspect is set
	Inspect func(req *http.Request, body []byte) error // checks what no other field describes, such as a form
	Status  int                                        // of the response; 0 means 200
	Header  map[string]string                          // of the response, in addition to Content-Type
	Answer  string                                     // the body of the response
	Fixture string                                     // instead of Answer: a file that holds it
}

// Value returns the value of a result, for Row.Call.
func Value[T any](got *services.Result[T], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return got.Value, nil
}

// Exact describes a request to the byte, request line and body, and its response: the file of
// this name in testdata, without its ending .json; none if empty.
func Exact(request, body string, status int, fixture string) Exchange {
	e := Exchange{Send: request, Body: body, Status: status}
	if fixture != "" {
		e.Fixture = "testdata/" + fixture + ".json"
	}
	e.Inspect = func(req *http.Request, sent []byte) error {
		if got := req.Method + " " + req.URL.RequestURI(); got != request {
			return fmt.Errorf("sent %s, not %s", got, request)
		}
		if string(sent) != body {
			return fmt.Errorf("sent the body %s, not %s", sent, body)
		}
		return nil
	}
	return e
}

// A Row is one call of an operation of the service S, and its expected outcome.
type Row[S any] struct {
	Name     string // the method's, with what is special about the row behind a slash: "Close/by alias"
	Call     func(ctx context.Context, service S) (any, error)
	Exchange                              // the first request; empty Send if none may be sent
	Repeat   services.Repeat              // of the first request: what the call must say of a retry
	Then     []Exchange                   // those that follow
	Want     any                          // what Call must return; nil to compare nothing
	Err      error                        // what Call's error must be, as errors.Is says; nil for success
	Check    func(tb testing.TB, got any) // checks what Call returned
}

// Open makes the service under test above a round tripper.
type Open[S any] func(rt http.RoundTripper) (S, error)

// Run runs all rows, each as a subtest with a separate service and mock, and fails if a method of
// S that takes a context has no row.
func Run[S any](t *testing.T, open Open[S], rows []Row[S]) {
	t.Helper()
	if err := Complete(rows); err != nil {
		t.Error(err)
	}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			got, err := Verify(t.Context(), open, row)
			if err != nil {
				t.Fatal(err)
			}
			if row.Check != nil {
				row.Check(t, got)
			}
		})
	}
}

// Complete returns an error that names every operation of S without a row, and
// every row without an operation. An operation is an exported method whose first
// parameter is a context.
func Complete[S any](rows []Row[S]) error {
	var faults []error
	operations := map[string]bool{}
	service := reflect.TypeFor[S]()
	for method := range service.Methods() {
		if method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]() {
			operations[method.Name] = false
		}
	}
	for _, row := range rows {
		name, _, _ := strings.Cut(row.Name, "/")
		if _, ok := operations[name]; !ok {
			faults = append(faults, fmt.Errorf("apitest: row %q: %s has no such operation", row.Name, service))
			continue
		}
		operations[name] = true
	}
	var missing []string
	for name, done := range operations {
		if !done {
			missing = append(missing, name)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		faults = append(faults, fmt.Errorf("apitest: %s: no row for %s", service, strings.Join(missing, ", ")))
	}
	return errors.Join(faults...)
}

// Verify runs one row. It returns what Call returned, and an error that lists all differences from
// the row.
func Verify[S any](ctx context.Context, open Open[S], row Row[S]) (any, error) {
	if row.Call == nil {
		return nil, fmt.Errorf("apitest: row %q has no call", row.Name)
	}
	s := &script{repeat: row.Repeat}
	if row.Send != "" {
		s.left = append(s.left, row.Exchange)
	}
	s.left = append(s.left, row.Then...)
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(s.respond)
	service, err := open(mock)
	if err != nil {
		return nil, fmt.Errorf("apitest: open service: %w", err)
	}
	got, err := row.Call(ctx, service)
	faults := s.faults
	switch {
	case row.Err == nil && err != nil:
		faults = append(faults, fmt.Errorf("the call failed: %w", err))
	case row.Err != nil && !errors.Is(err, row.Err):
		faults = append(faults, fmt.Errorf("the call's error is %w, not %w", orNone(err), row.Err))
	case row.Want != nil && !reflect.DeepEqual(row.Want, got):
		faults = append(faults, fmt.Errorf("the call returned\n%+v\nnot\n%+v", got, row.Want))
	}
	for _, e := range s.left {
		faults = append(faults, fmt.Errorf("%s was not sent", e.Send))
	}
	return got, errors.Join(faults...)
}

func orNone(err error) error {
	if err == nil {
		return errors.New("none")
	}
	return err
}

// Collect reads a sequence to its end, or to its first error.
func Collect[T any](items iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range items {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// body returns the body of the response.
func (e *Exchange) body() (string, error) {
	if e.Fixture == "" {
		return e.Answer, nil
	}
	b, err := os.ReadFile(e.Fixture)
	return string(b), err
}
