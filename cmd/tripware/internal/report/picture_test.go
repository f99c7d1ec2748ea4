package report_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

var (
	picture = flag.String("picture", "", "take a picture of a report into this `file`, by the browser in -browser")
	browser = flag.String("browser", "chromium", "a headless Chromium")
)

// The page in a browser, on the screen and in print. It runs only with -picture.
func TestReportInABrowser(t *testing.T) { //nolint:paralleltest // it needs the machine
	if *picture == "" {
		t.Skip("without -picture there is no browser: see .ci/report")
	}
	noon := func() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(noon))
	fill(t, s, requests("Network", "Payments", "Storage"))
	dir, _ := export(t, s)
	work := t.TempDir()
	page := filepath.Join(work, "report.html")
	_, _, err := command(t, dir, "--out", page)
	require.NoError(t, err)
	run := func(args ...string) string {
		within, end := context.WithTimeout(t.Context(), 2*time.Minute)
		defer end()
		args = append([]string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb",
			"--user-data-dir=" + filepath.Join(work, "profile"), "--window-size=1000,1080", "--enable-logging=stderr", "--v=0",
		}, args...)
		browse := exec.CommandContext(within, *browser, append(args, "file://"+page)...)
		var out, said bytes.Buffer
		browse.Stdout, browse.Stderr = &out, &said
		require.NoError(t, browse.Run(), "%s", said.String())
		assert.NotContains(t, said.String(), "Content Security Policy")
		return out.String()
	}
	shown := run("--dump-dom")
	for _, part := range []string{"Storage on call", "<rect", "Storage API"} {
		assert.Contains(t, shown, part)
	}
	printed := filepath.Join(work, "report.pdf")
	run("--print-to-pdf="+printed, "--no-pdf-header-footer")
	pdf, err := os.ReadFile(printed)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, bytes.Count(pdf, []byte("/Type /Page\n")), 5, "each team begins a page")
	run("--screenshot=" + *picture)
	info, err := os.Stat(*picture)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(200<<10))
}
