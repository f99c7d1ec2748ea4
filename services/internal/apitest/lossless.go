package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tripware/tripware/services"
)

// Lossless checks that each type that is both read and written by the services of a client
// gives back any JSON object that it reads: with members that it does not know at any depth,
// and known ones that came as null, an empty text or an empty list, numbers by their digits.
// Client is a pointer to a struct whose fields are pointers to services. More are types that
// no signature names, such as those that an interface holds. Objects are drawn from seed.
func Lossless(t *testing.T, client any, seed uint64, more ...any) {
	t.Helper()
	both, names := readAndWritten(reflect.TypeOf(client).Elem(), more)
	if len(both) == 0 {
		t.Fatal("no type is both read and written")
	}
	for _, typ := range both {
		t.Run(typ.String(), func(t *testing.T) {
			t.Parallel()
			reads := reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]())
			if !reads || !typ.Implements(reflect.TypeFor[json.Marshaler]()) {
				t.Fatalf("it is read and written, but does not keep what it does not know: embed services.Other, and see its comment")
			}
			d := drawer{rand.New(rand.NewPCG(seed, 0)), names}
			for range 400 {
				text := d.object(typ, 3)
				if err := comesBack(typ, text); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// comesBack reads text into a value of the type, writes it, and compares.
func comesBack(typ reflect.Type, text string) error {
	value := reflect.New(typ)
	if err := json.Unmarshal([]byte(text), value.Interface()); err != nil {
		return fmt.Errorf("read %s: %w", text, err)
	}
	again, err := json.Marshal(value.Elem().Interface())
	if err != nil {
		return fmt.Errorf("write %s: %w", text, err)
	}
	if want, got := digits([]byte(text)), digits(again); !reflect.DeepEqual(want, got) {
		return fmt.Errorf("read  %s\nwrote %s", text, again)
	}
	return nil
}

func digits(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err
	}
	return v
}

// readAndWritten returns the struct types that are part of requests and of responses, in the
// order of their names, and the names of members that types of each package have.
func readAndWritten(client reflect.Type, more []any) (both []reflect.Type, names map[string][]string) {
	read, written := reached{}, reached{}
	for f := range client.Fields() {
		if f.Type.Kind() == reflect.Pointer {
			operations(f.Type, read, written)
		}
	}
	for _, v := range more {
		read.add(reflect.TypeOf(v))
		written.add(reflect.TypeOf(v))
	}
	names = map[string][]string{}
	for typ := range read {
		for f := range typ.Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				names[typ.PkgPath()] = append(names[typ.PkgPath()], name)
			}
		}
		if written[typ] {
			both = append(both, typ)
		}
	}
	for _, all := range names {
		slices.Sort(all)
	}
	slices.SortFunc(both, func(a, b reflect.Type) int { return strings.Compare(a.String(), b.String()) })
	return both, names
}

// operations adds what the operations of a service read and write.
func operations(service reflect.Type, read, written reached) {
	for m := range service.Methods() {
		if m.Type.NumIn() < 2 || m.Type.In(1) != reflect.TypeFor[context.Context]() {
			continue
		}
		for i := 2; i < m.Type.NumIn(); i++ {
			written.request(m.Type.In(i))
		}
		for out := range m.Type.Outs() {
			read.response(out)
		}
	}
}

// reached are the struct types that are part of a body.
type reached map[reflect.Type]bool

// request adds what a request sends in its body: a type that writes itself is the whole body.
func (r reached) request(t reflect.Type) {
	if t.Kind() != reflect.Struct {
		return
	}
	if t.Implements(reflect.TypeFor[json.Marshaler]()) {
		r.add(t)
		return
	}
	for f := range t.Fields() {
		_, isJSON := f.Tag.Lookup("json")
		_, isBody := f.Tag.Lookup("body")
		switch {
		case f.Anonymous && !isJSON && !isBody:
			r.request(f.Type)
		case isJSON || isBody:
			r.add(f.Type)
		}
	}
}

// response adds what a result holds: that of a call, of a sequence, or of a pending request.
func (r reached) response(t reflect.Type) {
	switch {
	case t.Kind() == reflect.Func && t.NumIn() == 1 && t.In(0).Kind() == reflect.Func:
		r.add(t.In(0).In(0))
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		if value, ok := t.Elem().FieldByName("Value"); ok && strings.HasPrefix(t.Elem().Name(), "Result[") {
			r.add(value.Type)
		}
	}
}

// add adds the struct types below t.
func (r reached) add(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		r.add(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if strings.HasPrefix(t.Name(), "Optional[") {
		value, _ := t.FieldByName("value")
		r.add(value.Type)
		return
	}
	if r[t] || !strings.HasPrefix(t.PkgPath(), "github.com/tripware/") || t == reflect.TypeFor[services.Other]() {
		return
	}
	if _, isTime := t.FieldByName("Time"); isTime && t.NumField() == 1 {
		return // a text
	}
	r[t] = t.Name() != ""
	for f := range t.Fields() {
		if tag, tagged := f.Tag.Lookup("json"); tagged && tag != "-" || f.Anonymous {
			r.add(f.Type)
		}
	}
}

// A drawer draws JSON texts.
type drawer struct {
	*rand.Rand

	names map[string][]string
}

// kinds are values that decide how an object is read.
func kinds() []string {
	return []string{
		"team", "user", "escalation", "schedule", "group", "all", "none", "time-of-day", "weekday-and-time-of-day", "match-all",
		"match-any-condition", "match-all-conditions", "alert", "notification", "minutes", "hours", "days", "for-duration", "indefinitely",
		"for-1-hour", "for-5-minutes", "for-30-minutes", "schedule", "API", "Webhook", "close", "auto-restart-notifications", "delay",
		"suppress", "modify", "new kind",
	}
}

// object draws an object for a type: known members, of their type or of another, and unknown
// ones.
func (d drawer) object(t reflect.Type, depth int) string {
	members := map[string]string{}
	for f := range flat(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if d.IntN(5) > 0 {
			members[name] = d.value(f.Type, depth-1)
		}
	}
	pool := d.names[t.PkgPath()]
	for range d.IntN(4) {
		if len(pool) > 0 && len(members) < 12 {
			members[pool[d.IntN(len(pool))]] = d.odd(depth - 1)
		}
	}
	for range d.IntN(4) {
		unknown := [...]string{"zzz", "Type", "future", "_links", "ID", "id", "name", "username", "timeAmount", "timeUnit"}
		members[unknown[d.IntN(len(unknown))]] = d.odd(depth - 1)
	}
	if d.IntN(3) > 0 {
		members["type"] = d.text()
	}
	parts := make([]string, 0, len(members))
	for name, value := range members {
		parts = append(parts, fmt.Sprintf("%q:%s", name, value))
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

// flat yields the fields that are members of the object.
func flat(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" && !yield(f) {
				return
			}
		}
	}
}

// value draws a value for a field, now and then one of another type.
func (d drawer) value(t reflect.Type, depth int) string {
	if d.IntN(3) == 0 {
		return d.odd(depth)
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		if strings.HasPrefix(t.Name(), "Optional[") {
			value, _ := t.FieldByName("value")
			return d.value(value.Type, depth)
		}
		if _, isTime := t.FieldByName("Time"); isTime || t.PkgPath() == "time" {
			return [...]string{`"2026-01-02T03:04:05Z"`, `"2026-01-02T03:04:05.120+02:00"`, `"2026-01-02T03:04:05+0200"`}[d.IntN(3)]
		}
		if depth > 0 {
			return d.object(t, depth)
		}
		return "{}"
	case reflect.Slice:
		items := make([]string, d.IntN(3))
		for i := range items {
			items[i] = d.value(t.Elem(), depth-1)
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Map:
		return fmt.Sprintf(`{"k":%s}`, d.value(t.Elem(), depth-1))
	case reflect.Bool:
		return [...]string{"true", "false"}[d.IntN(2)]
	case reflect.String:
		return d.text()
	case reflect.Interface:
		return d.odd(depth)
	default:
		return [...]string{"0", "1", "30", "-7", "12345678901234567890", "1.50"}[d.IntN(6)]
	}
}

func (d drawer) text() string {
	all := kinds()
	if d.IntN(3) == 0 {
		return `"some text"`
	}
	return fmt.Sprintf("%q", all[d.IntN(len(all))])
}

// odd draws any value.
func (d drawer) odd(depth int) string {
	switch n := d.IntN(12); {
	case n > 9 && depth > 0:
		return fmt.Sprintf(`[%s,{"more":%s}]`, d.odd(depth-1), d.odd(depth-1))
	case n > 7 && depth > 0:
		return fmt.Sprintf(`{"zzz":%s,"id":%s}`, d.odd(depth-1), d.odd(depth-1))
	default:
		return [...]string{"null", `""`, "[]", "{}", "0", "1.0", "true", `"x"`, "9007199254740993", "null", `""`, "[]"}[n]
	}
}
