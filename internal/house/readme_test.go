package house_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Code in the documents is a copy of code that is compiled and usually run.
func TestCodeInTheDocumentsIsCompiled(t *testing.T) {
	t.Parallel()
	documents, err := fs.Glob(tree, "docs/*.md")
	require.NoError(t, err)
	documents = append(documents, "README.md", "CONTRIBUTING.md", "SECURITY.md")
	var compiled strings.Builder
	for _, s := range sources(t) {
		compiled.WriteString(flat(s.text))
	}
	block := regexp.MustCompile("(?s)```go\n(.*?)```")
	blocks := 0
	for _, document := range documents {
		text, err := fs.ReadFile(tree, document)
		require.NoError(t, err)
		for _, match := range block.FindAllStringSubmatch(string(text), -1) {
			blocks++
			copied := strings.Contains(compiled.String(), flat(match[1])) // a failed Contains would print all Go files
			assert.True(t, copied, "%s: no Go file holds\n%s", document, match[1])
		}
	}
	assert.Positive(t, blocks)
}

// flat removes what may differ in a copy: indentation, and comments at the ends of lines.
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
