package opsgenie_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie"
)

var updateOperations = flag.Bool("update", false, "write docs/operations.md afresh")

const operationsFile = "../../docs/operations.md"

// An operation is one line of testdata/operations.txt.
type operation struct {
	service, name, method, path, domain string
	async                               bool
}

func (o operation) String() string { return o.service + "." + o.name }

// operations reads the table, in its order.
func operations(t *testing.T) (all []operation) {
	t.Helper()
	table, err := os.ReadFile("testdata/operations.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, c, 6, line)
		require.Contains(t, []string{"yes", "no"}, c[5], line)
		all = append(all, operation{c[0], c[1], c[2], c[3], c[4], c[5] == "yes"})
	}
	return all
}

// A call is a method of the client that is an operation.
type call struct {
	route string // as the source of its method has it
	retry string // what the source of its method says of a retry
	async bool   // it returns what can be waited for
}

// calls returns the operations that the client has, by service and name, without
// the methods that send several of them.
func calls(t *testing.T) map[string]call {
	t.Helper()
	all := map[string]call{}
	for field := range reflect.TypeFor[opsgenie.Client]().Fields() {
		if field.Type.Kind() != reflect.Pointer || !strings.HasSuffix(field.Type.Elem().Name(), "Service") {
			continue
		}
		routes := routesOf(t, field.Type.Elem())
		for m := range field.Type.Methods() {
			if m.Name == "Resume" || m.Name == "Each" || strings.HasPrefix(m.Name, "All") {
				continue
			}
			result := m.Type.Out(0)
			async := result.Kind() == reflect.Pointer && result.Elem().Name() == "Pending"
			op := routes[m.Name]
			op.async = async
			all[field.Name+"."+m.Name] = op
		}
	}
	return all
}

// routesOf reads the routes in the methods of a service from its source, and what
// the methods say of a retry.
func routesOf(t *testing.T, service reflect.Type) map[string]call {
	t.Helper()
	files := sourceOf(t, service)
	constants, routes := constantRoutes(files), map[string]call{}
	for f := range methodsOf(files, service) {
		routes[f.Name.Name] = call{route: routeIn(f.Body, constants), retry: retryIn(f.Body)}
	}
	if tracker, ok := routes["tracker"]; ok {
		routes["GetRequestStatus"] = tracker // it sends this request
	}
	return routes
}

// retryIn returns how an operation is retried, in the words of docs/operations.md.
func retryIn(body *ast.BlockStmt) string {
	found := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok {
			found[name.Name] = true
		}
		return true
	})
	switch safe, refused := found["SafeToRetry"], found["RetryIfRefused"]; {
	case safe && refused, found["Noted"], found["Renamed"], found["repeat"]:
		return "depends"
	case safe:
		return "safe"
	case refused:
		return "refused"
	}
	return "method"
}

// sourceOf parses the package of a service, but for its tests.
func sourceOf(t *testing.T, service reflect.Type) (files []*ast.File) {
	t.Helper()
	_, folder, ok := strings.Cut(service.PkgPath(), "/services/opsgenie/")
	require.True(t, ok, service.PkgPath())
	names, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	return files
}

// methodsOf yields the methods that a service has in some files.
func methodsOf(files []*ast.File, service reflect.Type) iter.Seq[*ast.FuncDecl] {
	return func(yield func(*ast.FuncDecl) bool) {
		for _, file := range files {
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && serviceOf(f) == service.Name() && !yield(f) {
					return
				}
			}
		}
	}
}

func serviceOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	pointer, _ := f.Recv.List[0].Type.(*ast.StarExpr)
	if pointer == nil {
		return ""
	}
	name, _ := pointer.X.(*ast.Ident)
	return name.Name
}

// constantRoutes returns the constants of a package that are routes.
func constantRoutes(files []*ast.File) map[string]string {
	constants := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			for i := 0; ok && i < len(spec.Values); i++ {
				if route := routeText(spec.Values[i]); route != "" {
					constants[spec.Names[i].Name] = route
				}
			}
			return true
		})
	}
	return constants
}

// routeIn returns the route that a method names, and all of them if there are several.
func routeIn(body *ast.BlockStmt, constants map[string]string) string {
	var routes []string
	ast.Inspect(body, func(n ast.Node) bool {
		route := ""
		switch e := n.(type) {
		case *ast.BasicLit:
			route = routeText(e)
		case *ast.Ident:
			route = constants[e.Name]
		}
		if route != "" && !slices.Contains(routes, route) {
			routes = append(routes, route)
		}
		return true
	})
	return strings.Join(routes, " and ")
}

// routeText returns the text of an expression that is a method and a path.
func routeText(e ast.Expr) string {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(literal.Value)
	method, rest, _ := strings.Cut(text, " ")
	if err != nil || !strings.HasPrefix(rest, "/") || !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) {
		return ""
	}
	return text
}

// The client has every operation of the API and no others, each with the route, the
// domain and the kind of response that the documentation gives it. With -v the test
// prints the count.
func TestNoOperationIsMissing(t *testing.T) {
	t.Parallel()
	ours, rows := calls(t), operations(t)
	var missing []string
	for _, o := range rows {
		got, ok := ours[o.String()]
		if !ok {
			missing = append(missing, o.String())
			continue
		}
		assert.Equal(t, o.method+" "+o.path, got.route, o)
		assert.Equal(t, o.async, got.async, o)
		sample := httptest.NewRequest(o.method, strings.NewReplacer("{", "x-", "}", "").Replace(o.path), nil)
		assert.Equal(t, o.domain, opsgenie.Domain(sample), o)
	}
	extra := extraCalls(ours, rows)
	t.Logf("%d of %d, missing %s, extra %s", len(rows)-len(missing), len(rows), listed(missing), listed(extra))
	assert.Len(t, rows, 226, "the operations that the API has")
	assert.Empty(t, missing, "the client lacks them")
	assert.Empty(t, extra, "the table lacks them")
}

// extraCalls returns the calls without a row.
func extraCalls(ours map[string]call, rows []operation) (extra []string) {
	for name := range ours {
		if !slices.ContainsFunc(rows, func(o operation) bool { return o.String() == name }) {
			extra = append(extra, name)
		}
	}
	slices.Sort(extra)
	return extra
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// docs/operations.md agrees with the table and the client.
func TestTheListOfOperationsIsCurrent(t *testing.T) {
	t.Parallel()
	want := operationsPage(t)
	if *updateOperations {
		require.NoError(t, os.WriteFile(operationsFile, []byte(want), 0o644))
	}
	got, err := os.ReadFile(operationsFile)
	require.NoError(t, err)
	current := want == string(got) // a difference of two documents is not worth printing
	assert.True(t, current, "docs/operations.md is not current; write it by: go test -run Operations ./services/opsgenie -update")
}

const operationsHead = `# The operations of the Opsgenie API

<!-- generated: go test -run Operations ./services/opsgenie -update -->

These are all %d operations, by service. A service is a field of ` + "`opsgenie.Client`" + ` and an operation is a method of
it: ` + "`Create`" + ` under Alerts is ` + "`client.Alerts.Create`" + `. A test compares this table with the methods and their routes.

- **Retry** says which failed attempts are retried, besides those of which nothing was sent:
  - *safe*: after every broken connection and every status of the retry policy. A GET, PUT or DELETE has no entry and
    is retried in the same way.
  - *refused*: only after 429 and 503, which mean that the server has not processed the request.
  - *depends*: safe or refused, depending on the request, as the comment of the method says.
- **Domain** is the rate-limit domain. Each has a separate limit and limiter. For those in ` + "`other`" + `, the domain is not
  documented.
- **Async** operations return when the server has accepted the request. The value that they return can be waited for.

[moving-to-jsm.md](moving-to-jsm.md) says for each operation what becomes of it in JSM Operations.

In addition, each list with pages has a method whose name begins with ` + "`All`" + ` and reads all of them, Alerts has ` + "`Each`" + `,
and Alerts, Incidents and Deployments have ` + "`Resume`" + `, which continues a wait.
`

// operationsPage returns the document.
func operationsPage(t *testing.T) string {
	t.Helper()
	rows, client := operations(t), calls(t)
	var page strings.Builder
	fmt.Fprintf(&page, operationsHead, len(rows))
	service := ""
	packages := packagesOf()
	for _, o := range rows {
		if o.service != service {
			service = o.service
			fmt.Fprintf(&page, "\n## %s\n\nPackage `%s`.\n\n", service, packages[service])
			page.WriteString("| Operation | Method | Route | Retry | Domain | Async |\n|---|---|---|---|---|---|\n")
		}
		async := ""
		if o.async {
			async = "yes"
		}
		fmt.Fprintf(&page, "| %s | %s | `%s` | %s | %s | %s |\n",
			o.name, o.method, o.path, o.retryWord(client[o.String()].retry), o.domain, async)
	}
	return page.String()
}

// retryWord returns the cell on retries, which is empty if the HTTP method says it.
func (o operation) retryWord(said string) string {
	idempotent := slices.Contains([]string{"GET", "PUT", "DELETE"}, o.method)
	if idempotent && (said == "method" || said == "safe") {
		return ""
	}
	return said
}

// packagesOf returns the name of each service's package.
func packagesOf() map[string]string {
	packages := map[string]string{}
	for field := range reflect.TypeFor[opsgenie.Client]().Fields() {
		if field.Type.Kind() == reflect.Pointer {
			packages[field.Name] = path.Base(field.Type.Elem().PkgPath())
		}
	}
	return packages
}
