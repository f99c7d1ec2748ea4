package reach_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
	"github.com/tripware/tripware/cmd/tripware/internal/simulate"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// An account is exported and its report is written, by two command lines; the report counts
// the rows of the manifest.
func TestAnExportAndItsReport(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	require.NoError(t, simulate.FillOpsgenie(t.Context(), s))
	env := map[string]string{cli.EnvOpsgenieKey: s.Key, cli.EnvOpsgenieURL: s.URL}
	tripware := func(args ...string) (out, log string, code int) {
		var stdout, stderr bytes.Buffer
		code = root.Main(t.Context(), &cli.Env{
			In: strings.NewReader(""), Out: &stdout, Err: &stderr,
			Getenv: func(name string) string { return env[name] }, Terminal: func(any) bool { return false },
		}, args)
		return stdout.String(), stderr.String(), code
	}
	folder, page := filepath.Join(t.TempDir(), "account"), filepath.Join(t.TempDir(), "report.html")
	_, log, code := tripware("opsgenie", "export", folder, "--alerts")
	require.Equal(t, exit.OK, code, log)
	_, log, code = tripware("move", "report", folder, "--out", page)
	require.Equal(t, exit.OK, code, log)
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(text), "Platform escalation")
	assert.NotContains(t, string(text), s.Key)

	out, log, code := tripware("move", "report", folder, "--json")
	require.Equal(t, exit.OK, code, log)
	var report struct {
		Kinds []struct {
			Kind  string
			Count int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	text, err = os.ReadFile(filepath.Join(folder, "manifest.json"))
	require.NoError(t, err)
	var manifest struct{ Rows int }
	require.NoError(t, json.Unmarshal(text, &manifest))
	rows := 0
	for _, k := range report.Kinds {
		if !strings.Contains(k.Kind, "/") {
			rows += k.Count
		}
	}
	assert.Equal(t, manifest.Rows, rows)
	assert.Positive(t, rows)

	_, log, code = tripware("move", "report")
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, log, "DIR is missing")
}
