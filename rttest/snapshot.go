package rttest

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
)

// A snapshot is a request at one moment, deep enough to see later what was written to it.
type snapshot struct {
	fields map[string]any // by name, in a form that reflect.DeepEqual compares
	arrays map[string][]string
	header http.Header // the very map
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

// identity tells one pointer, map or function from another.
func identity(v any) uintptr {
	value := reflect.ValueOf(v)
	switch value.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Slice, reflect.Chan, reflect.UnsafePointer:
		return value.Pointer()
	default:
		return 0
	}
}

// changed says what is different in req by now.
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

// overwritten says what was written behind the end of the header's slices, into
// the room that they share with whoever made them.
func (s *snapshot) overwritten() (differences []string) {
	for name, was := range s.arrays {
		values := s.header[name]
		if cap(values) != len(was) {
			continue // another slice: that is seen by changed
		}
		room, now := was[len(values):], values[len(values):cap(values)]
		if !slices.Equal(room, now) {
			differences = append(differences, fmt.Sprintf("the array of header %s had %q behind its end, has %q", name, room, now))
		}
	}
	slices.Sort(differences)
	return differences
}
