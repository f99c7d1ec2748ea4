package services

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// A route is a parsed "POST /v2/alerts/{identifier}/close".
type route struct {
	method   string
	segments []segment
}

// A segment is the part between two slashes of a route: text, or the name of a field, which
// text may follow.
type segment struct {
	literal string // escaped; follows the value if there is a name
	name    string
}

// parseRoute parses the form of net/http's patterns: a method, a space, and a path in which a
// segment may be {name} or begin with it, as in {name}.ics. The path may end with a slash.
func parseRoute(text string) (route, error) {
	method, path, _ := strings.Cut(text, " ")
	r := route{method: method}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return r, fmt.Errorf("route %q does not begin with a method", text)
	}
	path, rooted := strings.CutPrefix(path, "/")
	if !rooted {
		return r, fmt.Errorf("route %q has no path that begins with a slash", text)
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part == "" && i == len(parts)-1 { // the path ends with a slash
			r.segments = append(r.segments, segment{})
			break
		}
		s, err := parseSegment(part)
		if err != nil {
			return r, fmt.Errorf("route %q: %w", text, err)
		}
		r.segments = append(r.segments, s)
	}
	return r, nil
}

func parseSegment(part string) (segment, error) {
	if rest, ok := strings.CutPrefix(part, "{"); ok {
		name, ending, ok := strings.Cut(rest, "}")
		if !ok || name == "" || strings.ContainsAny(name, "{}.") || url.PathEscape(ending) != ending {
			return segment{}, fmt.Errorf("segment %q is not of the form {name}", part)
		}
		return segment{name: name, literal: ending}, nil
	}
	if strings.Contains(part, "?") {
		return segment{}, errors.New("it has a query, which belongs in fields with the tag query")
	}
	if part == "" || part == "." || part == ".." || url.PathEscape(part) != part {
		return segment{}, fmt.Errorf("segment %q cannot stand in a path as it is", part)
	}
	return segment{literal: part}, nil
}

// escapeSegment escapes a value for one segment of a path. It refuses values that would lead to
// another route: the empty one, "." and "..".
func escapeSegment(value string) (string, error) {
	switch {
	case value == "":
		return "", errors.New("is required")
	case value == "." || value == "..":
		return "", errors.New("must not be . or .., which would lead to another route")
	case strings.ContainsFunc(value, unicode.IsControl):
		return "", errors.New("contains a control character")
	}
	return url.PathEscape(value), nil
}
