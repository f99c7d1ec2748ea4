package main_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// workers is how many requests the program has under way at once.
const workers = 4

// A killed backup goes on where it was, while the server throttles: killed once
// when all its requests hang, and once in the middle of its work.
func TestAKilledBackupGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	server, throttle := account(t)
	program := build(t)
	whole, killed := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "killed")
	output, err := program.run(t, server, whole).wait()
	require.NoError(t, err, output)
	want := resources(t, whole)

	throttle()
	stall := server.Inject(opsgenietest.Fault{Kind: opsgenietest.Stall, Skip: 25, Times: opsgenietest.Always})
	first := program.run(t, server, killed)
	until(t, func() bool { return stall.Held() == workers })
	t.Logf("the first run, killed:\n%s", first.kill(t))
	stall.Stop()
	saved := resources(t, killed)
	require.NotEmpty(t, saved)
	require.Less(t, len(saved), len(want))
	for name, text := range saved {
		assert.Equal(t, want[name], text, "%s is not what it should be: half of it?", name)
	}

	before := server.Received()
	second := program.run(t, server, killed)
	until(t, func() bool { return len(resources(t, killed)) > len(saved) })
	t.Logf("the second run, killed:\n%s", second.kill(t))
	assertNoneIsReadAgain(t, server, before, saved)
	saved = resources(t, killed)
	require.Less(t, len(saved), len(want))
	half := filepath.Join(killed, "half.json.part")
	require.NoError(t, os.WriteFile(half, []byte(`{"team":`), 0o600)) // as a kill amid a write would leave it

	before = server.Received()
	output, err = program.run(t, server, killed).wait()
	require.NoError(t, err, output)
	t.Logf("the third run:\n%s", output)
	assertNoneIsReadAgain(t, server, before, saved)
	assert.Equal(t, want, resources(t, killed))
	assert.Contains(t, output, fmt.Sprintf("%d saved and %d kept", len(want)-len(saved), len(saved)))
	assertNothingHalfWritten(t, killed)

	throttled := 0
	for _, r := range server.Requests()[before:] {
		if r.Status == http.StatusTooManyRequests {
			throttled++
		}
	}
	assert.Positive(t, throttled, "the server did not throttle the last run")

	output, err = program.run(t, server, killed).wait()
	require.NoError(t, err)
	assert.Contains(t, output, "nothing to do")
}

func TestAnInterruptedBackupSaysHowItGoesOn(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	folder := t.TempDir()
	stall := server.Inject(opsgenietest.Fault{Kind: opsgenietest.Stall, Skip: 25, Times: opsgenietest.Always})
	process := build(t).run(t, server, folder)
	until(t, func() bool { return stall.Held() == workers })
	require.NoError(t, process.Process.Signal(os.Interrupt))
	output, err := process.wait()
	require.Error(t, err)
	assert.Equal(t, 1, process.ProcessState.ExitCode(), "it ends by itself")
	assert.Contains(t, output, "interrupted: run it again on "+folder+" to go on where it was")
	assert.NotEmpty(t, resources(t, folder))
	assertNothingHalfWritten(t, folder)
}

// account returns a server with a small account and narrow limits. Time flies on
// its clock, so that nothing is throttled, until throttle is called.
func account(t *testing.T) (server *opsgenietest.Server, throttle func()) {
	t.Helper()
	var ahead atomic.Int64
	var slow atomic.Bool
	clock := func() time.Time {
		if !slow.Load() {
			ahead.Add(int64(time.Second))
		}
		return time.Now().Add(time.Duration(ahead.Load()))
	}
	server = opsgenietest.New(t, opsgenietest.WithRequestLog(10_000), opsgenietest.WithClock(clock),
		opsgenietest.WithRateLimit(opsgenietest.DomainConfiguration, 100, 3),
		opsgenietest.WithRateLimit(opsgenietest.DomainSearch, 20, 1))
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	demo := archive.NewDemo(client)
	demo.Teams, demo.People = demo.Teams[:3], demo.People[:6]
	require.NoError(t, archive.Fill(t.Context(), demo))
	return server, func() { slow.Store(true) }
}

// A program is the one under test.
type program string

func build(t *testing.T) program {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", file, ".").CombinedOutput()
	require.NoError(t, err, string(output))
	return program(file)
}

// A process is the program at work.
type process struct {
	*exec.Cmd

	output bytes.Buffer
}

// run starts the program on a folder.
func (p program) run(t *testing.T, server *opsgenietest.Server, folder string) *process {
	t.Helper()
	it := &process{Cmd: exec.CommandContext(t.Context(), string(p), folder)}
	it.Env = append(os.Environ(), "OPSGENIE_API_KEY="+server.Key, "OPSGENIE_API_URL="+server.URL)
	it.Stdout, it.Stderr = &it.output, &it.output
	require.NoError(t, it.Start())
	return it
}

// wait returns what the program said when it ended.
func (p *process) wait() (string, error) {
	err := p.Wait()
	return p.output.String(), err
}

func (p *process) kill(t *testing.T) string {
	t.Helper()
	require.NoError(t, p.Process.Kill())
	output, err := p.wait()
	require.EqualError(t, err, "signal: killed")
	return output
}

func until(t *testing.T, what func() bool) {
	t.Helper()
	require.Eventually(t, what, time.Minute, time.Millisecond)
}

// resources returns the content of all files of resources by their names.
func resources(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.json"))
	require.NoError(t, err)
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		name, err := filepath.Rel(folder, file)
		require.NoError(t, err)
		all[name] = string(text)
	}
	return all
}

// assertNoneIsReadAgain looks for what was saved in the paths of requests after
// the first so many.
func assertNoneIsReadAgain(t *testing.T, server *opsgenietest.Server, after int, saved map[string]string) {
	t.Helper()
	for _, r := range server.Requests()[after:] {
		for name := range saved {
			id := strings.TrimSuffix(filepath.Base(name), ".json")
			assert.NotContains(t, r.Path, id, "%s was saved, and is read again", name)
		}
	}
}

func assertNothingHalfWritten(t *testing.T, folder string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			assert.Equal(t, ".json", filepath.Ext(name), name)
		}
		return err
	}))
}
