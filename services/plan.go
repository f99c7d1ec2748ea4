package services

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// A plan says how the fields of one request type fill one route.
type plan struct {
	route   route
	path    []field // one for each {name}, in the order of the route
	query   []field
	header  []field
	form    []field
	files   bool // a form field is a File: the form is sent as multipart/form-data
	json    []field
	whole   []field // at most one, which is the body
	checks  []check
	body    reflect.Type // a struct of the json fields alone; nil without any
	other   []int        // index of the embedded Other; nil without one
	checker bool         // the request has a method Check() error
	faults  faults
}

// A field is where one field of a request goes.
type field struct {
	index    []int  // as reflect counts, through embedded structs
	name     string // on the wire
	goName   string
	keepZero bool // zero is sent
	repeat   bool // each element of a list is a parameter
	typ      reflect.Type
	tag      reflect.StructTag
}

// A check says what a field must hold before anything is sent.
type check struct {
	field
	required bool
	bounded  bool
	minimum  int64
}

type checker interface{ Check() error }

// newPlan never fails: if route or request are wrong, every call is refused with all that is
// wrong.
func newPlan(text string, request reflect.Type) *plan {
	p := &plan{}
	var err error
	if p.route, err = parseRoute(text); err != nil {
		p.faults = append(p.faults, err)
		return p
	}
	if request != nil {
		if request.Kind() != reflect.Struct {
			p.faults.add(request.String(), "is not a struct, whose tags say where its fields go")
			return p
		}
		p.walk(request, nil)
		p.checker = request.Implements(reflect.TypeFor[checker]())
	}
	p.matchPath()
	p.checkOptionals()
	p.checkBody()
	return p
}

// walk puts the fields of t where their tags say.
func (p *plan) walk(t reflect.Type, above []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(above), i)
		if f.Type == reflect.TypeFor[Other]() {
			p.other = index
			continue
		}
		place, tag := placeOf(f, &p.faults)
		if f.Anonymous && place == "" && f.Type.Kind() == reflect.Struct {
			p.walk(f.Type, index)
			continue
		}
		if place == "" || place == "-" {
			if place == "" && f.IsExported() {
				p.faults.add(f.Name, "has no tag that says where it goes: path, query, header, form or json")
			}
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		p.sort(place, field{
			index: index, name: cmp.Or(name, f.Name), goName: f.Name,
			keepZero: option == "keepzero", repeat: option == "repeat", typ: f.Type, tag: f.Tag,
		}, option, f.IsExported())
	}
}

// placeOf returns the key and the value of the one tag that says where f goes; "-" for a field
// that is not sent on purpose.
func placeOf(f reflect.StructField, faults *faults) (place, tag string) {
	for _, key := range []string{"path", "query", "header", "form", "body", "json"} {
		value, ok := f.Tag.Lookup(key)
		if !ok || key == "json" && value == "-" && place != "" {
			continue
		}
		if place != "" {
			faults.add(f.Name, "has two tags that say where it goes, %s and %s", place, key)
		}
		place, tag = key, value
		if value == "-" {
			place = "-"
		}
	}
	return place, tag
}

func (p *plan) sort(place string, f field, option string, exported bool) {
	switch {
	case place == "json", option == "", option == "keepzero", f.repeat && place == "query" && f.typ.Kind() == reflect.Slice:
	case f.repeat:
		p.faults.add(f.goName, "has the tag option \"repeat\", which is for a list in the query")
	default:
		p.faults.add(f.goName, "has the unknown tag option %q", option)
	}
	if !p.fits(place, f, exported) {
		return
	}
	p.files = p.files || place == "form" && f.typ == reflect.TypeFor[File]()
	f.keepZero = f.keepZero || place == "json" // as far as we look: omitzero is for encoding/json
	switch place {
	case "header":
		f.name = http.CanonicalHeaderKey(f.name)
	case "body":
		f.name = f.goName // its tag says how it is written
	}
	list := map[string]*[]field{
		"path": &p.path, "query": &p.query, "header": &p.header, "form": &p.form, "json": &p.json, "body": &p.whole,
	}[place]
	*list = append(*list, f)
	p.addCheck(f)
}

// fits reports whether a value of the field can be written where its tag says, and adds why not.
func (p *plan) fits(place string, f field, exported bool) bool {
	file := f.typ == reflect.TypeFor[File]()
	asJSON := place == "json" || place == "body"
	switch {
	case asJSON && f.typ == reflect.TypeFor[redact.Secret]():
		p.faults.add(f.goName, "is a redact.Secret, which JSON would write as ***: make it a string")
	case !exported && (asJSON || place == "form" || !readable(f.typ)):
		p.faults.add(f.goName, "is not exported and cannot be read")
	case asJSON && file:
		p.faults.add(f.goName, "is a services.File: tag it form:%s", strconv.Quote(f.name))
	case !asJSON && (!file || place != "form") && !textual(f.typ):
		p.faults.add(f.goName, "of type %s cannot be written as text", f.typ)
	default:
		return true
	}
	return false
}

// addCheck reads the tag check: "required", "min=1", or both with a comma.
func (p *plan) addCheck(f field) {
	text, ok := f.tag.Lookup("check")
	if !ok {
		return
	}
	c := check{field: f}
	for word := range strings.SplitSeq(text, ",") {
		low, bounded := strings.CutPrefix(word, "min=")
		var err error
		switch {
		case word == "required":
			c.required = true
		case bounded && integral(f.typ):
			c.bounded = true
			c.minimum, err = strconv.ParseInt(low, 10, 64)
		default:
			err = strconv.ErrSyntax
		}
		if err != nil {
			p.faults.add(f.goName, "has the unknown check %q", word)
		}
	}
	p.checks = append(p.checks, c)
}

// matchPath puts the path fields in the order of the route's names.
func (p *plan) matchPath() {
	fields := p.path
	p.path = nil
	for _, s := range p.route.segments {
		if s.name == "" {
			continue
		}
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == s.name })
		if i < 0 {
			p.faults.add(s.name, "is in the route, but no field of the request has the tag path:%q", s.name)
			continue
		}
		p.path = append(p.path, fields[i])
	}
	for _, f := range fields {
		if !slices.ContainsFunc(p.route.segments, func(s segment) bool { return s.name == f.name }) {
			p.faults.add(f.goName, "fills {%s}, which the route does not have", f.name)
		}
	}
}

// checkBody makes the type of the body: the json fields alone, so that encoding/json needs no
// second tag to leave the others out.
func (p *plan) checkBody() {
	for _, fields := range [][]field{p.path, p.query, p.header, p.form, p.json} {
		seen := map[string]bool{}
		for _, f := range fields {
			if seen[f.name] {
				p.faults.add(f.goName, "is the second field called %s", f.name)
			}
			seen[f.name] = true
		}
	}
	switch {
	case len(p.json)+len(p.form)+len(p.whole) == 0:
		return
	case p.route.method == http.MethodGet || p.route.method == http.MethodHead:
		p.faults.add(slices.Concat(p.json, p.form, p.whole)[0].goName,
			"belongs in a body, which a %s does not have: tag it path, query or header", p.route.method)
		return
	case len(p.whole) > 0 && len(p.json)+len(p.form)+len(p.whole) > 1:
		p.faults.add(p.whole[0].goName, "is the whole body, but other fields belong in it too")
		return
	case len(p.json) > 0 && len(p.form) > 0:
		p.faults.add(p.form[0].goName, "is a form field, but other fields are json")
		return
	}
	if len(p.json) > 0 && len(p.faults) == 0 {
		p.body = p.bodyType()
	}
}

func (p *plan) bodyType() reflect.Type {
	fields := make([]reflect.StructField, len(p.json))
	for i, f := range p.json {
		// The names of the fields are not sent, so that two embedded structs may share one.
		fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: f.typ, Tag: jsonTag(f)}
	}
	return reflect.StructOf(fields)
}

// jsonTag names the member, because the field has lost its name.
func jsonTag(f field) reflect.StructTag {
	_, options, found := strings.Cut(f.tag.Get("json"), ",")
	tag := f.name
	if found {
		tag += "," + options
	}
	return reflect.StructTag("json:" + strconv.Quote(tag))
}
