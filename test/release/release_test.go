package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The core is tagged first, then each module below contrib and cmd after those that it
// requires. Without -tag the repository stays as it is; a second run makes the same tags.
func TestATaggedVersionIsInstalledByItsUsers(t *testing.T) {
	repository := committed(t, files())
	before := state(t, repository)
	tags := []string{"v0.2.0", "contrib/beta/v0.2.0", "contrib/alpha/v0.2.0", "cmd/hello/v0.2.0"}

	printed, err := released(t, repository, "v0.2.0")
	require.NoError(t, err)
	assert.Equal(t, before, state(t, repository), "a dry run")
	assert.Contains(t, printed, "\n  "+strings.Join(tags, "\n  ")+"\n")
	assert.Contains(t, printed, "go install made hello.\n")

	printed, err = released(t, repository, "-tag", "v0.2.0")
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(printed,
		"\n  git merge --ff-only v0.2.0\n  git push --atomic origin main "+strings.Join(tags, " ")+"\n"), printed)
	assert.Equal(t, "tripware: release v0.2.0\ncontrib/beta: release v0.2.0\ncontrib/alpha: release v0.2.0\ncmd/hello: release v0.2.0",
		must(t, repository, "log", "--reverse", "--format=%s", "main..cmd/hello/v0.2.0"))
	assert.Equal(t, "Ann Author <ann@example.com>", must(t, repository, "log", "-1", "--format=%cn <%ce>", "cmd/hello/v0.2.0"))
	assert.Equal(t, "tripware.go", must(t, repository, "diff", "--name-only", "main", "v0.2.0"))
	assert.Contains(t, must(t, repository, "show", "v0.2.0:tripware.go"), "const Version = \"0.2.0\"\n")
	assert.Equal(t, "module github.com/tripware/tripware/contrib/alpha\n\ngo 1.26.0\n"+
		"\nrequire github.com/tripware/tripware/contrib/beta v0.2.0\n"+
		"\nrequire (\n\tgithub.com/google/uuid v1.6.0 // indirect\n\tgithub.com/tripware/tripware v0.2.0 // indirect\n)",
		must(t, repository, "show", "contrib/alpha/v0.2.0:contrib/alpha/go.mod"))
	assert.NotContains(t, must(t, repository, "tag"), "test/")
	assert.Empty(t, must(t, repository, "status", "--porcelain"))
	made := must(t, repository, "show-ref", "--tags")

	must(t, repository, "merge", "--quiet", "--ff-only", "v0.2.0")
	must(t, repository, "tag", "--delete", "contrib/alpha/v0.2.0", "cmd/hello/v0.2.0")
	printed, err = released(t, repository, "-tag", "v0.2.0")
	require.NoError(t, err)
	assert.Equal(t, made, must(t, repository, "show-ref", "--tags"), "what is missing is made as before")
	assert.NotContains(t, printed, "git merge", "the branch has the core's commit")

	require.NoError(t, write(repository.dir, map[string]string{"more.go": "package tripware\n"}))
	commit(t, repository)
	_, err = released(t, repository, "-tag", "v0.2.0")
	require.ErrorContains(t, err, "the tag v0.2.0 exists, and these files in it are not those of v0.2.0; choose another version:\nmore.go")
}

// What a check builds are the files as they are: changed, new and deleted ones too.
func TestACheckTakesFilesThatAreNotCommitted(t *testing.T) {
	repository := committed(t, files())
	const alone = "\n\ngo 1.26.0\n\nreplace github.com/tripware/tripware => ../..\n\nrequire github.com/tripware/tripware v0.0.0\n"
	require.NoError(t, write(repository.dir, map[string]string{
		"tripware.go":        strings.ReplaceAll(files()["tripware.go"], "func New()", "const Answer = 42\n\nfunc New()"),
		"cmd/hello/go.mod":   "module github.com/tripware/tripware/cmd/hello" + alone,
		"cmd/hello/main.go":  "package main\n\nimport \"github.com/tripware/tripware\"\n\nfunc main() { println(tripware.Answer) }\n",
		"contrib/new/go.mod": "module github.com/tripware/tripware/contrib/new" + alone,
		"contrib/new/new.go": "package fresh\n\nimport _ \"github.com/tripware/tripware\"\n",
	}))
	require.NoError(t, os.RemoveAll(filepath.Join(repository.dir, "contrib", "alpha")))
	require.NoError(t, os.Remove(filepath.Join(repository.dir, "CHANGELOG.md")))
	before := state(t, repository)

	printed, err := released(t, repository, "-check")
	require.NoError(t, err)
	assert.Contains(t, printed, "\n  v0.1.0-check\n  cmd/hello/v0.1.0-check\n  contrib/beta/v0.1.0-check\n  contrib/new/v0.1.0-check\nA program")
	assert.Contains(t, printed, "\ngo install made hello.\n")
	assert.Equal(t, before, state(t, repository))
}

// A check can leave modules out, but not one that another requires.
func TestACheckLeavesModulesOut(t *testing.T) {
	repository := committed(t, files())
	printed, err := released(t, repository, "-check", "-without", "cmd/hello,contrib/alpha")
	require.NoError(t, err)
	assert.Contains(t, printed, "\n  v0.1.0-check\n  contrib/beta/v0.1.0-check\nA program")

	_, err = released(t, repository, "-check", "-without", "contrib/beta")
	require.ErrorContains(t, err, "requires github.com/tripware/tripware/contrib/beta, which is not released")
}

func TestWhatUsersCouldNotInstallIsRefused(t *testing.T) {
	const beta = "contrib/beta/go.mod"
	for name, row := range map[string]struct {
		version string // v0.2.0 if empty
		files   map[string]string
		changed bool // not committed
		want    string
	}{
		"no version":            {version: "0.2.0", want: `version "0.2.0" is not of the form vX.Y.Z`},
		"half a version":        {version: "v0.2", want: `version "v0.2" is not of the form vX.Y.Z`},
		"another major version": {version: "v2.0.0", want: "version v2.0.0 of github.com/tripware/tripware: version \"v2.0.0\" invalid: should be v0 or v1"},
		"changed files":         {changed: true, files: map[string]string{"new.go": "package tripware\n"}, want: "not committed:\n?? new.go"},
		"not in the changelog":  {version: "v0.3.0", want: "CHANGELOG.md begins with \"[0.2.0] - 2026-11-27\" instead of `## [0.3.0] - YYYY-MM-DD`"},
		"an entry is unreleased": {
			files: map[string]string{"CHANGELOG.md": "## [Unreleased]\n\n- More.\n\n## [0.2.0] - 2026-11-27\n\n- A client.\n"},
			want:  "CHANGELOG.md has entries under Unreleased",
		},
		"an empty section": {
			files: map[string]string{"CHANGELOG.md": "## [0.2.0] - 2026-11-27\n\n## [0.1.0] - 2026-11-01\n\n- First.\n"},
			want:  "CHANGELOG.md says nothing about v0.2.0",
		},
		"no section": {files: map[string]string{"CHANGELOG.md": "# Changelog\n"}, want: "has no section `## [0.2.0] - YYYY-MM-DD`"},
		"no constant": {
			files: map[string]string{"tripware.go": "package tripware\n"},
			want:  "has no line `const Version = ",
		},
		"a replacement of another project's module": {
			files: map[string]string{beta: files()[beta] + "\nreplace github.com/google/uuid => github.com/gofrs/uuid v4.4.0+incompatible\n"},
			want:  beta + " replaces github.com/google/uuid",
		},
		"a replacement of the core by a fork": {
			files: map[string]string{beta: strings.Replace(files()[beta], "../..", "github.com/fork/tripware v0.1.0", 1)},
			want:  beta + " replaces github.com/tripware/tripware",
		},
		"an exclusion": {
			files: map[string]string{beta: files()[beta] + "\nexclude github.com/google/uuid v1.5.0\n"},
			want:  beta + " excludes github.com/google/uuid@v1.5.0",
		},
		"a module that has no release": {
			files: map[string]string{beta: files()[beta] + "\nrequire github.com/tripware/tripware/test/bench v0.0.0\n"},
			want:  beta + " requires github.com/tripware/tripware/test/bench, which is not released",
		},
		"modules that require each other": {
			files: map[string]string{beta: files()[beta] + "\nrequire github.com/tripware/tripware/contrib/alpha v0.0.0\n"},
			want:  "modules require each other in a circle",
		},
		"another path": {
			files: map[string]string{beta: strings.Replace(files()[beta], "contrib/beta", "contrib/gamma", 1)},
			want:  "the module in contrib/beta is github.com/tripware/tripware/contrib/gamma",
		},
		"an import of an internal package": {
			files: map[string]string{"contrib/beta/beta.go": files()["contrib/beta/beta.go"] + "\nvar _ = name.Jar\n",
				"contrib/beta/jar.go": "package beta\n\nimport \"github.com/tripware/tripware/internal/name\"\n\nvar jar = name.Jar\n"},
			want: "github.com/tripware/tripware/contrib/beta imports github.com/tripware/tripware/internal/name, which is internal",
		},
		"not tidied": {
			files: map[string]string{beta: strings.Replace(files()[beta], "\tgithub.com/google/uuid v1.6.0\n", "", 1)},
			want:  "contrib/beta would require map[github.com/google/uuid:v1.6.0], but it is tested with map[]: run make tidy",
		},
		"a package that panics when it is imported": {
			files: map[string]string{"contrib/beta/init.go": "package beta\n\nfunc init() { panic(\"registered twice\") }\n"},
			want:  "a program that imports the released packages: /", // the program's path
		},
		"a package that does not build": {
			files: map[string]string{"contrib/beta/init.go": "package beta\n\nvar _ int = \"\"\n"},
			want:  "a program that imports the released packages: go build",
		},
		"a package that no module has": {
			files: map[string]string{"contrib/beta/jar.go": "package beta\n\nimport _ \"github.com/tripware/tripware/missing\"\n"},
			want:  "contrib/beta without its replacements: go mod tidy",
		},
		"a folder that is not in the core's module": {
			files: map[string]string{
				"internal/go.mod": "module github.com/tripware/tripware/internal\n\ngo 1.26.0\n",
				"go.mod": files()["go.mod"] + "\nreplace github.com/tripware/tripware/internal => ./internal\n" +
					"\nrequire github.com/tripware/tripware/internal v0.0.0\n",
			},
			want: "go.mod requires github.com/tripware/tripware/internal, which is not released",
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := files()
			if !row.changed {
				maps.Copy(all, row.files)
			}
			repository := committed(t, all)
			if row.changed {
				require.NoError(t, write(repository.dir, row.files))
			}
			before := state(t, repository)
			version := row.version
			if version == "" {
				version = "v0.2.0"
			}
			printed, err := released(t, repository, "-tag", version)
			require.ErrorContains(t, err, row.want)
			assert.Empty(t, printed)
			assert.Equal(t, before, state(t, repository))
		})
	}
}

// A version must follow those that the commit contains, but not those of other branches.
func TestAVersionFollowsTheLast(t *testing.T) {
	repository := committed(t, files())
	must(t, repository, "tag", "v0.2.1")
	_, err := released(t, repository, "v0.2.0")
	require.ErrorContains(t, err, "version v0.2.0 is older than v0.2.1, which this commit already contains")
}

// A tag that was made by hand is held against what a user would have from it.
func TestATagMadeByHandIsInspected(t *testing.T) {
	for name, row := range map[string]struct{ from, to, want string }{
		"a replacement was left in": {"tripware v0.0.0", "tripware v0.2.0", "contrib/beta/v0.2.0:go.mod replaces github.com/tripware/tripware"},
		"another version of the core": {
			"\nreplace github.com/tripware/tripware => ../..\n", "",
			"contrib/beta/v0.2.0:go.mod requires github.com/tripware/tripware@v0.0.0 instead of v0.2.0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := files()
			all["contrib/beta/go.mod"] = strings.Replace(all["contrib/beta/go.mod"], row.from, row.to, 1)
			repository := committed(t, all)
			must(t, repository, "tag", "contrib/beta/v0.2.0")

			_, err := released(t, repository, "v0.2.0")
			require.ErrorContains(t, err, "the tag contrib/beta/v0.2.0 exists, and these files in it are not those of v0.2.0")

			r, err := begin(t.Context(), options{dir: repository.dir, version: "v0.2.0"}, t.TempDir())
			require.NoError(t, err)
			require.ErrorContains(t, r.publish(t.Context(), r.members[1]), row.want)
		})
	}
}

func TestAProgramSaysFromWhatItIsBuilt(t *testing.T) {
	const core, beta = "github.com/tripware/tripware", "github.com/tripware/tripware/contrib/beta"
	r := &release{version: "v0.2.0", members: []*member{{".", core}, {"contrib/beta", beta}, {"cmd/hello", core + "/cmd/hello"}}}
	const good = "0.2.0: 204 No Content\n" + core + " v0.2.0\n" + beta + " v0.2.0"
	require.NoError(t, r.judge(good))
	for from, to := range map[string]string{"0.2.0:": "0.1.0:", "204 No Content": "502 Bad Gateway", core + " v0.2.0": core + " v0.1.0", "\n" + beta + " v0.2.0": ""} {
		require.Error(t, r.judge(strings.Replace(good, from, to, 1)), to)
	}
}

func TestACommandLineIsOneVersionOrACheck(t *testing.T) {
	for _, args := range []string{"", "v0.2.0 v0.3.0", "-check v0.2.0", "-check -tag", "-without contrib/beta v0.2.0", "-without contrib/beta -tag v0.2.0", "-unknown"} {
		_, err := parse(strings.Fields(args))
		require.ErrorIs(t, err, errUsage, args)
	}
	for args, want := range map[string]options{
		"v0.2.0":        {dir: ".", version: "v0.2.0"},
		"-tag v0.2.0":   {dir: ".", version: "v0.2.0", tag: true},
		"-C .. -check ": {dir: "..", check: true},
		"-check -without contrib/alpha,contrib/beta": {dir: ".", check: true, without: []string{"contrib/alpha", "contrib/beta"}},
	} {
		got, err := parse(strings.Fields(args))
		require.NoError(t, err, args)
		assert.Equal(t, want, got)
	}
}
