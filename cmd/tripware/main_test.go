package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

const asProgram = "TRIPWARE_TEST_AS_PROGRAM"

// TestMain makes the test binary the program itself, so that tests can send it signals.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), asProgram+"=1", "XDG_CONFIG_HOME="+t.TempDir())
	return c
}

// interrupt sends Ctrl-C and returns the exit code, and how long the program took to end.
func interrupt(t *testing.T, c *exec.Cmd) (code int, took time.Duration) {
	t.Helper()
	begun := time.Now()
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait() // the code says it
	return c.ProcessState.ExitCode(), time.Since(begun)
}

// Ctrl-C ends a call to a server that hangs within a second, with the reason.
func TestCtrlCEndsACall(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt there")
	}
	came, release := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		came <- struct{}{}
		<-release
	}))
	defer server.Close()
	defer close(release)
	c := program(t, "call", server.URL)
	var complaint bytes.Buffer
	c.Stderr = &complaint
	require.NoError(t, c.Start())
	<-came
	code, took := interrupt(t, c)
	assert.Equal(t, exit.Failed, code)
	assert.Less(t, took, 5*time.Second, "a second, and what a busy machine adds")
	assert.Equal(t, "tripware: interrupted\n", complaint.String())
}

// Ctrl-C ends a command that waits for standard input too.
func TestCtrlCEndsACommandThatReadsItsInput(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt there")
	}
	c := program(t, "call", "-d", "@-", "http://127.0.0.1:1")
	in, err := c.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	for range 2 * 64 << 10 / 16 { // more than a pipe holds, so that the program has begun to read
		_, err := in.Write([]byte("0123456789abcdef"))
		require.NoError(t, err)
	}
	code, took := interrupt(t, c)
	assert.Equal(t, exit.Failed, code)
	assert.Less(t, took, 5*time.Second, "a second, and what a busy machine adds")
}

// A simulation prints its address and ends with Ctrl-C.
func TestASimulationRunsUntilCtrlC(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt there")
	}
	for vendor, variable := range map[string]string{"opsgenie": "export OPSGENIE_API_URL=", "jsm": "export JSM_API_URL="} {
		c := program(t, "simulate", vendor, "--limit", "1000/s")
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		address := ""
		for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
			address, _ = strings.CutPrefix(lines.Text(), variable)
			if address == lines.Text() {
				address = ""
			}
		}
		connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		require.NoError(t, err)
		require.NoError(t, connection.Close())
		code, took := interrupt(t, c)
		assert.Equal(t, exit.OK, code)
		assert.Less(t, took, 5*time.Second)
	}
}

// A simulation and a heartbeat run around a command, and end with its exit code. The ping is
// sent only if the command succeeds.
func TestCommandsRunAroundOthers(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are of a POSIX shell")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, c := range []struct {
		script string
		code   int
		prints string
	}{
		{"exit 0", 0, ""},
		{"exit 7", 7, ""},
		{`"$0" opsgenie heartbeats ping nightly-backup -- sh -c 'echo done; exit 3'`, 3, "done\n"},
		{`"$0" opsgenie heartbeats ping nightly-backup -- echo done`, 0, "done\n"},
		{`"$0" opsgenie heartbeats ping nightly-backup --every 10ms -- sleep 0.1`, 0, ""},
		{`"$0" opsgenie heartbeats list --columns name`, 0, "NAME\nnightly-backup\n"},
		{`"$0" opsgenie heartbeats ping nightly-backup -- no-such-command`, exit.Failed, ""},
	} {
		run := program(t, "simulate", "opsgenie", "--", "sh", "-c", c.script, self)
		out, _ := run.Output() // the code says whether it failed
		assert.Equal(t, c.code, run.ProcessState.ExitCode(), c.script)
		assert.Equal(t, c.prints, string(out), c.script)
	}
}

// A command whose fleet has no Redis prints one line to standard error, and nothing of the
// attempts to connect, which go on meanwhile.
func TestAFleetThatIsAwayIsToldOnce(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are of a POSIX shell")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	run := program(t, "simulate", "opsgenie", "--", "sh", "-c", `"$0" opsgenie heartbeats ping nightly-backup --every 10ms -- sleep 1`, self)
	run.Env = append(run.Env, "TRIPWARE_FLEET=redis://:hunter2@127.0.0.1:1")
	var complaint bytes.Buffer
	run.Stderr = &complaint
	require.NoError(t, run.Run())
	assert.Equal(t, "tripware: warning: the limits are not shared with the fleet, since Redis at 127.0.0.1:1 cannot be used: "+
		"dial tcp 127.0.0.1:1: connect: connection refused; calls go on without it\n", complaint.String())
}

// Ctrl-C gives the shares of the fleet's limits back.
func TestCtrlCLeavesTheFleet(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt there")
	}
	store := miniredis.RunT(t)
	came := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(came)
		<-r.Context().Done()
	}))
	defer server.Close()
	c := program(t, "opsgenie", "teams", "list")
	c.Env = append(c.Env, "TRIPWARE_FLEET=redis://"+store.Addr(), "OPSGENIE_API_KEY=9f8e7d6c-5b4a-4321-8765-0123456789ab", "OPSGENIE_API_URL="+server.URL)
	require.NoError(t, c.Start())
	<-came
	keys := store.Keys()
	require.Len(t, keys, 1)
	code, _ := interrupt(t, c)
	assert.Equal(t, exit.Failed, code)
	fields, err := store.HKeys(keys[0])
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(fields, " "), "m:", "members that did not leave")
}

// The body goes to a file of the given name only if it is complete.
func TestACallWritesAFile(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			w.Header().Set("Content-Length", "10")
		}
		_, _ = w.Write([]byte("hello"))
	}))
	defer server.Close()
	folder := t.TempDir()
	for path, code := range map[string]int{"/cut": exit.Failed, "/whole": exit.OK} {
		run := program(t, "call", "--retry", "0", "-o", filepath.Join(folder, path), server.URL+path)
		_ = run.Run() // the code says whether it failed
		assert.Equal(t, code, run.ProcessState.ExitCode(), path)
	}
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing else is left behind")
	text, err := os.ReadFile(filepath.Join(folder, "whole"))
	require.NoError(t, err)
	assert.Equal(t, "hello", string(text))
}

// Around a command, the program finds itself though it is not installed, also from a shell.
func TestASimulationAroundACommand(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the test needs a shell")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	name := filepath.Base(self)
	for _, command := range [][]string{{name, "opsgenie", "teams", "list", "--columns", "name"}, {"sh", "-c", name + " opsgenie teams list --columns name"}} {
		c := program(t, append([]string{"simulate", "opsgenie", "--"}, command...)...)
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Contains(t, string(out), "Payments")
	}
	c := program(t, "simulate", "opsgenie", "--", "no-such-program")
	out, err := c.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, exit.Failed, c.ProcessState.ExitCode())
	assert.Contains(t, string(out), `"no-such-program": executable file not found`)
}
