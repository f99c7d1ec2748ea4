package house_test

import (
	"go/ast"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// C8: each package that starts goroutines, or whose tests start a server, uses goleak in
// its tests, which finds goroutines that outlive their call. Programs do not need it.
func TestGoroutinesAreWatched(t *testing.T) {
	t.Parallel()
	starts, watched := map[string]string{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.Name.Name != "main" && (!s.test && spawns(s.File) || s.test && serves(s.File)) {
			starts[s.folder] = s.name
		}
		watched[s.folder] = watched[s.folder] || s.test && imports(s.File, "go.uber.org/goleak")
	}
	assert.Contains(t, starts, "middleware/auth")
	for folder, name := range starts {
		assert.True(t, watched[folder], "%s starts goroutines or servers, and no test of %s calls goleak", name, folder)
	}
}

func spawns(file *ast.File) bool {
	return holds(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			_, ok = n.(*ast.GoStmt)
			return ok
		}
		group, ok := call.Fun.(*ast.SelectorExpr) // a method of a WaitGroup or similar type
		return ok && group.Sel.Name == "Go"
	})
}

func serves(file *ast.File) bool {
	servers := []string{"httptest.NewServer", "httptest.NewTLSServer", "httptest.NewUnstartedServer", "net.Listen", "opsgenietest.New", "opsgenietest.Start", "jsmtest.New", "jsmtest.Start", "sim.Listen"}
	return holds(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return false
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		pkg, ok := selector.X.(*ast.Ident)
		return ok && slices.Contains(servers, pkg.Name+"."+selector.Sel.Name)
	})
}

func holds(file *ast.File, is func(ast.Node) bool) (found bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		found = found || is(n)
		return !found
	})
	return found
}

func imports(file *ast.File, path string) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"`+path+`"` })
}
