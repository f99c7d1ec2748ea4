package services

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// decode decodes the response into value, in one pass unless something in it is not of the
// expected type.
func decode[T any](x *exchange, value *T, m *Metadata) error {
	codec := x.client.codec
	envelope := codec.Envelope(value)
	var odd []Mismatch
	if len(x.body) > 0 || x.resp.StatusCode != http.StatusNoContent {
		if err := json.Unmarshal(x.body, envelope); err != nil {
			*value = *new(T)
			envelope = codec.Envelope(value)
			if odd, err = x.decodeOdd(envelope, err); err != nil {
				return x.fail(ErrResponse, cmp.Or(foreign(x.resp, x.body), fmt.Errorf("decode response: %w", err)))
			}
		}
	}
	if decoded := reflect.ValueOf(value).Elem(); x.client.look(decoded.Type()).finds(decoded) {
		odd = append(odd, mismatchesIn(decoded, dataOf(envelope))...)
	}
	if len(odd) > 0 && x.client.strict {
		return x.fail(ErrResponse, fmt.Errorf("decode response: %w", mismatchError(odd)))
	}
	x.fill(m)
	envelope.Fill(x.resp.Header, m)
	m.Mismatches = odd
	x.client.relate(&m.Paging, m.more.url)
	if needsData(value) && reflect.ValueOf(value).Elem().IsZero() && rawData(codec, x.body) == nil {
		return x.fail(ErrResponse, errors.New("decode response: it has no data"))
	}
	return nil
}

// decodeOdd decodes again, in a way that leaves out what encoding/json stopped at with an
// error. It returns an error if the response cannot be read at all.
func (x *exchange) decodeOdd(envelope Envelope, err error) ([]Mismatch, error) {
	switch {
	case len(x.body) == 0:
		return nil, errors.New("it is empty")
	case !json.Valid(x.body):
		return nil, err
	}
	var d decoder
	d.value(x.body, reflect.ValueOf(envelope).Elem(), "")
	for _, m := range d.odd {
		if m.Path == "" || m.Path == dataOf(envelope) {
			return nil, err
		}
	}
	return d.odd, nil
}

// dataOf returns the name of the member that an envelope holds the data in; empty if the data
// has no envelope.
func dataOf(envelope Envelope) string {
	v := reflect.Indirect(reflect.ValueOf(envelope))
	if v.Kind() != reflect.Struct {
		return ""
	}
	for m := range membersOf(v) {
		if m.value.Kind() == reflect.Interface {
			return m.name
		}
	}
	return ""
}

// needsData reports whether a response without data is an error.
func needsData(value any) bool {
	switch value.(type) {
	case *None, interface{ held() any }:
		return false
	}
	return true
}

// rawData returns the data of a response as it came, nil if there is none.
func rawData(codec Codec, body []byte) json.RawMessage {
	var raw json.RawMessage
	if json.Valid(body) {
		new(decoder).value(body, reflect.ValueOf(codec.Envelope(&raw)).Elem(), "")
	}
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
