package tripware_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What only one vendor says stays with that vendor: the toolkit knows headers in
// general use, and a reader adds the others.
func TestTheCoreKnowsNoVendorsHeaders(t *testing.T) {
	t.Parallel()
	foreign := []string{"ratelimit-state", "ratelimit-reason", "period-in-sec", "ratelimit-nearlimit", "x-response-time", "x-opsgenie", `"throttled"`}
	var read int
	for _, folder := range []string{"transport", "middleware", "services", "poll", "internal/header", "internal/record"} {
		require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if path == filepath.Join("services", "opsgenie") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			read++
			for _, word := range foreign {
				assert.NotContains(t, strings.ToLower(string(text)), word, path)
			}
			return nil
		}))
	}
	assert.Greater(t, read, 50, "the walk found the code")
}
