package scoreboard_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/test/scoreboard"
)

var (
	update = flag.Bool("update", false, "write docs/scoreboard.md")
	date   = flag.String("date", time.Now().UTC().Format(time.DateOnly), "the date that -update writes, as 2006-01-02")
)

const page = "../../docs/scoreboard.md"

// How long a check may hang, in the first run of all checks and when it is repeated.
const (
	glance = 3 * time.Second
	look   = 10 * time.Second
)

// Without -update it tests that all checks of each peer can be run, and that Tripware's
// own decorators pass them. Failures of other peers do not fail the test.
func TestScoreboard(t *testing.T) {
	var mu sync.Mutex
	var board scoreboard.Board
	t.Run("peers", func(t *testing.T) {
		for _, peer := range scoreboard.All() {
			t.Run(peer.Name, func(t *testing.T) {
				t.Parallel()
				ours := peer.Kind == scoreboard.KindOurs
				result := scoreboard.Result{Peer: peer, Findings: examine(t, peer, allChecks(), glance)}
				if ours || *update {
					confirm(t, result)
				}
				for i, name := range allChecks() {
					require.Equal(t, name, result.Findings[i].Check)
				}
				for _, f := range result.Findings {
					if ours {
						assert.NotEqual(t, rttest.Failed, f.Outcome, "%s: %s", f.Check, f.Detail)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				board.Results = append(board.Results, result)
			})
		}
	})
	if *update && !t.Failed() {
		write(t, board)
	}
}

func allChecks() (names []string) {
	for _, c := range rttest.Checks() {
		names = append(names, c.Name)
	}
	return names
}

// confirm repeats each failed check once, alone in a new process.
func confirm(t *testing.T, result scoreboard.Result) {
	t.Helper()
	for i, f := range result.Findings {
		if f.Outcome == rttest.Failed {
			result.Findings[i] = examine(t, result.Peer, []string{f.Check}, look)[0]
		}
	}
}

func write(t *testing.T, board scoreboard.Board) {
	t.Helper()
	require.Len(t, board.Results, len(scoreboard.All()), "-update needs all peers: use -run Scoreboard")
	on, err := time.Parse(time.DateOnly, *date)
	require.NoError(t, err)
	board.Date, board.Go = on, runtime.Version()
	for i := range board.Results {
		version(t, &board.Results[i])
	}
	var text bytes.Buffer
	require.NoError(t, board.Write(&text))
	require.NoError(t, os.WriteFile(page, text.Bytes(), 0o644))
}

// version reads the module's version and date with the go command.
func version(t *testing.T, r *scoreboard.Result) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", r.Peer.Module).Output()
	require.NoError(t, err, "%s", r.Peer.Module)
	var module struct {
		Version string
		Time    time.Time
		Replace *struct{ Path string }
	}
	require.NoError(t, json.Unmarshal(out, &module))
	if r.Version, r.Released = module.Version, module.Time; module.Replace != nil {
		r.Version = "this tree"
	}
}

// faulty are peers for the tests of this package.
func faulty() []scoreboard.Peer {
	return []scoreboard.Peer{{
		Name: "panics beside the call", Kind: scoreboard.KindOther, Module: "none",
		Wrap: func(base http.RoundTripper) http.RoundTripper { return panicking{base} },
	}}
}

type panicking struct{ base http.RoundTripper }

func (p panicking) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost {
		go panic("nobody recovers this")
		select {}
	}
	return p.base.RoundTrip(req)
}

func TestAPanicOfAPeerFailsItsCheckAndNoOther(t *testing.T) {
	t.Parallel()
	checks := []string{"error-comes-through", "body-closed-on-success", "redirect-not-followed"}
	found := examine(t, faulty()[0], checks, look)
	require.Len(t, found, 3)
	assert.Equal(t, []rttest.Outcome{rttest.Passed, rttest.Failed, rttest.Passed},
		[]rttest.Outcome{found[0].Outcome, found[1].Outcome, found[2].Outcome}, "%+v", found)
	assert.Contains(t, found[1].Detail, "nobody recovers this")
}

func TestTheBoardSaysWhoFailedWhat(t *testing.T) {
	t.Parallel()
	board := scoreboard.Board{
		Date: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Go: "go1.26",
		Results: []scoreboard.Result{{
			Peer: scoreboard.Peer{Name: "other", Kind: scoreboard.KindRetry, Settings: "None."}, Version: "v1.2.3",
			Released: time.Date(2025, 6, 18, 14, 0, 0, 0, time.UTC),
			Findings: []scoreboard.Finding{
				{Check: "sent-once", Outcome: rttest.Failed, Detail: "dial 127.0.0.1:4711: a|b at 3b94b8118a20, after 9223372037\nand more"},
				{Check: "no-cookies-kept", Outcome: rttest.Passed},
				{Check: "guards-both", Outcome: rttest.NotClaimed, Detail: "it does not say so"},
				{Check: "redirect-not-followed", Outcome: rttest.Skipped, Detail: "a reason"},
			},
		}, {
			Peer: scoreboard.Peer{Name: "own", Kind: scoreboard.KindOurs, Settings: "All."}, Version: "this tree",
			Findings: []scoreboard.Finding{{Check: "sent-once", Outcome: rttest.Passed}},
		}},
	}
	var out bytes.Buffer
	require.NoError(t, board.Write(&out))
	text := out.String()
	assert.Contains(t, text, "2026-11-22 with go1.26")
	assert.Contains(t, text, "| own | Tripware | this tree |  | 1 | 0 | 0 |\n"+
		"| other | retries | v1.2.3 | 2025-06-18 | 1 | 1 | 2 |\n", "ours first")
	assert.Contains(t, text, "- `sent-once`: dial 127.0.0.1 a\\|b at … after 9223372037\n")
	assert.Contains(t, text, "- not run: `redirect-not-followed`: a reason\n")
	assert.NotContains(t, text, "and more")
	row := slices.Collect(func(yield func(string) bool) {
		for l := range strings.Lines(text) {
			if strings.HasPrefix(l, "| `sent-once` |") && !yield(l) {
				return
			}
		}
	})
	require.Len(t, row, 1)
	assert.Contains(t, row[0], "| 1 | 2 |")
}

func TestPeersAreNamedOnceAndOfAKnownKind(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, peer := range scoreboard.All() {
		assert.False(t, names[peer.Name], "%s is there twice", peer.Name)
		names[peer.Name] = true
		assert.Contains(t, scoreboard.Kinds(), peer.Kind, peer.Name)
		assert.NotEmpty(t, peer.Module, peer.Name)
		assert.NotEmpty(t, peer.Settings, peer.Name)
	}
}
