package opsgenie_test

import (
	"go/ast"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/opsgenie"
)

// An operation is one method of a few lines: what repeats is in the core. Run
// with -v, it tells the lines between the braces of each, and the names that
// each package exports.
func TestAnOperationIsAFewLines(t *testing.T) {
	t.Parallel()
	lengths, names := map[string]int{}, map[string]int{}
	for field := range reflect.TypeFor[opsgenie.Client]().Fields() {
		if field.Type.Kind() != reflect.Pointer || !strings.HasSuffix(field.Type.Elem().Name(), "Service") {
			continue
		}
		service := field.Type.Elem()
		files, positions := sourceOf(t, service)
		for f := range methodsOf(files, service) {
			name := f.Name.Name
			if f.Name.IsExported() && name != "Resume" && !strings.HasPrefix(name, "All") {
				body := positions.Position(f.Body.Rbrace).Line - positions.Position(f.Body.Lbrace).Line - 1
				lengths[field.Name+"."+name] = body
			}
		}
		names[files[0].Name.Name] = exports(files)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		t.Logf("package %-24s exports %3d names", name, names[name])
	}
	all := slices.Sorted(maps.Values(lengths))
	longest := all[len(all)-1]
	t.Logf("%d operations: the body of one has %d line(s) in the median, %d at most", len(all), all[len(all)/2], longest)
	for name, n := range lengths {
		if n == longest {
			t.Logf("  %s has %d", name, n)
		}
		assert.LessOrEqual(t, n, 10, "the body of %s is long", name)
	}
}

// exports counts the names that files declare for others: types, funcs,
// constants and variables, and the methods of types.
func exports(files []*ast.File) (n int) {
	for _, file := range files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				n += count(d.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						n += count(s.Name)
					case *ast.ValueSpec:
						n += count(s.Names...)
					}
				}
			}
		}
	}
	return n
}

func count(names ...*ast.Ident) (n int) {
	for _, name := range names {
		if name.IsExported() {
			n++
		}
	}
	return n
}
