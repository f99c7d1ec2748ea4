package sim

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// A Domain is a group of operations that share a rate limit.
type Domain string

// A Route is an operation of the API. Its pattern is like those of http.ServeMux,
// which cannot serve the API: it treats "/v2/alerts/requests/{id}" and
// "/v2/alerts/{id}/logs" as a conflict, redirects paths, and treats a segment that is an
// escaped slash as the end of a path.
type Route struct {
	Pattern string
	Domain  Domain
}

// A Router finds the route of a request. From left to right, literal segments have
// precedence over wildcards with an ending, such as "{identifier}.ics", and those over
// other wildcards. A wildcard matches one segment that is not empty.
type Router struct {
	routes map[string]*Route // by pattern
	root   *segment
}

type segment struct {
	literal  map[string]*segment
	endings  map[string]*segment // of wildcards with an ending
	wildcard *segment
	names    []string          // of the wildcards on the path, as the last added route calls them
	methods  map[string]*Route // of the routes that end here
}

func newSegment() *segment {
	return &segment{literal: map[string]*segment{}, endings: map[string]*segment{}, methods: map[string]*Route{}}
}

// follow returns the segment with a key and adds it if it does not exist.
func follow(next map[string]*segment, key string) *segment {
	if next[key] == nil {
		next[key] = newSegment()
	}
	return next[key]
}

func newRouter(rows []Route) *Router {
	rt := &Router{routes: map[string]*Route{}, root: newSegment()}
	for i := range rows {
		rt.add(&rows[i])
	}
	return rt
}

func (r *Router) add(row *Route) {
	r.routes[row.Pattern] = row
	method, path, _ := strings.Cut(row.Pattern, " ")
	at, names := r.root, []string(nil)
	for part := range strings.SplitSeq(path[1:], "/") {
		name, ending, wild := strings.Cut(strings.TrimPrefix(part, "{"), "}")
		if wild {
			names = append(names, name)
		}
		switch {
		case !wild:
			at = follow(at.literal, part)
		case ending != "":
			at = follow(at.endings, ending)
		default:
			at.wildcard = cmp.Or(at.wildcard, newSegment())
			at = at.wildcard
		}
	}
	at.names = names
	at.methods[method] = row
}

// Find returns the route for a method and an escaped path, with the values of its
// wildcards. If only the method is wrong, it returns the methods that the path has.
func (r *Router) Find(method, escaped string) (row *Route, values map[string]string, allowed []string) {
	if !strings.HasPrefix(escaped, "/") {
		return nil, nil, nil
	}
	var parts []string
	for part := range strings.SplitSeq(escaped[1:], "/") {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nil, nil, nil
		}
		parts = append(parts, plain)
	}
	end, taken := r.root.walk(parts, nil)
	if end == nil {
		return nil, nil, nil
	}
	row = end.methods[method]
	if row == nil {
		for known := range end.methods {
			allowed = append(allowed, known)
		}
		slices.Sort(allowed)
		return nil, nil, allowed
	}
	values = make(map[string]string, len(taken))
	for i, name := range end.names {
		values[name] = taken[i]
	}
	return row, values, nil
}

func (g *segment) walk(parts, taken []string) (*segment, []string) {
	if len(parts) == 0 {
		if len(g.methods) == 0 {
			return nil, nil
		}
		return g, taken
	}
	if next := g.literal[parts[0]]; next != nil {
		if end, all := next.walk(parts[1:], taken); end != nil {
			return end, all
		}
	}
	for ending, next := range g.endings {
		if name, ends := strings.CutSuffix(parts[0], ending); ends && name != "" {
			if end, all := next.walk(parts[1:], append(taken, name)); end != nil {
				return end, all
			}
		}
	}
	if g.wildcard == nil || parts[0] == "" {
		return nil, nil
	}
	return g.wildcard.walk(parts[1:], append(taken, parts[0]))
}
