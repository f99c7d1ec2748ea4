package root_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
	"github.com/tripware/tripware/cmd/tripware/internal/simulate"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

var update = flag.Bool("update", false, "write the outputs of the sessions that differ")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The sessions in docs/cli.md and in testdata print what they show: each command line in a
// block of console is run against the simulations, in the order of the file. A comment such
// as <!-- throttle alert 1 --> makes the simulated Opsgenie fail.
func TestSessions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.md")
	require.NoError(t, err)
	for _, file := range append(files, "../../../../docs/cli.md") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			s := newSession(t)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			got := s.replay(string(text))
			require.NotZero(t, s.commands, "the file has no command")
			if plain(got) == plain(string(text)) {
				return
			}
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
				return
			}
			assert.Equal(t, plain(string(text)), plain(got), "write the sessions by: make cli-docs")
		})
	}
}

// A session runs command lines with a home of its own and both simulations.
type session struct {
	t        *testing.T
	opsgenie *opsgenietest.Server
	jsm      *jsmtest.Server
	env      map[string]string
	in       string
	terminal bool
	commands int
}

func newSession(t *testing.T) *session {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) }
	s := &session{
		t:        t,
		opsgenie: opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(now)),
		jsm:      jsmtest.New(t, jsmtest.WithProcessingPolls(0), jsmtest.WithClock(now)),
	}
	require.NoError(t, simulate.FillOpsgenie(t.Context(), s.opsgenie))
	require.NoError(t, simulate.FillJSM(t.Context(), s.jsm))
	s.env = map[string]string{
		cli.EnvOpsgenieKey: s.opsgenie.Key, cli.EnvOpsgenieURL: s.opsgenie.URL,
		cli.EnvURL: s.jsm.URL, cli.EnvCloudID: s.jsm.CloudID, cli.EnvEmail: s.jsm.Email, cli.EnvToken: s.jsm.Token,
		cli.EnvEventsURL: s.jsm.EventsURL, cli.EnvIntegrationKey: s.jsm.Key,
		"XDG_CONFIG_HOME": "/home/ops/.config",
	}
	return s
}

// run runs a command line without the name of the program, and returns all that it printed
// and the exit code.
func (s *session) run(args ...string) (printed string, code int) {
	s.t.Helper()
	var out bytes.Buffer
	env := &cli.Env{
		In: strings.NewReader(s.in), Out: &out, Err: &out,
		Getenv:   func(name string) string { return s.env[name] },
		Terminal: func(stream any) bool { return s.terminal || stream == any(&out) },
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	code = root.Main(ctx, env, args)
	assert.NotContains(s.t, out.String(), s.opsgenie.Key)
	assert.NotContains(s.t, out.String(), s.jsm.Token)
	return out.String(), code
}

// replay returns the text with the outputs of its commands as they are now.
func (s *session) replay(text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
			b.WriteString(line + "\n")
		case !inside:
			if fault, ok := strings.CutPrefix(line, "<!-- throttle "); ok {
				s.throttle(strings.TrimSuffix(fault, " -->"))
			}
			b.WriteString(line + "\n")
		case strings.HasPrefix(line, "$ "):
			b.WriteString(line + "\n" + s.execute(line[2:]))
		}
	}
	return b.String()
}

func (s *session) throttle(fault string) {
	var domain string
	var times int
	_, err := fmt.Sscanf(fault, "%s %d", &domain, &times)
	require.NoError(s.t, err)
	require.NoError(s.t, s.opsgenie.Throttle(opsgenietest.Domain(domain), times).Err())
}

// execute runs a command line. In double quotes, environment variables are expanded.
func (s *session) execute(line string) string {
	s.commands++
	words := s.split(line)
	require.Equal(s.t, "tripware", words[0], line)
	out, code := s.run(words[1:]...)
	if out != "" && !strings.HasSuffix(out, "\n") {
		out += "\n"
	}
	if code != 0 {
		out += fmt.Sprintf("[exit code %d]\n", code)
	}
	return out
}

var word = regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`)

func (s *session) split(line string) (words []string) {
	for _, m := range word.FindAllStringSubmatch(line, -1) {
		words = append(words, m[1]+os.Expand(m[2], func(name string) string { return s.env[name] })+m[3])
	}
	return words
}

// plain returns a text without what differs from run to run.
func plain(text string) string {
	for _, differs := range []struct{ pattern, mark string }{
		{`\((connection reused|blocked|dns|connect|tls|send|wait)[^)]*\)`, "(PHASES)"},
		{`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(-\d{13})?`, "ID"},
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, "TIME"},
		{`\d+(\.\d+)?(ns|µs|ms|s)\b`, "LONG"},
		{`127\.0\.0\.1:\d+`, "HOST"},
		{`request [0-9a-f]{32}\b`, "request ID"},
		{`[0-9a-f]{32}\b`, "ID"},
		{` +LONG`, " LONG"},
	} {
		text = regexp.MustCompile(differs.pattern).ReplaceAllString(text, differs.mark)
	}
	return text
}
