package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
)

// Every kind of an export has a subject, and every subject is decided by operations that exist.
func TestEveryKindHasARule(t *testing.T) {
	t.Parallel()
	rules, names := readRules(), []string{}
	var walk func(prefix string, all []subject)
	walk = func(prefix string, all []subject) {
		for _, s := range all {
			names = append(names, prefix+s.name)
			assert.NotEmpty(t, s.title, s.name)
			for _, operation := range []string{s.create, s.read, s.also} {
				if operation != "" || operation == s.create {
					assert.Contains(t, rules, operation, prefix+s.name)
				}
			}
			walk(prefix+s.name+"/", s.parts)
		}
	}
	walk("", subjects())
	for _, kind := range archive.Kinds() {
		assert.Contains(t, names, kind)
	}
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(names), "each once")
}

// What cannot be written leaves the old file, and no part of a new one.
func TestAFileThatCannotBeWrittenStaysAsItWas(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(file, []byte("an older one"), 0o600))
	full := errors.New("no space left on device")
	err := replace(file, func(w io.Writer) error {
		_, _ = io.WriteString(w, "<!DOCTYPE")
		return full
	})
	require.ErrorIs(t, err, full)
	assert.ErrorContains(t, err, file)
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "an older one", string(left))
	all, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, all, 1)
	require.ErrorIs(t, replace(filepath.Join(t.TempDir(), "no", "x"), func(io.Writer) error { return nil }), os.ErrNotExist)
}
