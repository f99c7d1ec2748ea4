package house_test

import (
	"go/build"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mayImport says, folder by folder, which packages of this module the code there
// may import; the longest folder that fits counts. Arrows go down only.
var mayImport = []struct {
	folder string
	below  []string
}{
	{".", []string{"middleware/*", "transport", "transport/layer", "transport/network", "transport/redact", "internal/mistake"}},
	{"transport", []string{"transport/layer", "transport/redact", "internal/*"}},
	{"transport/redact", []string{"internal/*"}},
	{"transport/layer", []string{"internal/*"}},
	{"transport/network", []string{"transport/redact", "internal/*"}},
	{"internal", nil},
	{"middleware", []string{"transport", "transport/layer", "transport/redact", "internal/*"}},
	{"poll", []string{"internal/*"}},
	{"rttest", nil}, // what proves the contract to others leans on nothing of ours
	{"test", nil},   // tests alone
	{"services", []string{
		"transport", "transport/layer", "transport/redact", "middleware/metrics", "poll",
		"internal/header", "internal/mistake", "internal/record",
	}},
	{"services/internal/apitest", []string{"services", "transport"}},
	{"services/opsgenie", []string{".", "services", "services/opsgenie/*", "middleware/*", "transport", "transport/redact", "poll", "internal/mistake"}},
	{"services/opsgenie/wire", []string{"services", "transport", "transport/redact"}},
	{"services/opsgenie/shape", []string{"services", "services/opsgenie/internal/*", "transport", "transport/redact"}},
	{"services/opsgenie/opsgenietest", nil},
	{"services/opsgenie/internal", []string{"services"}},
	{"services/opsgenie/*", []string{
		"services", "services/opsgenie/wire", "services/opsgenie/shape", "services/opsgenie/internal/*", "transport",
		"transport/layer", "transport/redact", "poll",
	}},
}

func TestArrowsGoDownOnly(t *testing.T) {
	t.Parallel()
	imports := packages(t)
	require.Contains(t, imports, "transport", "the walk found the module's packages")
	for folder, list := range imports {
		if strings.HasPrefix(folder, "examples") {
			continue // programs stand above everything
		}
		below, known := allowed(folder)
		require.True(t, known, "no rule for %s", folder)
		for _, imported := range list {
			assert.True(t, slices.ContainsFunc(below, func(pattern string) bool { return fits(pattern, imported) }),
				"%s imports %s: an arrow that runs up, or across", folder, imported)
		}
	}
}

// A rule that allows everything would be none.
func TestTheRulesForbidWhatRunsUp(t *testing.T) {
	t.Parallel()
	for _, arrow := range [][2]string{
		{"transport", "middleware/retry"}, {"transport", "transport/network"}, {"transport/network", "transport"}, {"transport/layer", "transport"},
		{"middleware/retry", "middleware/auth"}, {"middleware/retry", "transport/network"}, {"middleware/auth", "."},
		{"services", "services/opsgenie"}, {"poll", "services"}, {"services/opsgenie/alert", "services/opsgenie/heartbeat"},
		{"internal/backoff", "transport"}, {".", "services"},
	} {
		folder, upward := arrow[0], arrow[1]
		below, known := allowed(folder)
		require.True(t, known, folder)
		assert.False(t, slices.ContainsFunc(below, func(pattern string) bool { return fits(pattern, upward) }), "%s -> %s", folder, upward)
	}
}

// packages returns which packages of this module each folder's code imports, tests aside.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	require.NoError(t, filepath.WalkDir(".", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); dir != "." && (strings.HasPrefix(name, ".") || name == "testdata" || isModule(dir)) {
			return filepath.SkipDir
		}
		pkg, err := build.ImportDir(dir, 0)
		if _, none := err.(*build.NoGoError); none { //nolint:errorlint // as go/build returns it
			return nil
		}
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(dir)
		found[folder] = []string{}
		for _, imported := range pkg.Imports {
			if own, ok := strings.CutPrefix(imported+"/", module+"/"); ok {
				found[folder] = append(found[folder], path.Clean(own))
			}
		}
		return nil
	}))
	return found
}

func isModule(dir string) bool {
	matches, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(matches) > 0
}

func allowed(folder string) (below []string, known bool) {
	longest := -1
	for _, rule := range mayImport {
		if len(rule.folder) > longest && (rule.folder == folder || fits(rule.folder, folder) || strings.HasPrefix(folder, rule.folder+"/")) {
			below, known, longest = rule.below, true, len(rule.folder)
		}
	}
	return below, known
}

// fits reports whether a pattern, whose star stands for one more folder, names the package.
func fits(pattern, folder string) bool {
	ok, err := path.Match(pattern, folder)
	return err == nil && ok
}
