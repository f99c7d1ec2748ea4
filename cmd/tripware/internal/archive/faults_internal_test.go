package archive

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
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestWhatCannotBeReadIsNamedAndTheRestIsThere(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	team := account.teamID("Payments")
	stop := []*opsgenietest.Injected{
		account.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 403, Route: "GET /v2/escalations", Times: opsgenietest.Always}),
		account.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 422, Route: "GET /v2/heartbeats", Times: opsgenietest.Always}),
		account.Inject(opsgenietest.Fault{
			Kind: opsgenietest.Status, Status: 404, Route: "GET /v2/teams/{identifier}/routing-rules", Times: opsgenietest.Always,
			Match: func(r opsgenietest.Request) bool { return strings.Contains(r.Path, team) },
		}),
	}
	dir, o := filepath.Join(t.TempDir(), "export"), account.everything()
	m, err := Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	var lines []string
	for _, each := range m.Missing {
		lines = append(lines, fmt.Sprint(each.Kind, " ", each.Name, " ", each.Part, " ", each.Status))
	}
	assert.ElementsMatch(t, []string{"escalations  list 403", "heartbeats  list 422", "teams Payments routing-rules 404"}, lines)
	v, err := Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.Empty(t, v.Broken)
	for _, d := range v.Dangling {
		assert.Contains(t, d.Reason, "the list could not be read: 403", d)
	}

	for _, each := range stop {
		each.Stop()
	}
	before := account.Received()
	m, err = Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	assert.Empty(t, m.Missing)
	assert.Less(t, account.Received()-before, 120, "only lists and what was missing are read again")
	account.compare(opened(t, dir))

	before = account.Received()
	_, err = Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	assert.Equal(t, 1, account.Received()-before, "a complete export is not read again")
}

// quick repeats without noticeable waits.
func quick() opsgenie.Option {
	return opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(time.Millisecond), retry.WithMaxDelay(time.Millisecond),
		retry.WithMaxRetries(20), retry.WithoutBudget()))
}

func TestTruncatedResponsesAreReadAgain(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	cut := account.Inject(opsgenietest.Fault{Kind: opsgenietest.Truncate, Times: opsgenietest.Always, Chance: 0.3, Match: func(r opsgenietest.Request) bool {
		return r.Route != "" && !strings.Contains(r.Route, ".ics") && !strings.Contains(r.Route, "/download/") && !strings.HasPrefix(r.Path, "/files/")
	}})
	files := account.Inject(opsgenietest.Fault{Kind: opsgenietest.Truncate, Times: 2, Match: func(r opsgenietest.Request) bool {
		return strings.HasPrefix(r.Path, "/files/")
	}})
	dir := filepath.Join(t.TempDir(), "export")
	m, err := Export(t.Context(), account.client(quick()), dir, account.everything())
	require.NoError(t, err)
	assert.Empty(t, m.Missing)
	assert.Positive(t, cut.Struck())
	assert.Equal(t, 2, files.Struck())
	cut.Stop()
	account.compare(opened(t, dir))
}

// A repeater is a round tripper that repeats the rows of each list.
type repeater struct{}

func (repeater) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var envelope map[string]json.RawMessage
	var rows []json.RawMessage
	if json.Unmarshal(text, &envelope) == nil && json.Unmarshal(envelope["data"], &rows) == nil && len(rows) > 0 {
		all := bytes.Join([][]byte{bytes.Trim(envelope["data"], "[]"), bytes.Trim(envelope["data"], "[]")}, []byte(","))
		text = bytes.Replace(text, envelope["data"], append(append([]byte("["), all...), ']'), 1)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return resp, nil
}

func TestRowsThatAListRepeatsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	dir := filepath.Join(t.TempDir(), "export")
	_, err := Export(t.Context(), account.client(opsgenie.WithBase(repeater{})), dir, account.everything())
	require.NoError(t, err)
	got := opened(t, dir)
	account.compare(got)
	asked := map[string]int{}
	for _, r := range account.Requests() {
		asked[r.Method+" "+r.Path]++
	}
	for row, err := range got.Rows(teams) {
		require.NoError(t, err)
		assert.Equal(t, 1, asked["GET /v2/teams/"+row.ID], "a row is read once")
	}
	for row, err := range got.Rows("alerts") {
		require.NoError(t, err)
		for name, parts := range row.Parts {
			once := map[string]bool{}
			for _, p := range parts {
				assert.False(t, once[string(p.Listed)], "%s twice: %s", name, p.Listed)
				once[string(p.Listed)] = true
			}
		}
	}
}

func TestASecondExportToTheSameFolderIsRefused(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.people()
	dir := filepath.Join(t.TempDir(), "export")
	held, err := createFolder(dir, func(d disk) disk { return d })
	require.NoError(t, err)
	_, err = Export(t.Context(), account.client(), dir, Options{})
	require.ErrorContains(t, err, fmt.Sprintf("another export (process %d) writes to this folder", os.Getpid()))
	require.NoError(t, held.close())
	_, err = Export(t.Context(), account.client(), dir, Options{})
	require.NoError(t, err)
}

func TestAnInterruptEndsAnExportAtOnceAndTheNextGoesOn(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	ctx, stop := context.WithCancel(t.Context())
	stalled := account.Inject(opsgenietest.Fault{
		Kind: opsgenietest.Stall, Times: opsgenietest.Always, Route: "GET /v2/alerts/{identifier}/notes", Skip: 40,
		Match: func(opsgenietest.Request) bool { return true },
	})
	ended := make(chan error)
	dir, o := filepath.Join(t.TempDir(), "export"), account.everything()
	go func() {
		_, err := Export(ctx, account.client(), dir, o)
		ended <- err
	}()
	require.Eventually(t, func() bool { return stalled.Held() > 0 }, time.Minute, time.Millisecond)
	stop()
	select {
	case err := <-ended:
		require.ErrorIs(t, err, ErrInterrupted)
	case <-time.After(10 * time.Second): // it takes milliseconds; a loaded machine gets more than the second that is promised
		t.Fatal("the export did not end")
	}
	stalled.Stop()
	complete(t, dir)
	_, err := Open(dir)
	require.ErrorContains(t, err, "the export is not finished")
	_, err = Export(t.Context(), account.client(), dir, Options{})
	require.ErrorContains(t, err, "with other flags (--alerts --incidents --team-logs --audit-logs --calendars --postmortem ")
	relative := o
	relative.Since, relative.Relative = time.UnixMilli(1), true
	_, err = Export(t.Context(), account.client(), dir, relative)
	require.NoError(t, err, "a window that is relative to now is that of the first run")
	account.compare(opened(t, dir))
}

func TestAFolderOfSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.people()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600))
	_, err := Export(t.Context(), account.client(), dir, Options{})
	require.ErrorContains(t, err, "holds something other than an export")

	export := exported(t, account, "export")
	_, err = Export(t.Context(), account.client(), export, account.everything())
	require.ErrorContains(t, err, "with other flags (none)")

	for name, want := range map[string]string{
		"opsgenietest": "with other flags (none)",
		"other":        `holds an export of account "other", not of "opsgenietest"`,
	} {
		begun := filepath.Join(t.TempDir(), "begun")
		held, err := createFolder(begun, func(d disk) disk { return d })
		require.NoError(t, err)
		j, err := openJournal(held, heading{Account: name}, nil)
		require.NoError(t, err)
		require.NoError(t, errors.Join(j.out.Close(), held.close()))
		_, err = Export(t.Context(), account.client(), begun, account.everything())
		require.ErrorContains(t, err, want)
	}
}

func TestTheTextOfAResponseIsKept(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	const data = "{ \"name\" : \"a<b> & \\u00e9\" ,\n\t\"x\": [1.50,1e3,  null],\"x\":2 }"
	account.Inject(opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: 200, Route: "GET /v2/account", Times: opsgenietest.Always, Body: `{"data": ` + data + ` ,"took":1}`,
	})
	dir := filepath.Join(t.TempDir(), "export")
	_, err := Export(t.Context(), account.client(), dir, Options{})
	require.NoError(t, err)
	for row, err := range opened(t, dir).Rows("account") {
		require.NoError(t, err)
		assert.Equal(t, data, string(row.Listed)) //nolint:testifylint // byte for byte
	}
}
