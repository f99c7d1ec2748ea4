package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Code in the documents is a copy of code that is compiled.
func TestCodeInTheDocumentsIsCompiled(t *testing.T) {
	t.Parallel()
	compiled := sources(t)
	blocks := 0
	for _, document := range []string{"README.md", "CONTRIBUTING.md", "docs/migrating.md"} {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, match := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
			blocks++
			assert.Contains(t, compiled, flat(match[1]), "%s: no Go file holds\n%s", document, match[1])
		}
	}
	assert.Greater(t, blocks, 3)
}

// sources returns all Go files, without indentation and comments.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		all.WriteString(flat(string(text)))
		return err
	}))
	return all.String()
}

// flat takes off what a copy into a document changes: indentation, and comments at the ends of lines.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, " // ")
		if code = strings.TrimSpace(code); code != "" && !strings.HasPrefix(code, "//") {
			b.WriteString(code + "\n")
		}
	}
	return b.String()
}
