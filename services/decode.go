package services

import (
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
	codec := x.client.codec
	envelope := codec.Envelope(value)
	var odd []Mismatch
	if len(x.body) > 0 || !mayBeEmpty(x.resp.StatusCode, envelope, value) {
		if err := json.Unmarshal(x.body, targetOf(envelope)); err != nil {
			*value = *new(T)
			envelope = codec.Envelope(value)
			if odd, err = x.decodeOdd(envelope, err); err != nil {
				return x.fail(ErrResponse, cmp.Or(foreign(x.resp, x.body), fmt.Errorf("decode response: %w", err)))
			}
		}
	}
	if f, ok := envelope.(FailingEnvelope); ok && f.Failed() {
		return x.reported()
	}
	decoded := reflect.ValueOf(value).Elem()
	if x.client.look(decoded.Type()).finds(decoded) {
		odd = append(odd, mismatchesIn(decoded, dataOf(envelope))...)
	}
	if len(odd) > 0 && x.client.strict {
		return x.fail(ErrResponse, fmt.Errorf("decode response: %w", mismatchError(odd)))
	}
	x.fill(m)
	envelope.Fill(x.resp.Header, m)
	m.Mismatches = odd
	x.client.relate(&m.Paging, m.more.url)
	if needsData(value) && decoded.IsZero() && !hasData[T](x, envelope) {
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
	d.value(x.body, reflect.ValueOf(targetOf(envelope)).Elem(), "")
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

// mayBeEmpty reports whether a success may have no body at all.
func mayBeEmpty(status int, envelope Envelope, value any) bool {
	_, bare := envelope.(*bareData)
	return status == http.StatusNoContent || bare && !needsData(value)
}

// hasData reports whether the response has data, although its value is zero. With the codec
// [JSON], null is an empty list.
func hasData[T any](x *exchange, envelope Envelope) bool {
	if raw := rawData[T](x.client.codec, x.body); raw != nil && string(raw) != "null" {
		return true
	}
	if _, plain := x.client.codec.(interface{ nullIsEmpty() }); !plain || !isList(reflect.TypeFor[*T]()) {
		return false
	}
	name := dataOf(envelope)
	if name == "" {
		return len(x.body) > 0
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(x.body, &members)
	return members[name] != nil
}

// rawData returns the data of a response as it came, nil if there was none.
func rawData[T any](codec Codec, body []byte) json.RawMessage {
	if !json.Valid(body) {
		return nil
	}
	if isList(reflect.TypeFor[*T]()) {
		var raw rawList
		new(decoder).value(body, reflect.ValueOf(targetOf(codec.Envelope(&raw))).Elem(), "")
		return raw.all()
	}
	var raw json.RawMessage
	new(decoder).value(body, reflect.ValueOf(targetOf(codec.Envelope(&raw))).Elem(), "")
	return raw
}

// A rawList is a list as it came. It is a slice, so that [JSON] takes it for a list.
type rawList []json.RawMessage

// UnmarshalJSON keeps the whole list as the only item.
func (l *rawList) UnmarshalJSON(raw []byte) error {
	*l = rawList{slices.Clone(raw)}
	return nil
}

func (l rawList) all() json.RawMessage {
	if len(l) == 0 {
		return nil
	}
	return l[0]
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
