package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/tripware/tripware/services"
)

// A Request holds the parameters of one operation, as they are sent.
type Request struct {
	Path  map[string]string
	Query map[string]string
	Lists map[string][]string // in the query, a parameter for each element
	Form  map[string]string
	File  *services.File // nil unless the operation uploads one
	Body  any            // nil if there is none; a map[string]any or any other JSON value
}

// input returns the request as package services takes it: a struct whose tags say where its
// fields go. Its type follows from the names of the parameters.
func (r Request) input() (any, error) {
	var fields []reflect.StructField
	var values []any
	add := func(tag, name string, value any) {
		fields = append(fields, reflect.StructField{
			Name: "F" + strconv.Itoa(len(fields)), Type: reflect.TypeOf(value), Tag: reflect.StructTag(tag + ":" + strconv.Quote(name)),
		})
		values = append(values, value)
	}
	for _, part := range []struct {
		place string
		all   map[string]string
	}{{"path", r.Path}, {"query", r.Query}, {"form", r.Form}} {
		for _, name := range slices.Sorted(maps.Keys(part.all)) {
			add(part.place, name, part.all[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Lists)) {
		add("query", name+",repeat", r.Lists[name])
	}
	if r.File != nil {
		add("form", "file", *r.File)
	}
	if r.Body != nil {
		raw, err := json.Marshal(r.Body)
		if err != nil {
			return nil, fmt.Errorf("write the request as JSON: %w", err)
		}
		add("body", "json", json.RawMessage(raw))
	}
	if len(fields) == 0 {
		return nil, nil //nolint:nilnil // an operation without parameters
	}
	in := reflect.New(reflect.StructOf(fields)).Elem()
	for i, value := range values {
		in.Field(i).Set(reflect.ValueOf(value))
	}
	return in.Interface(), nil
}

// members returns the body as an object, or nil if it is none.
func (r Request) members() map[string]any {
	object, _ := r.Body.(map[string]any)
	return object
}

// value is the data of a response as it came, or nothing.
type value = services.Optional[json.RawMessage]

// Send sends the operation with a name such as Account.Get and returns its response.
func (s *Set) Send(ctx context.Context, name string, r Request) (*services.Result[services.Optional[json.RawMessage]], error) {
	o, ok := s.Find(name)
	if !ok {
		return nil, fmt.Errorf("unknown operation %s", name)
	}
	core, err := s.Vendor.Core(o.Domain)
	if err != nil {
		return nil, err
	}
	return do(ctx, core, o, r)
}

// do sends an operation and returns the data of the response as it came.
func do(ctx context.Context, c *services.Client, o Operation, r Request) (*services.Result[value], error) {
	in, err := r.input()
	if err != nil {
		return nil, err
	}
	return services.Do[value](ctx, c, o.Route(), in, o.repeat(r.members()))
}

// acceptOnly sends an asynchronous operation, whose response has an id of the request and no
// data, and returns what the response says.
func acceptOnly(ctx context.Context, c *services.Client, o Operation, r Request) (services.Metadata, error) {
	in, err := r.input()
	if err != nil {
		return services.Metadata{}, err
	}
	got, err := services.Do[services.None](ctx, c, o.Route(), in, o.repeat(r.members()))
	if err != nil {
		return services.Metadata{}, err
	}
	return got.Meta, nil
}

// download copies the file of a response to w.
func download(ctx context.Context, c *services.Client, o Operation, r Request, w io.Writer) error {
	in, err := r.input()
	if err != nil {
		return err
	}
	accept := "*/*"
	if o.Path[len(o.Path)-1] == 's' { // .ics
		accept = "text/calendar"
	}
	_, err = services.Download(ctx, c, o.Route(), in, accept, w)
	return err
}
