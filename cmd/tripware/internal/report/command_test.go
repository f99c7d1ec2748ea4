package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/report"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// requests fill an account with something of every kind, and a part of every kind; each of the
// teams gets what teams have. A name in square brackets is replaced by the id of what the last
// request with that name created.
func requests(teams ...string) [][3]string {
	all := [][3]string{
		{"", "POST /v2/users", `{"username":"ada@example.com","fullName":"Ada","role":{"name":"user"}}`},
		{"", "POST /v2/users/ada@example.com/contacts", `{"method":"sms","to":"44-2079460000"}`},
		{"", "POST /v2/users/ada@example.com/notification-rules", `{"name":"n","actionType":"create-alert","enabled":true,"criteria":{"type":"match-all"},
			"steps":[{"contact":{"method":"sms","to":"44-2079460000"},"sendAfter":{"timeAmount":1},"enabled":true}]}`},
		{"", "POST /v2/roles", `{"name":"auditor","grantedRights":["logs-page-access"]}`},
		{"", "POST /v2/forwarding-rules", `{"fromUser":{"username":"ada@example.com"},"toUser":{"username":"ada@example.com"},
			"startDate":"2026-12-01T08:00:00Z","endDate":"2026-12-02T08:00:00Z"}`},
		{"", "POST /v1/policies", `{"type":"modify","name":"old","message":"m"}`},
		{"", "POST /v2/alerts/saved-searches", `{"name":"P1","query":"priority: P1","owner":{"username":"ada@example.com"}}`},
		{"", "POST /v1/incident-templates", `{"name":"t","message":"m","priority":"P2","stakeholderProperties":{"enable":true,"message":"s"}}`},
	}
	for _, name := range teams {
		for _, r := range ofTeam() {
			all = append(all, [3]string{r[0], r[1], strings.ReplaceAll(r[2], "NAME", name)})
		}
	}
	return all
}

func ofTeam() [][3]string {
	return [][3]string{
		{"team", "POST /v2/teams", `{"name":"NAME","members":[{"user":{"username":"ada@example.com"}}]}`},
		{"", "POST /v2/teams/[team]/roles", `{"name":"lead","rights":[{"right":"manage-members","granted":true}]}`},
		{"", "POST /v2/heartbeats", `{"name":"NAME backup","interval":1,"intervalUnit":"days","enabled":true,"ownerTeam":{"id":"[team]"}}`},
		{"", "POST /v2/escalations", `{"name":"NAME escalation","ownerTeam":{"id":"[team]"},"rules":[{"condition":"if-not-acked","notifyType":"default",
			"delay":{"timeAmount":5},"recipient":{"type":"user","username":"ada@example.com"}}]}`},
		{"schedule", "POST /v2/schedules", `{"name":"NAME on call","timezone":"Europe/London","ownerTeam":{"id":"[team]"},"rotations":[
			{"name":"days","startDate":"2026-01-05T08:00:00Z","type":"weekly","participants":[{"type":"user","username":"ada@example.com"}]}]}`},
		{"", "POST /v2/schedules/[schedule]/overrides", `{"alias":"swap","user":{"type":"user","username":"ada@example.com"},
			"startDate":"2026-12-01T08:00:00Z","endDate":"2026-12-01T20:00:00Z"}`},
		{"", "POST /v2/policies", `{"type":"alert","name":"Tag","teamId":"[team]","enabled":true,"message":"m","filter":{"type":"match-all"}}`},
		{"", "POST /v2/policies", `{"type":"notification","name":"Close","teamId":"[team]","enabled":true,
			"autoCloseAction":{"duration":{"timeAmount":72,"timeUnit":"hours"}}}`},
		{"api", "POST /v2/integrations", `{"type":"API","name":"NAME API","ownerTeam":{"id":"[team]"}}`},
		{"", "POST /v2/integrations/[api]/actions", `{"type":"create","name":"c","filter":{"conditionMatchType":"match-all"},"message":"m","alias":"a"}`},
		{"", "POST /v1/maintenance", `{"description":"NAME","time":{"type":"schedule","startDate":"2027-01-01T00:00:00Z","endDate":"2027-01-02T00:00:00Z"},
			"rules":[{"state":"disabled","entity":{"type":"integration","id":"[api]"}}]}`},
		{"service", "POST /v1/services", `{"name":"NAME service","teamId":"[team]"}`},
		{"", "PATCH /v1/services/[service]/audience-templates", `{"responder":{"teams":["[team]"]}}`},
		{"", "POST /v1/services/[service]/incident-templates", `{"name":"t","incidentProperties":{"message":"m","priority":"P1",
			"stakeholderProperties":{"enable":true,"message":"s"}}}`},
		{"", "POST /v1/services/[service]/incident-rules", `{"conditionMatchType":"match-all","incidentProperties":{"message":"m","priority":"P1",
			"stakeholderProperties":{"enable":true,"message":"s"}}}`},
		{"", "POST /v2/alerts", `{"message":"m","alias":"NAME","note":"n","responders":[{"type":"team","id":"[team]"}]}`},
		{"", "POST /v1/incidents/create", `{"message":"i","note":"n","responders":[{"type":"team","id":"[team]"}]}`},
	}
}

// exported returns the folder of an export of an account that has something of every kind.
func exported(t *testing.T, faults ...opsgenietest.Fault) (dir string, m *archive.Manifest) {
	t.Helper()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	fill(t, s, requests("Storage <b>", "Network"))
	for _, f := range faults {
		s.Inject(f)
	}
	return export(t, s)
}

func fill(t *testing.T, s *opsgenietest.Server, all [][3]string) {
	t.Helper()
	ids := map[string]string{}
	for _, r := range all {
		name, text := r[0], r[1]+" "+r[2]
		for known, id := range ids {
			text = strings.ReplaceAll(text, "["+known+"]", id)
		}
		parts := strings.SplitN(text, " ", 3)
		id := post(t, s, parts[0], parts[1], parts[2])
		if name != "" {
			ids[name] = id
		}
	}
}

func export(t *testing.T, s *opsgenietest.Server) (dir string, m *archive.Manifest) {
	t.Helper()
	client, err := opsgenie.New(s.Key, opsgenie.WithBaseURL(s.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	dir = filepath.Join(t.TempDir(), "export")
	m, err = archive.Export(t.Context(), client, dir, archive.Options{
		Parallel: 4, Selected: archive.Selected{Alerts: true, Incidents: true, TeamLogs: true, AuditLogs: true, Calendars: true},
	})
	require.NoError(t, err)
	return dir, m
}

// post sends a request and returns the id in the response.
func post(t *testing.T, s *opsgenietest.Server, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "GenieKey "+s.Key)
	req.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Less(t, resp.StatusCode, 300, "%s %s: %s", method, path, text)
	var got struct{ Data struct{ ID string } }
	_ = json.Unmarshal(text, &got) // some responses have no id
	return got.Data.ID
}

// command runs the command and returns what it wrote.
func command(t *testing.T, args ...string) (out, log string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := report.Command(&cli.Env{Out: &stdout, Err: &stderr, Terminal: func(any) bool { return false }})
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs(args)
	err = c.ExecuteContext(context.Background())
	return stdout.String(), stderr.String(), err
}

// The report counts what the manifest counts: every kind and every part, each once.
func TestTheReportCountsWhatTheManifestCounts(t *testing.T) {
	t.Parallel()
	dir, m := exported(t)
	assert.Empty(t, m.Missing)
	out, log, err := command(t, dir, "--json")
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.Contains(t, log, fmt.Sprintf("%d resources and parts: %d move", r.Total.Count, r.Total.Moves))

	want, got := map[string]int{}, map[string]int{}
	for _, k := range m.Kinds {
		if k.Rows > 0 {
			want[k.Kind] = k.Rows
		}
		for part, n := range k.Parts {
			if n > 0 {
				want[k.Kind+"/"+part] = n
			}
		}
	}
	rows := 0
	for _, k := range r.Kinds {
		assert.NotEmpty(t, k.Operation, "%s has no rule", k.Kind)
		assert.Equal(t, k.Count, k.Moves+k.ByHand+k.None, k.Kind)
		if k.Count > 0 {
			got[k.Kind] = k.Count
		}
		if !strings.Contains(k.Kind, "/") {
			rows += k.Count
		}
	}
	assert.Equal(t, want, got)
	assert.Equal(t, m.Rows, rows)
	for _, kind := range archive.Kinds() {
		if kind != "postmortems" && kind != "user-saved-searches" && kind != "audit-logs" {
			assert.Positive(t, got[kind], "there is a %s", kind)
		}
	}
	require.Len(t, r.Teams, 2)
	assert.Equal(t, "Storage <b>", r.Teams[1].Name)
	kinds := map[string]bool{}
	for _, it := range r.Teams[1].Items {
		kinds[it.Kind] = true
	}
	for _, kind := range []string{
		"teams", "schedules", "escalations", "heartbeats", "integrations", "alert-policies", "notification-policies", "services",
	} {
		assert.True(t, kinds[kind], "the team has its %s", kind)
	}
}

func TestThePageIsWrittenToAFile(t *testing.T) {
	t.Parallel()
	dir, _ := exported(t, opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: http.StatusForbidden, Times: opsgenietest.Always, Route: "GET /v2/heartbeats",
	})
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(file, []byte("an older one"), 0o600))
	partly := func(err error) {
		code, ok := errors.AsType[*exit.Error](err)
		require.True(t, ok, err)
		assert.Equal(t, exit.Partial, code.Code)
		assert.ErrorContains(t, err, "it names what is missing (1)")
	}
	out, log, err := command(t, dir, "--out", file)
	partly(err)
	assert.Empty(t, out)
	assert.Contains(t, log, " have no counterpart\n")
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(page), "heartbeats: list: 403 Forbidden")
	assert.Contains(t, string(page), "Storage &lt;b&gt;")
	onlyFile(t, file)
	same, _, err := command(t, dir)
	partly(err)
	assert.Equal(t, string(page), same)
}

// onlyFile checks that nothing else is left in the folder of a file.
func onlyFile(t *testing.T, file string) {
	t.Helper()
	all, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, filepath.Base(file), all[0].Name())
}

// A broken export is refused with the name of the broken file, and the report stays as it was.
func TestABrokenExportIsRefused(t *testing.T) {
	t.Parallel()
	dir, _ := exported(t)
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(file, []byte("an older one"), 0o600))
	schedules, err := filepath.Glob(filepath.Join(dir, "schedules", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, schedules)
	broken := map[string]func(text []byte) []byte{
		schedules[0]:                        func(text []byte) []byte { return text[:len(text)/2] },
		filepath.Join(dir, "index.jsonl"):   func(text []byte) []byte { return bytes.Replace(text, []byte("teams"), []byte("taems"), 1) },
		filepath.Join(dir, "manifest.json"): func([]byte) []byte { return []byte(`{"format":1,"kinds":`) },
	}
	for name, breakIt := range broken {
		whole, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, breakIt(bytes.Clone(whole)), 0o600))
		_, _, err = command(t, dir, "--out", file)
		require.ErrorIs(t, err, archive.ErrBroken, name)
		assert.ErrorContains(t, err, filepath.Base(name))
		assert.Equal(t, exit.Failed, exit.Code(err))
		require.NoError(t, os.WriteFile(name, whole, 0o600))
	}
	// A file that is gone, and an export that is none.
	require.NoError(t, os.Remove(schedules[0]))
	_, _, err = command(t, dir, "--out", file)
	require.ErrorContains(t, err, filepath.Base(schedules[0]))
	_, _, err = command(t, t.TempDir())
	require.ErrorContains(t, err, "no manifest.json")
	_, _, err = command(t, filepath.Join(dir, "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "an older one", string(left))
	onlyFile(t, file)
}

func TestAPageIsNotForATerminal(t *testing.T) {
	t.Parallel()
	c := report.Command(&cli.Env{Out: io.Discard, Err: io.Discard, Terminal: func(any) bool { return true }})
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs([]string{"export"})
	err := c.Execute()
	require.ErrorContains(t, err, "--out report.html")
	assert.Equal(t, exit.Usage, exit.Code(err))
}
