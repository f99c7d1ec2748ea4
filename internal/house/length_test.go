package house_test

import (
	"go/ast"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// An operation of a vendor's API is a short method. Code that operations share belongs in
// the core of typed calls.
func TestAnOperationIsAFewLines(t *testing.T) {
	t.Parallel()
	const most = 10
	operations := 0
	for _, s := range sources(t) {
		if s.test || !strings.HasPrefix(s.folder, "services/") {
			continue
		}
		for _, decl := range s.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Name.IsExported() && ofService(f) && !strings.HasPrefix(f.Name.Name, "All") {
				operations++
				body := positions.Position(f.Body.Rbrace).Line - positions.Position(f.Body.Lbrace).Line - 1
				assert.LessOrEqual(t, body, most, "the body of %s in %s is long", f.Name.Name, s.name)
			}
		}
	}
	assert.Positive(t, operations)
}

// ofService reports whether f is a method of a service type.
func ofService(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	pointer, _ := f.Recv.List[0].Type.(*ast.StarExpr)
	if pointer == nil {
		return false
	}
	name, _ := pointer.X.(*ast.Ident)
	return name != nil && strings.HasSuffix(name.Name, "Service")
}
