package house_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of docs/promises.md")

const (
	promisesFile = "docs/promises.md"
	tableBegin   = "<!-- generated: go test ./internal/house -run Promises -update -->\n"
	tableEnd     = "<!-- end -->"
)

var (
	promise = regexp.MustCompile(`(?m)^- \*\*([A-Z]\d+)\*\* `)                                        // in the document
	carried = regexp.MustCompile(`^(?:Promises? )?((?:[CRALOSPTFH]\d+(?:,\s| and )?)+)(?::|\.?\n?$)`) // at the head of a comment
	vendor  = regexp.MustCompile(`^(services/[a-z]+)/.*`)                                             // whose services count as one
	number  = regexp.MustCompile(`[A-Z]\d+`)
	tests   = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark|Example)`)
)

// Each promise in docs/promises.md is named by a test, each promise named by a test exists,
// and the table in the document is up to date.
func TestPromisesAreTested(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(tree, promisesFile)
	require.NoError(t, err)
	before, rest, began := strings.Cut(string(text), tableBegin)
	current, after, ended := strings.Cut(rest, tableEnd)
	require.True(t, began && ended, "%s has no lines %s and %s", promisesFile, tableBegin, tableEnd)
	found := promised(t)
	table := "| promise | tests |\n|---|---|\n"
	for _, match := range promise.FindAllStringSubmatch(before, -1) {
		assert.NotEmpty(t, found[match[1]], "no test begins its comment with %s", match[1])
		table += fmt.Sprintf("| %s | %s |\n", match[1], counted(found[match[1]]))
		delete(found, match[1])
	}
	assert.Empty(t, found, "tests carry numbers that %s lacks", promisesFile)
	if *update {
		require.NoError(t, os.WriteFile(path.Join(root, promisesFile), []byte(before+tableBegin+table+tableEnd+after), 0o600))
		return
	}
	assert.Equal(t, table, current, "write the table by: go test ./internal/house -run Promises -update")
}

// promised returns the packages of the tests of each promise.
func promised(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, s := range sources(t) {
		if !s.test || s.module != "." && s.module != "contrib/breaker" { // which has the promises of a part of the chain
			continue
		}
		folder := vendor.ReplaceAllString(cmp.Or(strings.Trim(s.folder, "."), "tripware"), "$1")
		for _, decl := range s.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && tests.MatchString(f.Name.Name) {
				for number := range carriedBy(s.File, f) {
					found[number] = append(found[number], folder)
				}
			}
		}
	}
	return found
}

// carriedBy returns the promise numbers at the beginning of a test's comment, or of a
// comment inside the test.
func carriedBy(file *ast.File, f *ast.FuncDecl) map[string]bool {
	numbers := map[string]bool{}
	for _, group := range file.Comments {
		if group != f.Doc && (group.Pos() < f.Pos() || group.End() > f.End()) {
			continue
		}
		for _, n := range number.FindAllString(carried.FindString(group.Text()), -1) {
			numbers[n] = true
		}
	}
	return numbers
}

// counted lists packages and how often each occurs.
func counted(packages []string) string {
	times := map[string]int{}
	for _, name := range packages {
		times[name]++
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(times)) {
		list = append(list, fmt.Sprintf("%s %d", name, times[name]))
	}
	return strings.Join(list, ", ")
}
