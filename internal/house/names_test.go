package house_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limit returns how many top-level names a package of the core may export. There is no
// limit for packages of vendors below services.
func limit(folder string) int {
	switch folder {
	case "transport":
		return 40
	case "middleware/retry":
		return 50
	}
	return 30
}

// The documentation of a package must stay readable. Names are counted as `go doc -short`
// lists them, so a group of constants counts as one. With -v the test prints all counts.
func TestPackagesExportFewNames(t *testing.T) {
	t.Parallel()
	packages := map[string][]*ast.File{}
	for _, s := range sources(t) {
		if first, _, _ := strings.Cut(s.folder, "/"); s.core() && !s.test && !slices.Contains([]string{"internal", "services", "test"}, first) {
			own, err := parser.ParseFile(positions, s.name, s.text, parser.ParseComments|parser.SkipObjectResolution)
			require.NoError(t, err)
			packages[s.folder] = append(packages[s.folder], own) // go/doc changes what it reads
		}
	}
	require.Contains(t, packages, "transport")
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		names, most := exported(t, folder, packages[folder]), limit(folder)
		t.Logf("%3d of %d  %s", names, most, folder)
		assert.LessOrEqual(t, names, most, "%s exports too many names: unexport some, or move what others need to internal", folder)
	}
}

func exported(t *testing.T, folder string, files []*ast.File) int {
	t.Helper()
	pkg, err := doc.NewFromFiles(positions, files, module+"/"+folder)
	require.NoError(t, err)
	names := len(pkg.Consts) + len(pkg.Vars) + len(pkg.Funcs)
	for _, kind := range pkg.Types {
		names += 1 + len(kind.Consts) + len(kind.Vars) + len(kind.Funcs)
	}
	return names
}
