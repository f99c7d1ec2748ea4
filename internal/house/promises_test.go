package house_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var updatePromises = flag.Bool("update", false, "write the table of docs/promises.md afresh")

const (
	promisesFile  = "docs/promises.md"
	promisesBegin = "<!-- generated: go test ./internal/house -run Promises -update -->\n"
	promisesEnd   = "<!-- end -->"
)

// sections says how many promises each section of docs/promises.md holds.
var sections = []struct {
	letter string
	count  int
}{{"C", 11}, {"R", 20}, {"A", 4}, {"L", 4}, {"O", 5}, {"S", 6}, {"P", 1}}

// promises returns the numbers of all promises, in the order of the document.
func promises() (all []string) {
	for _, section := range sections {
		for n := range section.count {
			all = append(all, section.letter+strconv.Itoa(n+1))
		}
	}
	return all
}

// Each promise is written down and has a test, and the table says which.
func TestPromisesAreWrittenDownAndTested(t *testing.T) {
	t.Parallel()
	tests := promiseTests(t)
	raw, err := os.ReadFile(promisesFile)
	require.NoError(t, err)
	document := string(raw)
	before, rest, found := strings.Cut(document, promisesBegin)
	require.True(t, found, "%s has no line %q", promisesFile, strings.TrimSpace(promisesBegin))
	current, after, found := strings.Cut(rest, promisesEnd)
	require.True(t, found, "%s has no line %q", promisesFile, promisesEnd)
	for _, number := range promises() {
		assert.Equal(t, 1, strings.Count(before, "**"+number+"** "), "%s: the wording of %s", promisesFile, number)
		assert.NotEmpty(t, tests[number], "no test carries the number %s", number)
	}
	want := promiseTable(tests)
	if *updatePromises {
		require.NoError(t, os.WriteFile(promisesFile, []byte(before+promisesBegin+want+promisesEnd+after), 0o600))
		return
	}
	for line := range strings.Lines(want) {
		if !strings.Contains(current, line) {
			t.Logf("it should say: %.200s", line)
		}
	}
	same := want == current // a difference would print the whole table
	assert.True(t, same, "the table of %s is not current; write it by: go test ./internal/house -run Promises -update", promisesFile)
}

// What is no number of a promise must not pass for one: alerts have a priority
// P1, the simulated server has a side of its own in some promises.
func TestPromisesAreReadFromNumbersOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"C1, C2, C4.":               {"C1", "C2", "C4"},
		"Promise C9 and S6: copied": {"C9", "S6"},
		"R3: at most; R4: the last response, as R5 says": {"R3", "R4"},
		"P1":                        {"P1"},
		"R13":                       {"R13"},
		"P1 alerts wake people":     nil,
		"R98: there is none":        nil,
		"R0: nor this":              nil,
		"B15 of the SDK's bugs: no": nil,
		"The server side of S3.":    nil,
		"XC1: no whole word":        nil,
		"RFC 9110: C3":              nil,
	} {
		assert.Equal(t, want, numbersOf(text), text)
	}
	src := "package x\nfunc TestX(t *testing.T) {\n" +
		"assert.Equal(t, \"C7\", x)\nassert.True(t, x, \"O3\")\nrequire.True(t, x, \"P1\")\nassert.True(t, x, \"C2: closed\")\n// A4: inside\n}\n"
	file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", src, parser.ParseComments)
	require.NoError(t, err)
	found := map[string][]string{}
	noteTests(file, "x", found)
	assert.Equal(t, map[string][]string{"O3": {"x.TestX"}, "C2": {"x.TestX"}, "A4": {"x.TestX"}}, found)
}

// C9: no package keeps state in a variable, works when it is imported, or turns
// a switch of the process. S5: no name of a server's becomes a path: only the
// log, whose path its owner sets, is ever opened for writing.
func TestNothingIsSharedByAccident(t *testing.T) {
	t.Parallel()
	sources := 0
	require.NoError(t, filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if skip := skipped(name, entry); err != nil || skip != nil || entry.IsDir() {
			return cmp.Or(err, skip)
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "examples") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		sources++
		for _, fault := range shares(file) {
			if fault != "calls os.OpenFile" || filepath.ToSlash(name) != "middleware/logging/file.go" {
				t.Errorf("%s %s", name, fault)
			}
		}
		return nil
	}))
	assert.Greater(t, sources, 100)

	src := "package x\nimport (\"net/http\"; \"os\")\nvar a = map[string]int{}\nvar ErrA = errors.New(\"a\")\nvar ErrB = pkg.ErrB\nvar c int\n" +
		"func init() {}\nfunc f() { http.DefaultClient = nil; http.DefaultClient.Timeout++; os.WriteFile(\"x\", nil, 0); uuid.EnableRandPool() }"
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"has a variable a", "has a variable c", "has an init function", "writes to http.DefaultClient",
		"writes to http.DefaultClient", "calls os.WriteFile", "calls uuid.EnableRandPool"}, shares(file))
}

// shares says what a file has that other code of the process would notice.
func shares(file *ast.File) (faults []string) {
	packages := map[string]bool{}
	for _, spec := range file.Imports {
		packages[strings.Trim(spec.Path.Value[strings.LastIndexByte(spec.Path.Value, '/')+1:], `"`)] = true
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				faults = append(faults, "has an init function")
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if d.Tok == token.VAR && ok && v.Names[0].Name != "_" && !isSentinel(v) {
					faults = append(faults, "has a variable "+v.Names[0].Name)
				}
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, to := range n.Lhs {
				faults = append(faults, writesTo(to, packages)...)
			}
		case *ast.IncDecStmt:
			faults = append(faults, writesTo(n.X, packages)...)
		case *ast.CallExpr:
			if called := qualified(n.Fun); slices.Contains([]string{
				"os.Create", "os.OpenFile", "os.WriteFile", "os.Mkdir", "os.MkdirAll", "os.Rename", "os.Setenv", "os.Chdir",
				"uuid.EnableRandPool", "slog.SetDefault", "slog.SetLogLoggerLevel", "log.SetOutput", "log.SetFlags", "debug.SetGCPercent", "runtime.GOMAXPROCS",
			}, called) {
				faults = append(faults, "calls "+called)
			}
		}
		return true
	})
	return faults
}

// isSentinel reports whether a variable is an error that is compared and never changed.
func isSentinel(v *ast.ValueSpec) bool {
	if kind, ok := v.Type.(*ast.Ident); ok || len(v.Values) != 1 {
		return ok && kind.Name == "error"
	}
	if call, ok := v.Values[0].(*ast.CallExpr); ok {
		return qualified(call.Fun) == "errors.New"
	}
	_, name, found := strings.Cut(qualified(v.Values[0]), ".")
	return found && strings.HasPrefix(name, "Err")
}

// writesTo reports an assignment to a variable of another package, or into it.
func writesTo(to ast.Expr, packages map[string]bool) []string {
	for {
		if pkg, _, found := strings.Cut(qualified(to), "."); found && packages[pkg] {
			return []string{"writes to " + qualified(to)}
		}
		inner, ok := to.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		to = inner.X
	}
}

// qualified returns an expression of the form a.b, or nothing.
func qualified(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if pkg, ok := s.X.(*ast.Ident); ok {
			return pkg.Name + "." + s.Sel.Name
		}
	}
	return ""
}

// skipped keeps a walk out of hidden folders, data and other modules.
func skipped(name string, entry fs.DirEntry) error {
	if entry != nil && entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || isModule(name)) {
		return filepath.SkipDir
	}
	return nil
}

// promiseTests returns the tests of each promise, sorted.
func promiseTests(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	require.NoError(t, filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if skip := skipped(name, entry); err != nil || skip != nil || !strings.HasSuffix(name, "_test.go") {
			return cmp.Or(err, skip)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(name))
		noteTests(file, strings.Replace(folder, ".", "tripware", 1), found)
		return nil
	}))
	for number, tests := range found {
		slices.Sort(tests)
		found[number] = slices.Compact(tests)
	}
	return found
}

// noteTests adds the tests of a file to those of the promises that they carry.
func noteTests(file *ast.File, pkg string, found map[string][]string) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !testName.MatchString(f.Name.Name) || f.Name.Name == "TestMain" {
			continue
		}
		numbers := numbersOf(f.Doc.Text())
		for _, group := range file.Comments {
			if group.Pos() > f.Pos() && group.End() < f.End() && group != f.Doc {
				numbers = append(numbers, numbersOf(group.Text())...)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			numbers = append(numbers, numbersOfMessage(n)...)
			return true
		})
		for _, number := range numbers {
			found[number] = append(found[number], pkg+"."+f.Name.Name)
		}
	}
}

var (
	testName = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)`)
	// A list of numbers begins the text, or a part of its sentence, and ends in a colon or with the text.
	numberList = regexp.MustCompile(`(?:^|;\s|\.\s)(?:Promises? )?((?:[A-Z]\d+(?:,\s| and )?)+)(?::|\.?\n?$)`)
	number     = regexp.MustCompile(`[A-Z]\d+`)
)

// numbersOf returns the promises that a comment names.
func numbersOf(text string) (numbers []string) {
	for _, list := range numberList.FindAllStringSubmatch(strings.TrimSpace(text), -1) {
		for _, n := range number.FindAllString(list[1], -1) {
			if slices.Contains(promises(), n) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// numbersOfMessage returns the promises that the message of an assertion names:
// its last argument. "P1" alone is a priority more often than a promise.
func numbersOfMessage(n ast.Node) []string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 3 {
		return nil
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if pkg, ok := method.X.(*ast.Ident); !ok || pkg.Name != "assert" && pkg.Name != "require" {
		return nil
	}
	literal, ok := call.Args[len(call.Args)-1].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING || literal.Value == `"P1"` {
		return nil
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return nil
	}
	return numbersOf(text)
}

// promiseTable writes the tests of each promise as a table.
func promiseTable(tests map[string][]string) string {
	var b strings.Builder
	b.WriteString("| promise | tests |\n|---|---|\n")
	for _, number := range slices.SortedFunc(maps.Keys(tests), byPromise) {
		fmt.Fprintf(&b, "| %s | `%s` |\n", number, strings.Join(tests[number], "`, `"))
	}
	return b.String()
}

func byPromise(a, b string) int {
	all := promises()
	return cmp.Compare(slices.Index(all, a), slices.Index(all, b))
}
