package faults_test

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/internal/faults"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, protocol string, steps ...faults.Step) *faults.Server {
	t.Helper()
	var s *faults.Server
	switch protocol {
	case "HTTP/1.1":
		var err error
		s, err = faults.New(faults.Play(steps...))
		require.NoError(t, err)
	case "HTTP/2.0":
		s = faults.NewHTTP2(faults.Play(steps...))
	case "frames":
		s = faults.NewFrames(faults.Play(steps...))
	}
	t.Cleanup(s.Close)
	return s
}

// bare is a client without any decorator: the server is looked at, not they.
func bare(t *testing.T, s *faults.Server) *http.Client {
	t.Helper()
	base := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	t.Cleanup(base.CloseIdleConnections)
	return &http.Client{Transport: base}
}

func post(t *testing.T, s *faults.Server) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("body"))
	require.NoError(t, err)
	req.Header.Set(faults.HeaderCall, "a")
	return req
}

// What a client without decorators sees of each kind, and what the journal says.
func TestEachKindIsWhatItSaysItIs(t *testing.T) {
	t.Parallel()
	const head, body = "head", "body" // where the client meets an error
	type row struct {
		name    string
		step    faults.Step
		on      []string
		breaks  string // "" if the whole answer comes
		text    string
		applied int
	}
	both, one := []string{"HTTP/1.1", "HTTP/2.0"}, []string{"HTTP/1.1"}
	for _, r := range []row{
		{"answer", faults.Step{}, both, "", "done", 1},
		{"status and header", faults.Step{Status: 503, Header: http.Header{"X-A": {"b"}}, Body: "no"}, both, "", "no", 1},
		{"throttled", faults.Step{Status: 429}, both, "", "done", 0},
		{"reset unread", faults.Step{Kind: faults.ResetUnread}, both, head, "", 0},
		{"reset before", faults.Step{Kind: faults.ResetBefore}, both, head, "", 1},
		{"reset in head", faults.Step{Kind: faults.ResetInHead}, one, head, "", 1},
		{"truncate", faults.Step{Kind: faults.Truncate}, both, body, "do", 1},
		{"truncate chunks", faults.Step{Kind: faults.TruncateChunks}, one, body, "do", 1},
		{"dribble", faults.Step{Kind: faults.Dribble, Pause: time.Millisecond}, both, "", "done", 1},
		{"close idle", faults.Step{Kind: faults.CloseIdle}, both, "", "done", 1},
		{"early", faults.Step{Kind: faults.Early}, both, "", "done", 1},
		{"trailers", faults.Step{Kind: faults.Trailers}, both, "", "done", 1},
		{"huge header", faults.Step{Kind: faults.HugeHeader, Size: 100_000}, both, "", "done", 1},
		{"bomb", faults.Step{Kind: faults.Bomb, Size: 100_000}, both, "", strings.Repeat("\x00", 100_000), 1},
	} {
		for _, protocol := range r.on {
			t.Run(r.name+" on "+protocol, func(t *testing.T) {
				t.Parallel()
				s := start(t, protocol, r.step)
				resp, err := bare(t, s).Do(post(t, s))
				if r.breaks == head {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
					assert.Equal(t, protocol, resp.Proto)
					assert.Equal(t, cmp.Or(r.step.Status, http.StatusOK), resp.StatusCode)
					text, err := io.ReadAll(resp.Body)
					assert.Equal(t, r.breaks == body, errors.Is(err, io.ErrUnexpectedEOF), "%v", err)
					assert.Equal(t, r.text, string(text))
					require.NoError(t, resp.Body.Close())
				}
				arrivals := s.Arrivals("a")
				require.Len(t, arrivals, 1)
				assert.Equal(t, r.applied, s.Applied("a"))
				if r.step.Kind != faults.ResetUnread {
					assert.Equal(t, int64(4), arrivals[0].Length)
					assert.Equal(t, crc32.ChecksumIEEE([]byte("body")), arrivals[0].Sum)
				}
			})
		}
	}
}

func TestAGateHoldsTheResetBackUntilTheClientHasTheHead(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		gate := make(chan struct{})
		s := start(t, protocol, faults.Step{Kind: faults.ResetInBody, Gate: gate})
		resp, err := bare(t, s).Do(post(t, s))
		require.NoError(t, err)
		close(gate)
		_, err = io.ReadAll(resp.Body)
		require.Error(t, err)
		require.NotErrorIs(t, err, io.ErrUnexpectedEOF, "a reset is no regular end")
		if protocol == "HTTP/1.1" {
			require.ErrorIs(t, err, syscall.ECONNRESET)
		}
		require.NoError(t, resp.Body.Close())
	}
}

func TestAnUpgradedConnectionSendsBackWhatComes(t *testing.T) {
	t.Parallel()
	s := start(t, "HTTP/1.1", faults.Step{Kind: faults.Upgrade})
	req := post(t, s)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp, err := bare(t, s).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	conn, ok := resp.Body.(io.Writer)
	require.True(t, ok)
	_, err = io.WriteString(conn, "hello\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "hello\n", line)
}

// The client replays what was provably not processed, and nothing else.
func TestFramesThatSayWhatWasProcessed(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		name     string
		step     faults.Step
		fails    bool
		arrivals int
		applied  int
	}{
		{"answer", faults.Step{Status: 204}, false, 1, 1},
		{"refused stream", faults.Step{Kind: faults.RefuseStream}, false, 2, 1},
		{"reset stream", faults.Step{Kind: faults.ResetStream, Code: 2}, true, 1, 1},
		{"go away", faults.Step{Kind: faults.GoAway}, false, 2, 1},
		{"go away, taken", faults.Step{Kind: faults.GoAwayTaken}, true, 1, 1},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "frames", r.step, faults.Step{Status: 204})
			resp, err := bare(t, s).Do(post(t, s))
			assert.Equal(t, r.fails, err != nil, "%v", err)
			if err == nil {
				assert.Equal(t, 204, resp.StatusCode)
				require.NoError(t, resp.Body.Close())
			}
			assert.Len(t, s.Arrivals(""), r.arrivals)
			assert.Equal(t, r.applied, s.Applied(""))
		})
	}
}

func TestAKindOfAnotherProtocolIsRefusedAloud(t *testing.T) {
	t.Parallel()
	for protocol, kind := range map[string]faults.Kind{"HTTP/1.1": faults.GoAway, "HTTP/2.0": faults.Upgrade} {
		s := start(t, protocol, faults.Step{Kind: kind})
		resp, err := bare(t, s).Do(post(t, s))
		require.NoError(t, err)
		assert.Equal(t, http.StatusNotImplemented, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
	}
}

func TestADrawDependsOnTheSeedTheCallAndTheCountAlone(t *testing.T) {
	t.Parallel()
	script := faults.Draw(7, 0.5, faults.Step{Status: 500}, faults.Step{Status: 502})
	seen := map[int]int{}
	for n := range 1000 {
		step := script("call", n)
		assert.Equal(t, step, script("call", n))
		seen[step.Status]++
	}
	assert.InDelta(t, 500, seen[0], 100)
	assert.InDelta(t, 250, seen[500], 80)
	assert.InDelta(t, 250, seen[502], 80)
	assert.Equal(t, faults.Step{}, faults.Draw(7, 0, faults.Step{Status: 500})("call", 1))
}
