package jsm_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/events"
)

// A call is a method of a client that is an operation, or several: one may take a team or none.
type call struct {
	name       string   // such as "Alerts.Create"
	keys       []string // of its routes: see operation.keys
	words      []string // what its source says of a retry
	confidence string   // what its comment says
}

// calls returns the operations that the clients have, without the methods that send several
// requests or none.
func calls(t *testing.T) (all []call) {
	t.Helper()
	for name, client := range map[string]reflect.Type{"jsm ": reflect.TypeFor[jsm.Client](), "events ": reflect.TypeFor[events.Client]()} {
		for field := range client.Fields() {
			if field.Type.Kind() != reflect.Pointer || !strings.HasSuffix(field.Type.Elem().Name(), "Service") {
				continue
			}
			source := sourceOf(t, field.Type.Elem())
			for m := range field.Type.Methods() {
				if m.Name == "Resume" || strings.HasPrefix(m.Name, "Each") || strings.HasPrefix(m.Name, "All") {
					continue
				}
				c := source.call(m.Name)
				c.name = field.Name + "." + m.Name
				require.NotEmpty(t, c.keys, "%s has no route", c.name)
				for i, route := range c.keys {
					c.keys[i] = name + anonymous(route)
				}
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b call) int { return strings.Compare(a.name, b.name) })
	return all
}

// A source is the package of a service.
type source struct {
	service   string
	constants map[string]ast.Expr      // of the package, by name
	functions map[string]*ast.FuncDecl // the methods of the service, and the unexported functions and methods of the package
}

// sourceOf parses the package of a service, but for its tests.
func sourceOf(t *testing.T, service reflect.Type) source {
	t.Helper()
	_, folder, ok := strings.Cut(service.PkgPath(), "/services/jsm/")
	require.True(t, ok, service.PkgPath())
	names, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
	require.NoError(t, err)
	s := source{service.Name(), map[string]ast.Expr{}, map[string]*ast.FuncDecl{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if receiver(d) == s.service || !d.Name.IsExported() && s.functions[d.Name.Name] == nil {
					s.functions[d.Name.Name] = d
				}
			case *ast.GenDecl:
				s.declare(d)
			}
		}
	}
	return s
}

// declare stores the values of a declaration at the top of a file.
func (s source) declare(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		values, ok := spec.(*ast.ValueSpec)
		for i := 0; ok && i < len(values.Values); i++ {
			s.constants[values.Names[i].Name] = values.Values[i]
		}
	}
}

// receiver returns the type whose method f is, or "".
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	at := f.Recv.List[0].Type
	if pointer, ok := at.(*ast.StarExpr); ok {
		at = pointer.X
	}
	name, _ := at.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}

var apiLine = regexp.MustCompile(`(?m)^API: https://\S+ \((.+)\)$`)

// call returns what the source says of a method.
func (s source) call(name string) (c call) {
	f := s.functions[name]
	if f == nil {
		return c
	}
	if line := apiLine.FindStringSubmatch(f.Doc.Text()); line != nil {
		c.confidence = line[1]
	}
	for text := range s.reached(f, map[*ast.FuncDecl]bool{}) {
		if strings.Contains(text, " ") {
			c.keys = append(c.keys, text)
		} else {
			c.words = append(c.words, text)
		}
	}
	if name == "GetRequestStatus" { // a tracker sends it
		c.words = append(c.words, "ByMethod")
		if len(c.keys) == 0 {
			c.keys = s.call("tracker").keys
		}
	}
	c.keys = slices.Compact(slices.Sorted(slices.Values(c.keys)))
	return c
}

// reached yields the routes, and the words on retries, in a function and in the unexported ones
// that it calls.
func (s source) reached(f *ast.FuncDecl, seen map[*ast.FuncDecl]bool) iter.Seq[string] {
	seen[f] = true
	return func(yield func(string) bool) {
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for text := range s.reachedBy(call, seen) {
					if !yield(text) {
						return false
					}
				}
			}
			if name, ok := n.(*ast.Ident); ok && slices.Contains([]string{"SafeToRetry", "ByMethod", "RetryIfRefused", "Download"}, name.Name) {
				return yield(name.Name)
			}
			if e, ok := n.(ast.Expr); ok && isRoute(s.text(e)) {
				return yield(s.text(e)) && false // a part of it may be a route too
			}
			return true
		})
	}
}

// text returns the value of an expression that is a constant text, or "".
func (s source) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return text
		}
	case *ast.Ident:
		if value := s.constants[e.Name]; value != nil && value != e {
			return s.text(value)
		}
	case *ast.BinaryExpr:
		return s.text(e.X) + s.text(e.Y)
	}
	return ""
}

// isRoute reports whether a text is a method and a path.
func isRoute(text string) bool {
	method, path, _ := strings.Cut(text, " ")
	return strings.HasPrefix(path, "/") && slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method)
}

// reachedBy yields what a call of an unexported function reaches.
func (s source) reachedBy(call *ast.CallExpr, seen map[*ast.FuncDecl]bool) iter.Seq[string] {
	fun := call.Fun
	if generic, ok := fun.(*ast.IndexExpr); ok {
		fun = generic.X
	}
	if selector, ok := fun.(*ast.SelectorExpr); ok {
		fun = selector.Sel
	}
	name, _ := fun.(*ast.Ident)
	if name == nil || name.IsExported() || s.functions[name.Name] == nil || seen[s.functions[name.Name]] {
		return func(func(string) bool) {}
	}
	return s.reached(s.functions[name.Name], seen)
}

// methods returns the names of the methods by the routes that they send. A method that sends
// several, such as one that waits, is not there for a route that another sends alone.
func methods(t *testing.T) map[string][]string {
	t.Helper()
	all, by, alone := calls(t), map[string][]string{}, map[string]bool{}
	for _, c := range all {
		alone[c.keys[0]] = alone[c.keys[0]] || len(c.keys) == 1
	}
	for _, c := range all {
		for _, key := range c.keys {
			if len(c.keys) == 1 || !alone[key] {
				by[key] = append(by[key], c.name)
			}
		}
	}
	return by
}

// The clients have every operation that the table says is built, and no other. With -v the test
// prints how many there are, by prefix and group, and what is left out.
func TestNoOperationIsMissing(t *testing.T) {
	t.Parallel()
	by := methods(t)
	var missing []string
	left, groups := map[string]int{}, map[string]int{}
	for _, o := range operations(t) {
		state := "built"
		switch found := len(by[o.keys()[0]]) > 0; {
		case !o.built():
			left[o.left]++
			state = "left out: " + o.left
			assert.False(t, found, "%s is left out (%s), and %s sends it", o, o.left, by[o.keys()[0]])
		case !found:
			state = "missing"
			missing = append(missing, o.String())
		}
		groups[fmt.Sprintf("%-9s %-22s %s", o.prefix, o.group, state)]++
		for _, key := range o.keys() {
			delete(by, key)
		}
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		t.Logf("%3d %s", groups[group], group)
	}
	assert.Equal(t, map[string]int{"beta": 18, "experimental": 79, "no twin": 17}, left)
	assert.Empty(t, missing, "%d operations are missing", len(missing))
	assert.Empty(t, by, "the table lacks operations")
}

// Each operation says in its comment how well it is known, and is retried only if the table says
// that it is safe to.
func TestOperationsSayWhatIsKnown(t *testing.T) {
	t.Parallel()
	table := map[string]operation{}
	for _, o := range operations(t) {
		for _, key := range o.keys() {
			table[key] = o
		}
	}
	for _, c := range calls(t) {
		assert.NotEmpty(t, c.words, "%s does not say whether it is safe to retry", c.name)
		var known []string
		for _, key := range c.keys {
			o := table[key]
			known = append(known, o.confidence)
			method := strings.Fields(key)[1]
			switch o.repeat {
			case "yes":
				byMethod := slices.Contains(c.words, "ByMethod") || slices.Contains(c.words, "Download")
				safe := slices.Contains(c.words, "SafeToRetry") || byMethod && slices.Contains([]string{"GET", "PUT", "DELETE"}, method)
				assert.True(t, safe, "%s is safe to retry, and says %s", c.name, c.words)
			case "no":
				assert.NotContains(t, c.words, "SafeToRetry", "%s is not safe to retry", c.name)
			case "alias":
				assert.Subset(t, c.words, []string{"SafeToRetry", "RetryIfRefused"}, c.name)
			}
		}
		assert.Contains(t, known, c.confidence, "%s: %s", c.name, c.keys)
	}
}
