package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The repository of the tests: a core, of which the module test/clients/big uses the
// package used, which imports below; and the kit, which it uses too.
func files() map[string]string {
	const replace = "\nreplace (\n\texample.com/core => ../../..\n\texample.com/core/test/clients => ../\n)\n"
	return map[string]string{
		"go.mod":            "module example.com/core\n",
		"used/used.go":      "package used\n\nimport \"example.com/core/below\"\n\n// Do does.\nfunc Do(n int) (b below.B) {\n\treturn b\n}\n\nfunc own() {}\n\ntype T struct {\n\tA int\n\tb int\n}\n\nconst C = 1\n",
		"below/below.go":    "package below\n\ntype B int\n",
		"unused/unused.go":  "package unused\n\nfunc F() {}\n",
		"used/used_test.go": "package used\n",

		"test/clients/go.mod":                "module example.com/core/test/clients\n\nreplace example.com/core => ../..\n",
		"test/clients/kit.go":                "package clients\n\nfunc Run() {}\n",
		"test/clients/kit_test.go":           "package clients\n",
		"test/clients/rows/big.json":         `{"module": "example.com/big"}`,
		"test/clients/rows/small.json":       `{"module": "example.com/small"}`,
		"test/clients/proven.txt":            "test/clients/big\ntest/clients/other 1\n",
		"test/clients/big/go.mod":            "module example.com/core/test/clients/big\n\nrequire example.com/big v1.0.0\n" + replace,
		"test/clients/big/README.md":         "# Big\n",
		"test/clients/big/doc.go":            "package big\n",
		"test/clients/big/big_test.go":       "package big\n\nimport (\n\t_ \"example.com/core/test/clients\"\n\t_ \"example.com/core/used\"\n)\n",
		"test/clients/big/inner/go.mod":      "module example.com/inner\n",
		"test/clients/big/inner/inner.go":    "package inner\n",
		"test/clients/big/testdata/some.txt": "text\n",
	}
}

func put(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
}

func repository(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	put(t, root, files())
	git := exec.CommandContext(t.Context(), "git", "init", "--quiet", root)
	require.NoError(t, git.Run())
	return root
}

func TestALineFitsUntilSomethingChangesThatCanMatter(t *testing.T) {
	t.Parallel()
	const used = "used/used.go"
	tests := map[string]struct {
		file, old, new string
		fits           bool
	}{
		"a file of the module":          {file: "test/clients/big/doc.go", old: "package", new: "// Text.\npackage"},
		"its test data":                 {file: "test/clients/big/testdata/some.txt", old: "text", new: "other"},
		"its README":                    {file: "test/clients/big/README.md", old: "Big", new: "Large", fits: true},
		"a new file":                    {file: "test/clients/big/new.go", new: "package big\n"},
		"its go.mod":                    {file: "test/clients/big/go.mod", old: "v1.0.0", new: "v1.1.0"},
		"a module below it":             {file: "test/clients/big/inner/inner.go", old: "package", new: "// Text.\npackage", fits: true},
		"its row":                       {file: "test/clients/rows/big.json", old: "{", new: `{"line": "", `},
		"the row of another":            {file: "test/clients/rows/small.json", old: "{", new: `{"line": "", `, fits: true},
		"code of the kit":               {file: "test/clients/kit.go", old: "{}", new: "{ println() }"},
		"a test of the kit":             {file: "test/clients/kit_test.go", old: "package", new: "// Text.\npackage", fits: true},
		"the go.mod of the core":        {file: "go.mod", old: "core\n", new: "core\n\nrequire example.com/new v1.0.0\n"},
		"a comment":                     {file: used, old: "// Do does.", new: "// Do does not.", fits: true},
		"a body":                        {file: used, old: "return b", new: "b++\n\treturn b", fits: true},
		"layout":                        {file: used, old: "\tA int\n", new: "\n\n\tA   int // A.\n", fits: true},
		"what is not exported":          {file: used, old: "func own() {}", new: "func own() int { return 1 }", fits: true},
		"a field that is not exported":  {file: used, old: "\tb int", new: "\tb string", fits: true},
		"a test of the core":            {file: "used/used_test.go", old: "package", new: "// Text.\npackage", fits: true},
		"a package that is not used":    {file: "unused/unused.go", old: "F()", new: "F(n int)", fits: true},
		"a parameter":                   {file: used, old: "n int", new: "n int64"},
		"a field":                       {file: used, old: "A int", new: "A string"},
		"a value":                       {file: used, old: "C = 1", new: "C = 2"},
		"a package that it is built on": {file: "below/below.go", old: "B int", new: "B string"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := repository(t)
			require.NoError(t, run(t.Context(), nil, root, []string{"write", "test/clients/big"}))
			require.NoError(t, run(t.Context(), nil, root, []string{"check", "test/clients/big"}))
			text := files()[test.file]
			require.Contains(t, text, test.old)
			put(t, root, map[string]string{test.file: strings.Replace(text, test.old, test.new, 1)})
			err := run(t.Context(), nil, root, []string{"check", "test/clients/big"})
			if test.fits {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "test/clients/big has changed since its tests passed")
		})
	}
}

func TestOtherLinesStay(t *testing.T) {
	t.Parallel()
	root := repository(t)
	require.Error(t, run(t.Context(), nil, root, []string{"check", "test/clients/big"}), "it has never passed")
	require.NoError(t, run(t.Context(), nil, root, []string{"write", "test/clients/big"}))
	text, err := os.ReadFile(filepath.Join(root, list))
	require.NoError(t, err)
	assert.Regexp(t, `^test/clients/big [0-9a-f]{32}\ntest/clients/other 1\n$`, string(text))

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, root, []string{"list"}))
	assert.Equal(t, "test/clients/big\ntest/clients/other\n", out.String())

	require.ErrorContains(t, run(t.Context(), nil, root, []string{"write", "used"}), "used has no line")
	for _, args := range []string{"", "list more", "check", "write", "unknown test/clients/big"} {
		require.ErrorIs(t, run(t.Context(), nil, root, strings.Fields(args)), errUsage, args)
	}
}
