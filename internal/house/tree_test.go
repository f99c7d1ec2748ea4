package house_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/tripware/tripware"
	root   = "../.."
)

// tree holds the files of the repository, by their paths from its root.
var tree = os.DirFS(root)

// A source is a Go file of the repository.
type source struct {
	name   string // path relative to the root, with slashes
	folder string
	module string // the folder of its go.mod
	test   bool
	text   string
	*ast.File
}

// core reports whether the file belongs to the core module and not to an example. Programs
// may import everything.
func (s source) core() bool { return s.module == "." && !strings.HasPrefix(s.folder, "examples") }

// sources returns all Go files of the repository, including those of other modules.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(all, func(s source) bool { return s.name == "client.go" }), "the walk began at the root")
	return all
}

var positions = token.NewFileSet()

var parsed = sync.OnceValues(func() (all []source, err error) {
	modules := map[string]string{}
	return all, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		folder := path.Dir(name)
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			modules[name] = modules[folder]
			if _, err := fs.Stat(tree, path.Join(name, "go.mod")); err == nil {
				modules[name] = name
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
		all = append(all, source{name, folder, modules[folder], strings.HasSuffix(name, "_test.go"), string(text), file})
		return err
	})
})
