package services

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/tripware/tripware/internal/header"
)

// bind makes the HTTP request of an operation. The error names everything that is wrong with
// the arguments.
func (c *Client) bind(ctx context.Context, text string, in any) (*http.Request, error) {
	v, err := structOf(in)
	if err != nil {
		return nil, err
	}
	var t reflect.Type
	if v.IsValid() {
		t = v.Type()
	}
	p := c.plan(text, t)
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	b := binder{plan: p, in: v}
	b.check(in)
	u := b.fillURL(c.base)
	b.fillHeader(c)
	b.fillBody(c)
	if err := b.faults.join(); err != nil {
		return nil, err
	}
	return b.request(ctx, u), nil
}

// structOf looks behind pointers. It returns the zero Value for no request.
func structOf(in any) (reflect.Value, error) {
	v := reflect.ValueOf(in)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			var f faults
			f.add("request", "is a nil %T", in)
			return v, f
		}
		v = v.Elem()
	}
	return v, nil
}

// A binder collects the parts of one request, and the errors in them.
type binder struct {
	plan   *plan
	in     reflect.Value
	header http.Header
	body   []byte // the body, unless form has it
	form   *form  // the body, if it is a form with files
	faults faults
}

func (b *binder) check(in any) {
	for _, c := range b.plan.checks {
		v := b.in.FieldByIndex(c.index)
		if unset(v, false) {
			required := c.required && !b.keeps(c.name)
			if required {
				b.faults.add(c.name, "is required")
			}
			if required || unset(v, c.keepZero) {
				continue
			}
		}
		if c.bounded && number(v) < c.minimum {
			b.faults.add(c.name, "must be at least %d", c.minimum)
		}
	}
	if b.plan.checker {
		request, _ := in.(checker) // a pointer has the methods of what it points to
		if err := request.Check(); err != nil {
			b.faults = append(b.faults, flat(err)...)
		}
	}
}

// keeps reports whether the request was made from an object whose member the field of this name
// cannot hold: it is sent as it came, so that it is not missing.
func (b *binder) keeps(name string) bool {
	raw := b.kept().members[name]
	return raw != nil && string(raw) != "null"
}

func number(v reflect.Value) int64 {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.CanUint() {
		return int64(min(v.Uint(), 1<<63-1))
	}
	return v.Int()
}

// fillURL returns the base URL with the route and the query. The texts are built on the stack
// if they have the usual length, and are copied once.
func (b *binder) fillURL(base *url.URL) *url.URL {
	u := *base
	var plain, escaped [192]byte
	u.Path, u.RawPath = b.path(append(plain[:0], base.Path...), append(escaped[:0], base.RawPath...))
	var query [192]byte
	u.RawQuery = string(b.appendValues(query[:0], b.plan.query))
	return &u
}

// path appends the route to the path of the base, plain and escaped: url.URL sends the second
// as long as it means the first.
func (b *binder) path(plain, escaped []byte) (path, rawPath string) {
	names := 0
	for _, s := range b.plan.route.segments {
		plain, escaped = append(plain, '/'), append(escaped, '/')
		if s.name != "" {
			f := b.plan.path[names]
			names++
			value := b.text(f)
			safe, err := escapeSegment(value)
			if err != nil {
				b.refuse(f, err)
			}
			plain, escaped = append(plain, value...), append(escaped, safe...)
		}
		plain, escaped = append(plain, s.literal...), append(escaped, s.literal...)
	}
	rawPath = string(escaped)
	if string(plain) == rawPath {
		return rawPath, rawPath
	}
	return string(plain), rawPath
}

// refuse adds an error unless the field has one already.
func (b *binder) refuse(f field, err error) {
	for _, fault := range b.faults {
		if a, ok := fault.(*ArgumentError); ok && a.Field == f.name { //nolint:errorlint // only our own, as they were added
			return
		}
	}
	b.faults.add(f.name, "%s", err)
}

// text returns the text of a field; empty if it is unset or cannot be written.
func (b *binder) text(f field) string {
	v := b.in.FieldByIndex(f.index)
	if unset(v, f.keepZero) {
		return ""
	}
	value, err := text(v)
	if err != nil {
		b.refuse(f, err)
	}
	return value
}

func (b *binder) appendValues(query []byte, fields []field) []byte {
	for _, f := range fields {
		if unset(b.in.FieldByIndex(f.index), f.keepZero) {
			continue
		}
		if f.repeat {
			query = b.appendEach(query, f)
			continue
		}
		query = appendValue(query, f.name, b.text(f))
	}
	return query
}

// appendEach appends each element of a list as a parameter of its own.
func (b *binder) appendEach(query []byte, f field) []byte {
	parts, err := texts(b.in.FieldByIndex(f.index))
	if err != nil {
		b.refuse(f, err)
	}
	for _, part := range parts {
		query = appendValue(query, f.name, part)
	}
	return query
}

func appendValue(query []byte, name, value string) []byte {
	if len(query) > 0 {
		query = append(query, '&')
	}
	query = append(query, url.QueryEscape(name)...)
	query = append(query, '=')
	return append(query, url.QueryEscape(value)...)
}

func (b *binder) fillHeader(c *Client) {
	b.header = make(http.Header, len(b.plan.header)+2)
	b.header["Accept"] = c.accept
	for _, f := range b.plan.header {
		if unset(b.in.FieldByIndex(f.index), f.keepZero) {
			continue
		}
		value := b.text(f)
		if !header.ValidValue(value) {
			b.faults.add(f.name, "contains a control character")
		}
		b.header[f.name] = []string{value}
	}
}

func (b *binder) fillBody(c *Client) {
	switch {
	case b.plan.body != nil || len(b.plan.whole) > 0:
		b.fillJSON(c)
		b.header["Content-Type"] = c.jsonType
	case b.plan.files:
		b.fillForm()
	case len(b.plan.form) > 0:
		b.body = b.appendValues(nil, b.plan.form)
		b.header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
	}
}

// fillJSON writes the body: the field that is all of it, or the json fields.
func (b *binder) fillJSON(c *Client) {
	kept := b.kept()
	var err error
	switch {
	case len(b.plan.whole) > 0:
		whole := b.in.FieldByIndex(b.plan.whole[0].index)
		if b.body, err = json.Marshal(whole.Interface()); err == nil && c.known {
			b.body = knownMembers(b.body, whole)
		}
	case c.known || len(kept.members) > 0 || kept.fault != nil:
		b.body, err = b.marshalFields(c, kept)
	default:
		body := reflect.New(b.plan.body)
		for i, f := range b.plan.json {
			body.Elem().Field(i).Set(b.in.FieldByIndex(f.index))
		}
		b.body, err = json.Marshal(body.Interface())
	}
	if err != nil && len(b.faults) == 0 { // else it is what a fault above leads to: a zero responder cannot be written
		b.faults.add("body", "cannot be written as JSON: %s", err)
	}
}

// kept returns what the request keeps of the object that it was made from.
func (b *binder) kept() Other {
	if b.plan.other == nil {
		return Other{}
	}
	kept, _ := reflect.TypeAssert[Other](b.in.FieldByIndex(b.plan.other))
	return kept
}

// marshalFields writes the json fields one by one, with the members that are kept.
func (b *binder) marshalFields(c *Client, kept Other) ([]byte, error) {
	fields := make([]member, len(b.plan.json))
	for i, f := range b.plan.json {
		_, options, _ := strings.Cut(f.tag.Get("json"), ",")
		fields[i] = member{
			name: f.name, value: b.in.FieldByIndex(f.index),
			omitZero: strings.Contains(options, "omitzero"), omitEmpty: strings.Contains(options, "omitempty"),
		}
	}
	raw, err := marshalMembers(fields, kept)
	if err != nil || !c.known {
		return raw, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	var known bytes.Buffer
	for _, m := range fields {
		if sent, ok := members[m.name]; ok {
			appendMember(&known, m.name, knownMembers(sent, m.value))
		}
	}
	return closed(known), nil
}

// request makes the request. Its body can be read again, so that an attempt or a redirect can
// repeat it.
func (b *binder) request(ctx context.Context, u *url.URL) *http.Request {
	req := newRequest(ctx, b.plan.route.method, u, b.header)
	if text := b.body; len(text) > 0 {
		req.ContentLength = int64(len(text))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		req.Body, _ = req.GetBody()
	}
	if b.form != nil {
		b.form.attach(req)
	}
	return req
}
