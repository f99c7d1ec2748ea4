package opsgenie_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie"
)

// tableRows returns the cells of the table rows in a document.
func tableRows(t *testing.T, document string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", document))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// The comparison with the Python SDK has every row, and each is decided.
func TestTheComparisonWithThePythonSDKIsComplete(t *testing.T) {
	t.Parallel()
	want := []string{"H"}
	for section, rows := range map[string]int{"A": 28, "B": 22, "C": 13, "D": 13, "E": 16, "F": 11, "G": 11} {
		for n := range rows {
			want = append(want, fmt.Sprint(section, n+1))
		}
	}
	var got []string
	for _, cells := range tableRows(t, "parity.md") {
		require.Len(t, cells, 4, "%v", cells)
		if cells[0] == "n" {
			continue
		}
		got = append(got, cells[0])
		assert.NotEmpty(t, cells[1], cells[0])
		assert.Contains(t, []string{"done", "better", "not needed"}, cells[2], cells[0])
		assert.NotEmpty(t, cells[3], cells[0])
	}
	assert.ElementsMatch(t, want, got)
}

// The number of operations that the comparison tells is counted.
func TestTheComparisonCountsTheOperations(t *testing.T) {
	t.Parallel()
	operations, services := 0, 0
	for _, field := range reflect.VisibleFields(reflect.TypeFor[opsgenie.Client]()) {
		if !field.IsExported() || field.Name == "Metrics" {
			continue
		}
		services++
		for method := range field.Type.Methods() {
			if method.Name != "Resume" && !strings.HasPrefix(method.Name, "All") { // Resume sends nothing, All… are loops over List…
				operations++
			}
		}
	}
	text, err := os.ReadFile("../../docs/parity.md")
	require.NoError(t, err)
	assert.Contains(t, string(text), fmt.Sprintf("%d operations of %d services", operations, services))
}

// What the documents call ours exists: the last column of their tables.
func TestEveryNameInTheTablesExists(t *testing.T) {
	t.Parallel()
	names := exported(t)
	packages := slices.Collect(maps.Keys(names))
	qualified := regexp.MustCompile(`\b(` + strings.Join(packages, "|") + `)\.([A-Z]\w*(?:\.[A-Z]\w*)?)`)
	client := reflect.TypeFor[opsgenie.Client]()
	method := regexp.MustCompile(`\b(` + strings.Join(serviceFields(client), "|") + `)\.([A-Z]\w*)`)
	checked := 0
	for _, document := range []string{"parity.md", "migrating.md"} {
		for _, cells := range tableRows(t, document) {
			ours := cells[len(cells)-1]
			for _, found := range qualified.FindAllStringSubmatch(ours, -1) {
				checked++
				assert.True(t, names[found[1]][found[2]], "%s: there is no %s", document, found[0])
			}
			for _, found := range method.FindAllStringSubmatch(ours, -1) {
				checked++
				field, _ := client.FieldByName(found[1])
				_, ok := field.Type.MethodByName(found[2])
				assert.True(t, ok, "%s: there is no %s", document, found[0])
			}
		}
	}
	assert.Greater(t, checked, 450)
}

// serviceFields returns the names of the client's services.
func serviceFields(client reflect.Type) (names []string) {
	for field := range client.Fields() {
		if field.IsExported() && field.Name != "Metrics" {
			names = append(names, field.Name)
		}
	}
	return names
}

// exported returns what each package of the module exports: its names, and as
// Type.Name the methods and fields of its types.
func exported(t *testing.T) map[string]map[string]bool {
	t.Helper()
	names := map[string]map[string]bool{}
	for _, pattern := range []string{"../../*.go", "../../transport/*.go", "../../transport/*/*.go", "../../middleware/*/*.go", "../../poll/*.go",
		"../*.go", "*.go", "*/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			if names[file.Name.Name] == nil {
				names[file.Name.Name] = map[string]bool{}
			}
			for _, declaration := range file.Decls {
				declare(declaration, names[file.Name.Name])
			}
		}
	}
	return names
}

func declare(declaration ast.Decl, names map[string]bool) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names[d.Name.Name] = true
			return
		}
		names[receiver(d.Recv.List[0].Type)+"."+d.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names[name.Name] = true
				}
			case *ast.TypeSpec:
				names[s.Name.Name] = true
				members(s, names)
			}
		}
	}
}

func members(s *ast.TypeSpec, names map[string]bool) {
	var fields *ast.FieldList
	switch t := s.Type.(type) {
	case *ast.StructType:
		fields = t.Fields
	case *ast.InterfaceType:
		fields = t.Methods
	default:
		return
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			names[s.Name.Name+"."+name.Name] = true
		}
	}
}

// receiver returns the name of a method's type, behind pointer and type parameters.
func receiver(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
