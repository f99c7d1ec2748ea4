package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The repository of the tests: a core, modules below contrib and cmd whose names are not
// in the order in which they require each other, and one below test that has no release.
func files() map[string]string {
	const replace = "\nreplace github.com/tripware/tripware => ../..\n"
	return map[string]string{
		"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-27\n\n- A client.\n\n## [0.1.0] - 2026-11-01\n\n- First.\n",
		"LICENSE":      "The license of all modules.\n",
		"go.mod":       "module github.com/tripware/tripware\n\ngo 1.26.0\n",
		"tripware.go": `package tripware

import (
	"net/http"

	"github.com/tripware/tripware/internal/name"
)

const Version = "0.1.0"

func New() (*http.Client, error) { return &http.Client{Jar: name.Jar}, nil }
`,
		"internal/name/name.go": "package name\n\nimport \"net/http\"\n\nvar Jar http.CookieJar\n",

		"contrib/alpha/go.mod": "module github.com/tripware/tripware/contrib/alpha\n\ngo 1.26.0\n" + replace +
			"\nreplace github.com/tripware/tripware/contrib/beta => ../beta\n\nrequire github.com/tripware/tripware/contrib/beta v0.0.0\n" +
			"\nrequire (\n\tgithub.com/google/uuid v1.6.0 // indirect\n\tgithub.com/tripware/tripware v0.0.0 // indirect\n)\n",
		"contrib/alpha/go.sum":   uuidSums,
		"contrib/alpha/alpha.go": "package alpha\n\nimport \"github.com/tripware/tripware/contrib/beta\"\n\nvar Name = beta.Name()\n",

		"contrib/beta/go.mod": "module github.com/tripware/tripware/contrib/beta\n\ngo 1.26.0\n" + replace +
			"\nrequire (\n\tgithub.com/google/uuid v1.6.0\n\tgithub.com/tripware/tripware v0.0.0\n)\n",
		"contrib/beta/go.sum": uuidSums,
		"contrib/beta/beta.go": `package beta

import (
	"github.com/google/uuid"

	"github.com/tripware/tripware"
)

func Name() string { return tripware.Version + uuid.Nil.String() }
`,

		"cmd/hello/go.mod": "module github.com/tripware/tripware/cmd/hello\n\ngo 1.26.0\n" + replace +
			"\nreplace github.com/tripware/tripware/contrib/alpha => ../../contrib/alpha\n" +
			"\nreplace github.com/tripware/tripware/contrib/beta => ../../contrib/beta\n" +
			"\nrequire github.com/tripware/tripware/contrib/alpha v0.0.0\n" +
			"\nrequire (\n\tgithub.com/google/uuid v1.6.0 // indirect\n\tgithub.com/tripware/tripware v0.0.0 // indirect\n" +
			"\tgithub.com/tripware/tripware/contrib/beta v0.0.0 // indirect\n)\n",
		"cmd/hello/go.sum":  uuidSums,
		"cmd/hello/main.go": "package main\n\nimport \"github.com/tripware/tripware/contrib/alpha\"\n\nfunc main() { println(alpha.Name) }\n",

		"test/bench/go.mod":   "module github.com/tripware/tripware/test/bench\n\ngo 1.26.0\n" + replace + "\nrequire github.com/tripware/tripware v0.0.0\n",
		"test/bench/bench.go": "package bench\n\nimport _ \"github.com/tripware/tripware\"\n",
	}
}

const uuidSums = `github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=
github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=
`

// committed returns a repository with files, in one commit on main.
func committed(t *testing.T, files map[string]string) command {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	repository := command{dir: t.TempDir()}
	for _, args := range [][]string{
		{"init", "--quiet", "--initial-branch=main"}, {"config", "user.name", "Ann Author"}, {"config", "user.email", "ann@example.com"},
	} {
		must(t, repository, args...)
	}
	require.NoError(t, write(repository.dir, files))
	commit(t, repository)
	return repository
}

func commit(t *testing.T, repository command) {
	t.Helper()
	must(t, repository, "add", "--all")
	must(t, repository, "commit", "--quiet", "-m", "all: change")
}

// must runs git and returns what it prints.
func must(t *testing.T, repository command, args ...string) string {
	t.Helper()
	printed, err := repository.git(t.Context(), args...)
	require.NoError(t, err)
	return printed
}

// state is all that a run must not change: branches, tags, the index and the working tree.
func state(t *testing.T, repository command) string {
	t.Helper()
	refs, err := repository.git(t.Context(), "for-each-ref")
	require.NoError(t, err)
	return strings.Join([]string{refs, must(t, repository, "status", "--porcelain", "--branch"), must(t, repository, "rev-parse", "HEAD")}, "\n")
}

// released runs the command and returns what it prints.
func released(t *testing.T, repository command, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), &out, append([]string{"-C", filepath.Join(repository.dir, "contrib")}, args...))
	return out.String(), err
}
