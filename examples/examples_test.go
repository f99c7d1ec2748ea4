// Package examples_test runs the programs of this folder.
package examples_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each program prints the content of its output.golden, in which placeholders mark the
// parts that differ from run to run. If a program fails, its exit status and standard
// error are appended.
func TestExamplesPrintWhatTheyShould(t *testing.T) {
	t.Parallel()
	// The go command caches the result by the files that the test reads, but does not
	// see those that its child reads. So the test visits them all.
	require.NoError(t, filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != ".." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		return err
	}))
	folder := t.TempDir()
	built, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", folder+string(filepath.Separator), "./...").CombinedOutput()
	require.NoError(t, err, "%s", built)
	programs, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.NotEmpty(t, programs)
	api := httptest.NewServer(throttledThenUnavailable())
	t.Cleanup(api.Close) // after the subtests
	for _, program := range programs {
		name := strings.TrimSuffix(program.Name(), ".exe")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden, err := os.ReadFile(filepath.Join(name, "output.golden"))
			require.NoError(t, err)
			printed := run(t, filepath.Join(folder, program.Name()), "API_URL="+api.URL+"/things/1")
			assert.Regexp(t, pattern(string(golden)), printed)
		})
	}
}

// throttledThenUnavailable is an API for the program that calls any API.
func throttledThenUnavailable() http.HandlerFunc {
	var requests atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		switch requests.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = io.WriteString(w, `{"name":"disk"}`)
		}
	}
}

// run returns the output of a program, without a key or a site of a real service.
func run(t *testing.T, program string, environment ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // they take seconds on an idle machine
	defer cancel()
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.Env = append(append(os.Environ(), "OPSGENIE_API_KEY=", "JSM_SITE=", "JSM_CLOUD_ID=", "JSM_OAUTH_TOKEN="), environment...)
	if err := cmd.Run(); err != nil {
		return out.String() + err.Error() + "\n" + complaint.String()
	}
	return out.String()
}

// Each example is in the index.
func TestEveryExampleIsInTheIndex(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile("README.md")
	require.NoError(t, err)
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, entry := range entries {
		if name := entry.Name(); entry.IsDir() && name != "internal" {
			assert.Regexp(t, `\(`+regexp.QuoteMeta(name)+`[/)]`, string(index))
		}
	}
}

// Output in the documents is that of a program of this folder.
func TestOutputInTheDocumentsIsPrinted(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("*", "output.golden"))
	require.NoError(t, err)
	var patterns []*regexp.Regexp
	for _, file := range files {
		golden, err := os.ReadFile(file)
		require.NoError(t, err)
		patterns = append(patterns, pattern(string(golden)))
	}
	documents, err := filepath.Glob(filepath.Join("..", "docs", "*.md"))
	require.NoError(t, err)
	documents = append(documents, filepath.Join("..", "README.md"))
	block := regexp.MustCompile("(?s)```text\n(.*?)```")
	blocks := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, match := range block.FindAllStringSubmatch(string(text), -1) {
			blocks++
			printed := slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(match[1]) })
			assert.True(t, printed, "%s: no program prints\n%s", document, match[1])
		}
	}
	assert.Positive(t, blocks)
}

func pattern(golden string) *regexp.Regexp {
	placeholders := strings.NewReplacer(
		"…", ".*",
		"<number>", "[1-9][0-9]*",
		"<time>", "[0-9][0-9.m]*s",
		"<date>", "[0-9TZ:-]+",
		"<id>", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
	)
	return regexp.MustCompile("^" + placeholders.Replace(regexp.QuoteMeta(golden)) + "$")
}
