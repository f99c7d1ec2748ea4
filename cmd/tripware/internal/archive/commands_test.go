package archive_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// A shell runs the program against an account.
type shell struct {
	t        *testing.T
	server   *opsgenietest.Server
	terminal bool
}

func (s shell) run(ctx context.Context, args ...string) (code int, out, errs string) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	vars := map[string]string{cli.EnvOpsgenieKey: s.server.Key, "OPSGENIE_API_URL": s.server.URL}
	env := &cli.Env{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr,
		Getenv: func(name string) string { return vars[name] }, Terminal: func(any) bool { return s.terminal },
	}
	code = root.Main(ctx, env, append([]string{"opsgenie"}, args...))
	return code, stdout.String(), stderr.String()
}

func TestTheCommandsEndWithTheirCodes(t *testing.T) {
	t.Parallel()
	s := shell{t: t, server: opsgenietest.New(t)}
	dir := filepath.Join(t.TempDir(), "acme")
	code, out, errs := s.run(t.Context(), "export", dir)
	require.Equal(t, 0, code, errs)
	assert.Equal(t, dir+": 1 row in 1 file, 174 bytes of the account opsgenietest\n"+
		"not asked for: alerts (--alerts), incidents (--incidents), postmortems (--postmortem), audit-logs (--audit-logs)\n", out)
	assert.Contains(t, errs, "account                1  1 saved\n")
	assert.NotContains(t, errs, "\x1b", "no control sequences but on a terminal")

	code, out, _ = s.run(t.Context(), "export", "verify", dir)
	assert.Equal(t, 0, code)
	assert.Equal(t, "1 row and 1 file (174 bytes) are as they were written; 0 references lead to a row\n", out)
	code, out, _ = s.run(t.Context(), "export", "diff", dir, dir)
	assert.Equal(t, 0, code)
	assert.Empty(t, out)
	code, out, _ = s.run(t.Context(), "restore", "-n", dir)
	assert.Equal(t, 0, code)
	assert.Equal(t, "0 to create and 0 to update; nothing was changed\n", out)

	forbidden := s.server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 403, Route: "GET /v2/teams", Times: opsgenietest.Always})
	other := filepath.Join(t.TempDir(), "other")
	code, out, errs = s.run(t.Context(), "export", other)
	assert.Equal(t, 6, code)
	assert.Contains(t, out, "missing: teams: list: 403 Forbidden")
	assert.Contains(t, errs, "could not be read: manifest.json says why")
	code, out, _ = s.run(t.Context(), "export", "verify", other)
	assert.Equal(t, 6, code)
	assert.Contains(t, out, "missing: teams: list: 403 Forbidden")
	forbidden.Stop()

	require.NoError(t, os.Truncate(filepath.Join(dir, "index.jsonl"), 3))
	for _, command := range [][]string{{"export", "verify", dir}, {"export", "diff", dir, dir}, {"restore", dir}} {
		code, _, errs = s.run(t.Context(), command...)
		assert.Equal(t, 1, code, command)
		assert.Contains(t, errs, "the export is broken: index.jsonl", command)
	}
}

func TestABadCommandSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := shell{t: t, server: opsgenietest.New(t)}
	for want, args := range map[string][]string{
		"DIR is missing: tripware opsgenie export DIR":                 {"export"},
		"--since \"yesterday\" is not a time: write 2026-01-31":        {"export", "x", "--since", "yesterday"},
		"did you mean --alerts?":                                       {"export", "x", "--alert"},
		"--parallel must be at least 1":                                {"export", "x", "--parallel", "0"},
		"AFTER is missing: tripware opsgenie export diff BEFORE AFTER": {"export", "diff", "x"},
		"--api-key: a key cannot be given as a flag, since others":     {"export", "x", "--api-key", "k"},
		"unexpected argument \"y\"":                                    {"restore", "x", "y"},
	} {
		code, _, errs := s.run(t.Context(), args...)
		assert.Equal(t, 2, code, args)
		assert.Contains(t, errs, want)
	}
	assert.Zero(t, s.server.Received())
}

func TestATerminalShowsALineForEachKind(t *testing.T) {
	t.Parallel()
	s := shell{t: t, server: opsgenietest.New(t), terminal: true}
	code, _, errs := s.run(t.Context(), "export", filepath.Join(t.TempDir(), "acme"))
	require.Equal(t, 0, code)
	screen := errs[strings.LastIndex(errs, "\x1b[17A"):]
	assert.Contains(t, screen, "████████████████████ account                1  1 saved\n")
}

func TestAnInterruptSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	s := shell{t: t, server: opsgenietest.New(t)}
	ctx, stop := context.WithCancel(t.Context())
	s.server.Inject(opsgenietest.Fault{Kind: opsgenietest.Stall, Times: opsgenietest.Always, Route: "GET /v2/teams", Match: func(opsgenietest.Request) bool {
		stop()
		return true
	}})
	code, _, errs := s.run(ctx, "export", filepath.Join(t.TempDir(), "acme"))
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "interrupted: run the same command again to go on")
}
