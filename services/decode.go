package services

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// decode decodes the response into value, in one pass unless something in it is not of the
// expected type.
func decode[T any](x *exchange, value *T, m *Metadata) error {
	envelope := x.client.codec.Envelope(value)
	var odd []Mismatch
	if !x.mayLackBody(value) {
		if err := json.Unmarshal(x.body, targetOf(envelope, value, x.body)); err != nil {
			*value = *new(T)
			envelope = x.client.codec.Envelope(value)
			if odd, err = x.decodeOdd(envelope, value, err); err != nil {
				return x.fail(ErrResponse, cmp.Or(foreign(x.resp, x.body), fmt.Errorf("decode response: %w", err)))
			}
		}
	}
	if f, ok := envelope.(FailingEnvelope); ok && f.Failed() {
		return x.reported()
	}
	decoded := reflect.ValueOf(value).Elem()
	if x.client.look(decoded.Type()).finds(decoded) {
		odd = append(odd, mismatchesIn(decoded, dataOf(envelope, x.body))...)
	}
	if len(odd) > 0 && x.client.strict {
		return x.fail(ErrResponse, fmt.Errorf("decode response: %w", mismatchError(odd)))
	}
	x.fill(m)
	envelope.Fill(x.resp.Header, m)
	m.Mismatches = odd
	x.relate(&m.Paging, m.more.url)
	if needsData(value) && decoded.IsZero() && !hasData[T](x) {
		return x.fail(ErrResponse, errors.New("decode response: it has no data"))
	}
	return nil
}

// mayLackBody reports whether a response has no body and needs none.
func (x *exchange) mayLackBody(value any) bool {
	return len(x.body) == 0 &&
		(x.resp.StatusCode == http.StatusNoContent || x.client.traits.EmptySuccess && !needsData(value))
}

// targetOf returns what a body is decoded into: the envelope, or the data alone.
func targetOf(envelope Envelope, data any, body []byte) any {
	if isBare(envelope, body) {
		return data
	}
	return envelope
}

func isBare(envelope Envelope, body []byte) bool {
	b, ok := envelope.(BareEnvelope)
	return ok && b.Bare(body)
}

// decodeOdd decodes again, in a way that leaves out what encoding/json stopped at with an
// error. It returns an error if the response cannot be read at all.
func (x *exchange) decodeOdd(envelope Envelope, data any, err error) ([]Mismatch, error) {
	switch {
	case len(x.body) == 0:
		return nil, errors.New("it is empty")
	case !json.Valid(x.body):
		return nil, err
	}
	var d decoder
	d.value(x.body, reflect.ValueOf(targetOf(envelope, data, x.body)).Elem(), "")
	for _, m := range d.odd {
		if m.Path == "" || m.Path == dataOf(envelope, x.body) {
			if _, bare := envelope.(bareData); bare && m.Got == "object" && isList(reflect.TypeOf(data)) {
				err = fmt.Errorf("%w: if the list is a member of this object, set the field List of services.JSON", err)
			}
			return nil, err
		}
	}
	return d.odd, nil
}

// dataOf returns the name of the member that an envelope holds the data in, if it has several,
// that which the response has; empty if the data has no envelope.
func dataOf(envelope Envelope, body []byte) string {
	v := reflect.Indirect(reflect.ValueOf(envelope))
	if v.Kind() != reflect.Struct || isBare(envelope, body) {
		return ""
	}
	var names []string
	for m := range membersOf(v) {
		if m.value.Kind() == reflect.Interface {
			names = append(names, m.name)
		}
	}
	var came map[string]json.RawMessage
	if len(names) > 1 && json.Unmarshal(body, &came) == nil {
		names = slices.DeleteFunc(names, func(name string) bool { return came[name] == nil })
	}
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// needsData reports whether a response without data is an error.
func needsData(value any) bool {
	switch value.(type) {
	case *None, interface{ held() any }:
		return false
	}
	return true
}

// hasData reports whether the response has data, although its value is zero.
func hasData[T any](x *exchange) bool {
	codec := x.client.codec
	if rawData[T](codec, x.body) != nil {
		return true
	}
	if !x.client.traits.NullIsEmpty || !isList(reflect.TypeFor[*T]()) {
		return false
	}
	name := dataOf(codec.Envelope(new(T)), x.body)
	if name == "" {
		return len(x.body) > 0
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(x.body, &members)
	return members[name] != nil
}

// rawData returns the data of a response as it came, nil if there is none.
func rawData[T any](codec Codec, body []byte) json.RawMessage {
	if !json.Valid(body) {
		return nil
	}
	envelope := codec.Envelope(new(T))
	if isBare(envelope, body) {
		if raw := bytes.TrimSpace(body); string(raw) != "null" {
			return raw
		}
		return nil
	}
	var raw json.RawMessage
	v := reflect.ValueOf(envelope).Elem()
	for m := range membersOf(v) {
		if m.value.Kind() == reflect.Interface {
			m.value.Set(reflect.ValueOf(&raw)) // instead of the data
		}
	}
	new(decoder).value(body, v, "")
	return raw
}

// mismatchError says what is odd in a response, at most three members of it.
func mismatchError(odd []Mismatch) error {
	texts := make([]string, 0, len(odd))
	for _, m := range odd[:min(len(odd), 3)] {
		texts = append(texts, oneLine(m.String()))
	}
	if more := len(odd) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return errors.New("unexpected types: " + strings.Join(texts, ", "))
}
