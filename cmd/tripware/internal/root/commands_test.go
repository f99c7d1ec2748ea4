package root_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// A list is printed as it comes: its first row is there before its last page is asked for.
func TestTheFirstRowComesBeforeTheLastPage(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"table", "json", "template"} {
		s := newSession(t)
		before := s.opsgenie.Received()
		out := &firstWrite{act: func() int { return s.opsgenie.Received() - before }}
		env := &cli.Env{In: strings.NewReader(""), Out: out, Err: &bytes.Buffer{}, Getenv: func(name string) string { return s.env[name] }}
		args := []string{"opsgenie", "alerts", "list", "--limit", "2", "-o", form, "--template", ""}
		if form == "template" {
			args[len(args)-1] = "{{.id}}"
		}
		require.Zero(t, root.Main(t.Context(), env, args))
		assert.Equal(t, 1, out.received, "%s: pages that were read before the first row was printed", form)
		assert.Equal(t, 3, s.opsgenie.Received()-before, "pages of two rows")
	}
}

// A firstWrite calls act at the first write.
type firstWrite struct {
	act      func() int
	received int
}

func (w *firstWrite) Write(p []byte) (int, error) {
	if w.received == 0 {
		w.received = w.act()
	}
	return len(p), nil
}

// What a list has printed before an error is complete JSON, and the exit code tells the error.
func TestAListThatBreaksOffIsStillJSON(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.opsgenie.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: http.StatusBadGateway, Route: "GET /v2/alerts", Skip: 1, Times: opsgenietest.Always})
	printed, code := s.run("opsgenie", "alerts", "list", "--limit", "2", "-o", "json", "--retry", "0")
	rows, complaint, _ := strings.Cut(printed, "\ntripware: ")
	var all []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(rows), &all), printed)
	assert.Len(t, all, 2)
	assert.Contains(t, complaint, "502")
	assert.Equal(t, exit.Failed, code)
}

// Closing by query closes each alert once. Alerts that cannot be closed are named, and the exit
// code is 6.
func TestEachAlertOnceAndFailuresByItem(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.opsgenie.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: http.StatusForbidden, Route: "POST /v2/alerts/{identifier}/close", Skip: 1})
	before := s.opsgenie.Received()
	printed, code := s.run("opsgenie", "alerts", "close", "--query", "priority: P5 OR priority: P1", "--yes", "--note", "done", "--parallel", "1")
	assert.Equal(t, exit.Partial, code, printed)
	assert.Contains(t, printed, "closed 2 of 3 alerts\n")
	assert.Equal(t, 1, strings.Count(printed, " not closed: "), printed)
	closes := map[string]int{}
	for _, r := range s.opsgenie.Requests()[before:] {
		if r.Route == "POST /v2/alerts/{identifier}/close" {
			closes[r.Path]++
			assert.JSONEq(t, `{"note": "done"}`, string(r.Body))
		}
	}
	assert.Len(t, closes, 3)
	for path, times := range closes {
		assert.Equal(t, 1, times, path)
	}
	left, open := s.opsgenie.Alert("db-1/disk")
	require.True(t, open)
	assert.Equal(t, "open", left.Status, "it does not match")
}

// With --dry-run nothing is changed, and without --yes a person is asked who can say no.
func TestAlertsAreClosedOnlyIfThePersonAgrees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		args     []string
		terminal bool
		code     int
		status   string
	}{
		{"dry run", "", []string{"--dry-run"}, false, exit.OK, "open"},
		{"nobody to ask", "y\n", nil, false, exit.Usage, "open"},
		{"no", "n\n", nil, true, exit.Failed, "open"},
		{"nothing", "", nil, true, exit.Failed, "open"},
		{"yes", "y\n", nil, true, exit.OK, "closed"},
		{"beforehand", "", []string{"--yes"}, false, exit.OK, "closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t)
			s.in, s.terminal = c.in, c.terminal
			printed, code := s.run(append([]string{"opsgenie", "alerts", "close", "--query", "tag: disk"}, c.args...)...)
			assert.Equal(t, c.code, code, printed)
			if c.terminal {
				assert.Contains(t, printed, "Close 1 alerts that match tag: disk? [y/N] ")
			}
			s.opsgenie.Settle()
			alert, _ := s.opsgenie.Alert("db-1/disk")
			assert.Equal(t, c.status, alert.Status)
		})
	}
}

// Around a command that fails no ping is sent; around one that succeeds it is one, or as many
// as the interval wants.
func TestPingsAroundACommand(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a POSIX system")
	}
	for _, c := range []struct {
		args        []string
		code        int
		least, most int
	}{
		{[]string{"--", "false"}, 1, 0, 0},
		{[]string{"--", "true"}, exit.OK, 1, 1},
		{[]string{"--every", "10ms", "--", "sleep", "0.2"}, exit.OK, 3, 25},
		{[]string{"--", "true", "--every"}, exit.OK, 1, 1},
		{[]string{"more", "--", "true"}, exit.Usage, 0, 0},
	} {
		s := newSession(t)
		printed, code := s.run(append([]string{"opsgenie", "heartbeats", "ping", "nightly-backup"}, c.args...)...)
		assert.Equal(t, c.code, code, printed)
		pings := 0
		for _, r := range s.opsgenie.Requests() {
			if r.Route == "GET /v2/heartbeats/{name}/ping" || r.Route == "POST /v2/heartbeats/{name}/ping" {
				pings++
			}
		}
		assert.GreaterOrEqual(t, pings, c.least, c.args)
		assert.LessOrEqual(t, pings, c.most, c.args)
	}
}

// A request is read from JSON, changed by flags and by --set, and sent with members that no
// flag knows.
func TestARequestComesFromJSONFlagsAndSet(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.in = `{"message": "from the file", "priority": "P4", "unheardOf": {"deep": 12345678901234567890}}`
	printed, code := s.run("opsgenie", "alerts", "create", "-f", "-", "--message", "from the flag",
		"--set", "details.rack=A7", "--set", "details.room=\"1\"", "--set", "more=[1, 2]", "--param", "odd=1")
	require.Zero(t, code, printed)
	requests := s.opsgenie.Requests()
	last := requests[len(requests)-1]
	assert.Equal(t, "1", last.Query.Get("odd"))
	assert.JSONEq(t, `{"message": "from the flag", "priority": "P4", "unheardOf": {"deep": 12345678901234567890},
		"details": {"rack": "A7", "room": "1"}, "more": [1, 2]}`, string(last.Body))
	assert.Contains(t, string(last.Body), "12345678901234567890", "a number is sent as it was written")
}

// A file is attached from standard input and from the disk.
func TestAFileIsAttached(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	alert, _ := s.opsgenie.Alert("db-1/disk")
	s.in = "from a pipe"
	printed, code := s.run("opsgenie", "alerts", "attach", alert.ID, "-")
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, printed, "give --file-name")
	printed, code = s.run("opsgenie", "alerts", "attach", alert.ID, "-", "--file-name", "df.txt")
	require.Zero(t, code, printed)
	file := filepath.Join(t.TempDir(), "log.txt")
	require.NoError(t, os.WriteFile(file, []byte("from the disk"), 0o600))
	printed, code = s.run("opsgenie", "alert", "attach", "db-1/disk", file, "--alert-identifier-type", "alias", "--user", "alice@example.com")
	require.Zero(t, code, printed)
	alert, _ = s.opsgenie.Alert("db-1/disk")
	require.Len(t, alert.Attachments, 2)
	assert.Equal(t, "from a pipe", string(alert.Attachments[0].Content))
	assert.Equal(t, "log.txt", alert.Attachments[1].Name)
	assert.Equal(t, "from the disk", string(alert.Attachments[1].Content))
	_, code = s.run("opsgenie", "alerts", "attach", alert.ID, file+".no")
	assert.Equal(t, exit.Usage, code)
}

// The exit codes of errors of a server.
func TestExitCodesOfResponses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status, code int
	}{
		{http.StatusUnauthorized, exit.Failed},
		{http.StatusForbidden, exit.Failed},
		{http.StatusNotFound, exit.NotFound},
		{http.StatusUnprocessableEntity, exit.Failed},
		{http.StatusTooManyRequests, exit.Throttled},
		{http.StatusServiceUnavailable, exit.Failed},
	} {
		s := newSession(t)
		s.opsgenie.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: c.status, Times: opsgenietest.Always})
		printed, code := s.run("opsgenie", "teams", "list", "--retry", "0")
		assert.Equal(t, c.code, code, "%d: %s", c.status, printed)
		printed, code = s.run("call", "--retry", "0", "-H", "Authorization: GenieKey $OPSGENIE_API_KEY", s.opsgenie.URL+"/v2/teams")
		assert.Equal(t, c.code, code, "%d: %s", c.status, printed)
	}
}

// What -v logs and --har writes has no key. Session.run checks what is printed.
func TestNoKeyIsLogged(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	require.NoError(t, s.opsgenie.Throttle(opsgenietest.DomainConfiguration, 1).Err())
	file := filepath.Join(t.TempDir(), "out.har")
	printed, code := s.run("opsgenie", "teams", "list", "-v", "--har", file)
	require.Zero(t, code, printed)
	assert.Contains(t, printed, "level=WARN")
	archive, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(archive), "/v2/teams")
	assert.NotContains(t, string(archive), s.opsgenie.Key)

	printed, code = s.run("call", "-v", "--curl", "--har", file, "-H", "Authorization: GenieKey $OPSGENIE_API_KEY",
		s.opsgenie.URL+"/v2/teams?apiKey="+s.opsgenie.Key)
	require.Zero(t, code, printed)
	assert.Contains(t, printed, "'Authorization: '\"$TOKEN\"")
	archive, err = os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(archive), "apiKey=***")
	assert.NotContains(t, string(archive), s.opsgenie.Key)
}

// The region and the key come from the file of profiles, which only its owner may read.
func TestProfiles(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	file := filepath.Join(t.TempDir(), "tripware", "config.json")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o700))
	s.env["XDG_CONFIG_HOME"] = filepath.Dir(filepath.Dir(file))
	write := func(text string, mode os.FileMode) {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		require.NoError(t, os.Chmod(file, mode))
	}
	key := s.opsgenie.Key
	profiles := `{"default": "prod", "profiles": {"prod": {"opsgenie": {"key": "` + key + `", "url": "` + s.opsgenie.URL + `"}}, "odd": {"opsgenie": {"key": "x"}}}}`
	write(profiles, 0o600)

	_, code := s.run("opsgenie", "teams", "list", "--profile", "prod")
	assert.Zero(t, code)
	printed, code := s.run("opsgenie", "teams", "list", "--profile", "test")
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, printed, `has no profile "test"; it has odd, prod`)

	before := s.opsgenie.Received()
	s.env[cli.EnvOpsgenieKey], s.env[cli.EnvOpsgenieURL] = "", ""
	_, code = s.run("opsgenie", "teams", "list")
	assert.Zero(t, code, "the default profile")
	assert.Equal(t, 1, s.opsgenie.Received()-before)

	write(profiles, 0o640)
	printed, code = s.run("opsgenie", "teams", "list")
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, printed, "has mode 0640, so that others can read it: run chmod 600 "+file)

	for text, problem := range map[string]string{
		strings.Replace(profiles, `"default"`, `"defalt"`, 1):                        `unknown field "defalt"`,
		strings.Replace(profiles, `"`+key+`"`, `["`+key+`"]`, 1):                     "must be of type string",
		strings.Replace(profiles, `"`+key+`"`, `"`+key, 1):                           "not valid JSON",
		strings.Replace(profiles, `"url": "http`, `"region": "eu", "url": "http`, 1): "WithRegion and WithBaseURL exclude each other",
	} {
		write(text, 0o600)
		printed, code = s.run("opsgenie", "teams", "list", "--profile", "prod")
		assert.Equal(t, exit.Usage, code)
		assert.Contains(t, printed, problem)
	}

	require.NoError(t, os.Remove(file))
	printed, code = s.run("opsgenie", "teams", "list")
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, printed, "no API key of Opsgenie: set OPSGENIE_API_KEY, or write a profile to "+file)
}

// The completion of the shells.
func TestCompletion(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	for _, shell := range []string{"bash", "zsh", "fish"} {
		printed, code := s.run("completion", shell)
		assert.Zero(t, code, shell)
		assert.Contains(t, printed, "__complete", shell)
	}
	for _, c := range []struct{ typed, offered string }{
		{"op", "opsgenie"},
		{"opsgenie aler", "alerts"},
		{"opsgenie alerts clo", "close"},
		{"opsgenie alerts list --col", "--columns"},
		{"opsgenie alerts create --priority ", "P1"},
		{"jsm on-calls n", "now"},
	} {
		printed, code := s.run(append([]string{"__complete"}, strings.Split(c.typed, " ")...)...)
		assert.Zero(t, code, c.typed)
		assert.Contains(t, printed, c.offered, c.typed)
	}
}
