package rttest

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
)

// A snapshot is the state of a request at one moment, deep enough to find later writes.
type snapshot struct {
	fields map[string]any // by name, in a form that reflect.DeepEqual compares
	arrays map[string][]string
	header http.Header // the map itself, not a copy
}

func snap(req *http.Request) snapshot {
	s := snapshot{header: req.Header, arrays: map[string][]string{}}
	s.fields = map[string]any{
		"Method": req.Method, "Proto": req.Proto, "ContentLength": req.ContentLength, "Host": req.Host, "Close": req.Close,
		"RequestURI": req.RequestURI, "RemoteAddr": req.RemoteAddr, "Pattern": req.Pattern,
		"TransferEncoding": slices.Clone(req.TransferEncoding),
		"Header":           req.Header.Clone(), "Header (the map)": identity(req.Header),
		"Trailer": req.Trailer.Clone(), "Trailer (the map)": identity(req.Trailer),
		"URL (the pointer)": identity(req.URL), "Body (the value)": fmt.Sprintf("%T %x", req.Body, identity(req.Body)),
		"GetBody (the function)": identity(req.GetBody), "the context": identity(req.Context()),
		"Form": fmt.Sprint(req.Form), "PostForm": fmt.Sprint(req.PostForm),
	}
	if req.URL != nil {
		u := *req.URL
		s.fields["URL"] = u.String()
		s.fields["URL (its fields)"] = u
	}
	for name, values := range req.Header {
		s.arrays[name] = slices.Clone(values[:cap(values)])
	}
	return s
}

// identity returns a number that identifies a pointer, map or function.
func identity(v any) uintptr {
	value := reflect.ValueOf(v)
	switch value.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Slice, reflect.Chan, reflect.UnsafePointer:
		return value.Pointer()
	default:
		return 0
	}
}

// changed describes what has changed in req since.
func (s *snapshot) changed(req *http.Request) (differences []string) {
	now := snap(req)
	for name, was := range s.fields {
		if !reflect.DeepEqual(was, now.fields[name]) {
			differences = append(differences, fmt.Sprintf("%s was %v, is %v", name, was, now.fields[name]))
		}
	}
	slices.Sort(differences)
	return differences
}

// overwritten describes what was written beyond the length of the header's slices, in
// the capacity that they share with other slices.
func (s *snapshot) overwritten() (differences []string) {
	for name, was := range s.arrays {
		values := s.header[name]
		if cap(values) != len(was) {
			continue // another slice, which changed reports
		}
		room, now := was[len(values):], values[len(values):cap(values)]
		if !slices.Equal(room, now) {
			differences = append(differences, fmt.Sprintf("the spare capacity of header %s was %q, is %q", name, room, now))
		}
	}
	slices.Sort(differences)
	return differences
}
