package services

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// A Mismatch is a member of a response whose value is not of the expected type. The rest of the
// response was read. [Result.Raw] contains the value.
type Mismatch struct {
	Path string // in the response, such as "data[1].tinyId"
	Got  string // the type that came: "null", "boolean", "number", "string", "array" or "object"
}

// String returns such as "data[1].tinyId is a number".
func (m Mismatch) String() string {
	article := "a "
	switch m.Got {
	case "array", "object":
		article = "an "
	case "null":
		article = ""
	}
	return m.Path + " is " + article + m.Got
}

// A decoder decodes as encoding/json does, but goes on after a value of an unexpected type,
// which encoding/json does not in every case. It leaves such a field zero.
type decoder struct{ odd []Mismatch }

// value decodes raw, which must be valid JSON, into v.
func (d *decoder) value(raw json.RawMessage, v reflect.Value, path string) {
	if v.CanAddr() && decodesItself(v.Addr()) {
		d.plain(raw, v, path)
		return
	}
	isNull := string(raw) == "null"
	switch v.Kind() {
	case reflect.Interface:
		if p := v.Elem(); !isNull && p.Kind() == reflect.Pointer && !p.IsNil() {
			d.value(raw, p.Elem(), path)
			return
		}
		d.plain(raw, v, path)
	case reflect.Pointer:
		if isNull {
			v.SetZero()
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(raw, v.Elem(), path)
	case reflect.Struct:
		d.object(raw, v, path)
	case reflect.Slice:
		d.list(raw, v, path)
	case reflect.Map:
		d.dictionary(raw, v, path)
	default:
		d.plain(raw, v, path)
	}
}

// decodesItself reports whether encoding/json calls a method of the pointer p.
func decodesItself(p reflect.Value) bool {
	return p.Type().Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Type().Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// plain leaves the value to encoding/json.
func (d *decoder) plain(raw json.RawMessage, v reflect.Value, path string) {
	if json.Unmarshal(raw, v.Addr().Interface()) != nil {
		d.mismatch(raw, path)
	}
}

func (d *decoder) mismatch(raw json.RawMessage, path string) {
	d.odd = append(d.odd, Mismatch{Path: path, Got: typeOf(raw)})
}

func (d *decoder) object(raw json.RawMessage, v reflect.Value, path string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		d.mismatch(raw, path)
		return
	}
	for m := range membersOf(v) {
		for name, raw := range members {
			if name == m.name || strings.EqualFold(name, m.name) && members[m.name] == nil {
				d.value(raw, m.value, below(path, m.name))
			}
		}
	}
}

func (d *decoder) list(raw json.RawMessage, v reflect.Value, path string) {
	var items []json.RawMessage
	if v.Type().Elem().Kind() == reflect.Uint8 || json.Unmarshal(raw, &items) != nil {
		d.plain(raw, v, path)
		return
	}
	if items == nil {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

// dictionary leaves out items of another type: a zero would read as if it had come.
func (d *decoder) dictionary(raw json.RawMessage, v reflect.Value, path string) {
	var items map[string]json.RawMessage
	if v.Type().Key().Kind() != reflect.String || json.Unmarshal(raw, &items) != nil {
		d.plain(raw, v, path)
		return
	}
	if items == nil {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(items)))
	for name, item := range items {
		value := reflect.New(v.Type().Elem()).Elem()
		before := len(d.odd)
		d.value(item, value, below(path, name))
		if len(d.odd) == before || !value.IsZero() {
			v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), value)
		}
	}
}

// below returns the path of a member.
func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// typeOf returns the type of a JSON value.
func typeOf(raw json.RawMessage) string {
	for _, c := range raw {
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '{':
			return "object"
		case '[':
			return "array"
		case '"':
			return "string"
		case 't', 'f':
			return "boolean"
		case 'n':
			return "null"
		default:
			return "number"
		}
	}
	return "nothing"
}

// A mismatcher is a value that was decoded without an error and kept what it did not expect.
type mismatcher interface{ Mismatches() []Mismatch }

// keptBy returns what v itself keeps.
func keptBy(v reflect.Value) []Mismatch {
	if !v.CanInterface() || v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		return nil // what they point to is asked
	}
	if v.CanAddr() {
		v = v.Addr() // a pointer makes an interface without a copy
	}
	if kept, ok := reflect.TypeAssert[mismatcher](v); ok {
		return kept.Mismatches()
	}
	return nil
}

// mismatchesIn returns the mismatches that values below v keep.
func mismatchesIn(v reflect.Value, path string) (odd []Mismatch) {
	for _, m := range keptBy(v) {
		m.Path = strings.Trim(below(path, m.Path), ".")
		odd = append(odd, m)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			odd = append(odd, mismatchesIn(v.Elem(), path)...)
		}
	case reflect.Struct:
		for m := range membersOf(v) {
			odd = append(odd, mismatchesIn(m.value, below(path, m.name))...)
		}
		for part := range partsOf(v) {
			odd = append(odd, mismatchesIn(part, path)...)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			odd = append(odd, mismatchesIn(v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			odd = append(odd, mismatchesIn(v.MapIndex(key), below(path, key.String()))...)
		}
	default: // it holds no other values
	}
	return odd
}

// A look is the way through values of one type to those that may keep mismatches, computed once
// so that looking costs no allocation; nil if there are none.
type look struct {
	self   bool // the value itself
	open   bool // an interface: what it holds is known only when it is there
	fields []lookField
	elem   *look // of a pointer, a list or a map
}

type lookField struct {
	index int
	look  *look
}

// newLook returns the way through values of t. Known has those of types that are being visited.
func newLook(t reflect.Type, known map[reflect.Type]*look) *look {
	if l, ok := known[t]; ok {
		return l
	}
	l := &look{self: reflect.PointerTo(t).Implements(reflect.TypeFor[mismatcher]())}
	known[t] = l
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		l.elem = newLook(t.Elem(), known)
	case reflect.Interface:
		l.open = t.NumMethod() > 0
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				if below := newLook(f.Type, known); below != nil {
					l.fields = append(l.fields, lookField{i, below})
				}
			}
		}
	default: // it holds no other values
	}
	if !l.self && !l.open && l.elem == nil && len(l.fields) == 0 {
		known[t] = nil
		return nil
	}
	return l
}

// finds reports whether v keeps a mismatch.
func (l *look) finds(v reflect.Value) bool {
	switch {
	case l == nil:
		return false
	case l.open:
		return !v.IsNil()
	case l.self && len(keptBy(v)) > 0:
		return true
	}
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && l.elem.finds(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if l.elem.finds(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		return l.elem != nil && v.Len() > 0 // the complete search decides
	case reflect.Struct:
		for _, f := range l.fields {
			if f.look.finds(v.Field(f.index)) {
				return true
			}
		}
	default: // it holds no other values
	}
	return false
}
