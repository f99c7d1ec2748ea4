package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/test/bench"
)

var (
	update = flag.Bool("update", false, "measure thoroughly and write docs/benchmarks.md and its pictures")
	date   = flag.String("date", time.Now().UTC().Format(time.DateOnly), "the date that -update writes, as 2006-01-02")
)

const docs = "../../docs"

// Without -update it measures just enough to show that everything runs and that
// every contestant gets its 200.
func TestReport(t *testing.T) {
	effort := bench.Glance()
	if *update {
		effort = bench.Thorough()
	}
	results, err := bench.Measure(t.Context(), effort, bubble(t), func(subject string) { t.Log("measuring", subject) })
	require.NoError(t, err)
	on, err := time.Parse(time.DateOnly, *date)
	require.NoError(t, err)
	report := bench.Report{Results: results, Date: on, Machine: bench.ThisMachine(), Versions: versions(t)}
	var text bytes.Buffer
	require.NoError(t, report.Write(&text))
	assert.NotContains(t, text.String(), "NaN")
	pictures := map[string]string{"benchmarks.svg": results.Success.Overheads(), "growth.svg": bench.GrowthPlots(results.Growth)}
	for name, picture := range pictures {
		wellFormed(t, name, picture)
	}
	if !*update {
		return
	}
	require.NoError(t, os.WriteFile(filepath.Join(docs, "benchmarks.md"), text.Bytes(), 0o644))
	for name, picture := range pictures {
		require.NoError(t, os.WriteFile(filepath.Join(docs, name), []byte(picture), 0o644))
	}
}

// bubble runs a subject in virtual time.
func bubble(t *testing.T) bench.Bubble {
	t.Helper()
	return func(run func(ctx context.Context)) {
		synctest.Test(t, func(t *testing.T) { run(t.Context()) })
	}
}

// versions asks the Go command, which reads the module's own go.mod.
func versions(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", "all").Output()
	require.NoError(t, err)
	found := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var module struct{ Path, Version string }
		err := decoder.Decode(&module)
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		found[module.Path] = module.Version
	}
}
