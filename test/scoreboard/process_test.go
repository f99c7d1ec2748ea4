package scoreboard_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/test/scoreboard"
)

// A task is what a separate process does: some checks of one peer.
type task struct {
	Peer     string
	Checks   []string
	Patience time.Duration
	Out      string // a file for the findings
}

// A line of that file says that a check begins, or gives its finding.
type line struct {
	Begins string              `json:",omitempty"`
	Found  *scoreboard.Finding `json:",omitempty"`
}

const taskVariable = "TRIPWARE_PEERS_TASK"

// longest is how long one process may take.
const longest = 2 * time.Minute

// TestTask runs the task given by the parent process.
func TestTask(t *testing.T) {
	text, asked := os.LookupEnv(taskVariable)
	if !asked {
		t.Skip("no task: other tests start this one in a separate process")
	}
	var todo task
	require.NoError(t, json.Unmarshal([]byte(text), &todo))
	peer := find(t, todo.Peer)
	file, err := os.OpenFile(todo.Out, os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	out := json.NewEncoder(file)
	for _, name := range todo.Checks {
		require.NoError(t, out.Encode(line{Begins: name}))
		options := append(slices.Clone(peer.Claims), rttest.WithPatience(todo.Patience), rttest.Only(name))
		for _, f := range rttest.Report(t, peer.Wrap, options...) {
			require.NoError(t, out.Encode(line{Found: &scoreboard.Finding{Check: f.Check.Name, Outcome: f.Outcome, Detail: f.Detail}}))
		}
	}
}

func find(t *testing.T, name string) scoreboard.Peer {
	t.Helper()
	all := append(scoreboard.All(), faulty()...)
	at := slices.IndexFunc(all, func(p scoreboard.Peer) bool { return p.Name == name })
	require.GreaterOrEqual(t, at, 0, "there is no peer %q", name)
	return all[at]
}

// examine runs checks of a peer in as few processes as possible.
func examine(t *testing.T, peer scoreboard.Peer, checks []string, patience time.Duration) []scoreboard.Finding {
	t.Helper()
	var findings []scoreboard.Finding
	for len(checks) > 0 {
		batch := checks
		if peer.Apart {
			batch = checks[:1]
		}
		found := start(t, peer.Name, batch, patience)
		findings = append(findings, found...)
		checks = checks[len(found):]
	}
	return findings
}

// start runs checks in one process, up to and including a check that ends the process,
// which is a finding too. It returns at least one finding.
func start(t *testing.T, peer string, checks []string, patience time.Duration) []scoreboard.Finding {
	t.Helper()
	out := filepath.Join(t.TempDir(), "findings.jsonl")
	require.NoError(t, os.WriteFile(out, nil, 0o600))
	todo, err := json.Marshal(task{Peer: peer, Checks: checks, Patience: patience, Out: out})
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "-test.run=^TestTask$")
	cmd.Env = append(os.Environ(), taskVariable+"="+string(todo))
	cmd.WaitDelay = 5 * time.Second
	output, ended := cmd.CombinedOutput()

	findings, begun := read(t, out)
	switch {
	case len(findings) == len(checks): // how it ended afterwards does not matter
	case begun != "":
		if ctx.Err() != nil {
			ended = errors.New("it was still running after " + longest.String())
		}
		findings = append(findings, scoreboard.Finding{
			Check: begun, Outcome: rttest.Failed, Detail: fmt.Sprintf("the process ended: %s", cause(output, ended)),
		})
	default:
		t.Fatalf("the process for %s ended with %v, and this output:\n%s", peer, ended, output)
	}
	return findings
}

// read returns the findings, and the check that began but has no finding.
func read(t *testing.T, path string) (findings []scoreboard.Finding, begun string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			break // cut off in the middle
		}
		begun = l.Begins
		if l.Found != nil {
			findings = append(findings, *l.Found)
		}
	}
	return findings, begun
}

// cause returns in one line why a process ended.
func cause(output []byte, ended error) string {
	for line := range strings.Lines(string(output)) {
		for _, start := range []string{"panic: ", "fatal error: "} {
			if strings.HasPrefix(line, start) {
				return strings.TrimSpace(line)
			}
		}
	}
	return fmt.Sprint(ended)
}
