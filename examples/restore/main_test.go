package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// account returns a server that does not throttle, and a client for it.
func account(t *testing.T) (*opsgenietest.Server, *opsgenie.Client) {
	t.Helper()
	server := opsgenietest.New(t)
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return server, client
}

// small returns the demonstration account of a client, with few teams.
func small(client *opsgenie.Client) *archive.Demo {
	demo := archive.NewDemo(client)
	demo.Teams, demo.People = demo.Teams[:3], demo.People[:9]
	return demo
}

// saved returns the folder of a backup of the small account.
func saved(t *testing.T) string {
	t.Helper()
	_, client := account(t)
	require.NoError(t, archive.Fill(t.Context(), small(client)))
	return save(t, client)
}

func save(t *testing.T, client *opsgenie.Client) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "saved")
	require.NoError(t, backup(t.Context(), client, folder, archive.NewPool(4)))
	return folder
}

// restored restores a folder and returns what was counted and noted.
func restored(t *testing.T, client *opsgenie.Client, name string, dry bool) *archive.Progress {
	t.Helper()
	folder, err := archive.Open(name)
	require.NoError(t, err)
	show := archive.NewProgress(io.Discard, false)
	r := restorer{client: client, pool: archive.NewPool(4), show: show, dry: dry}
	require.NoError(t, r.run(t.Context(), folder))
	require.NoError(t, folder.Close())
	return show
}

func TestWhatIsRestoredIsEqualButForItsIDs(t *testing.T) {
	t.Parallel()
	before := saved(t)
	_, client := account(t)
	require.NoError(t, archive.FillPeople(t.Context(), small(client)))
	show := restored(t, client, before, false)
	assert.Empty(t, show.Notes())
	assert.Equal(t, 9, show.Count(created))
	assert.Equal(t, 3, show.Count(updated), "the default rules, which each team has from the beginning")
	require.NoError(t, compare(io.Discard, before, save(t, client)))

	show = restored(t, client, before, false)
	assert.Zero(t, show.Count(created))
	assert.Equal(t, 12, show.Count(updated))
	require.NoError(t, compare(io.Discard, before, save(t, client)))
}

func TestWhatHasChangedSinceIsChangedBack(t *testing.T) {
	t.Parallel()
	_, client := account(t)
	require.NoError(t, archive.Fill(t.Context(), small(client)))
	before := save(t, client)
	_, err := client.TeamMembers.Remove(t.Context(), team.ByName("Storage"), "ada@example.com")
	require.NoError(t, err)
	_, err = client.TeamRoles.Update(t.Context(), team.UpdateRoleRequest{
		Ref: team.ByName("Network"), RoleRef: team.RoleByName("lead"), Rights: services.Set([]team.Right{{Right: "edit-team-roles"}}),
	})
	require.NoError(t, err)
	_, err = client.Schedules.Update(t.Context(), schedule.UpdateRequest{
		Ref: schedule.ByName("Payments on call"), Timezone: services.Set("Asia/Tokyo"), Enabled: services.Set(false), Rotations: services.Set([]schedule.NewRotation{
			{Type: schedule.Hourly, StartDate: time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC), Participants: []shape.Recipient{shape.ToNone()}},
		}),
	})
	require.NoError(t, err)

	var out strings.Builder
	require.ErrorContains(t, compare(&out, before, save(t, client)), "schedules/Payments on call")
	assert.Equal(t, "teams: 3, of which 1 are equal but for their ids\nschedules: 3, of which 2 are equal but for their ids\n", out.String())
	restored(t, client, before, false)
	require.NoError(t, compare(io.Discard, before, save(t, client)))
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	before := saved(t)
	server, client := account(t)
	require.NoError(t, archive.FillPeople(t.Context(), small(client)))
	quiet := server.Received()
	show := restored(t, client, before, true)
	assert.Equal(t, 9, show.Count(toCreate))
	assert.Equal(t, 3, show.Count(toUpdate))
	assert.Contains(t, show.Notes(), "to create schedule Storage on call: 2 rotations")
	for _, r := range server.Requests()[quiet:] {
		assert.Equal(t, http.MethodGet, r.Method, r.Path)
	}
}

func TestWhatIsNotHereIsToldAndLeftOut(t *testing.T) {
	t.Parallel()
	before := saved(t)
	_, client := account(t)
	_, err := client.Users.Create(t.Context(), user.CreateRequest{Username: "ada@example.com", FullName: "Ada", Role: user.Role{Name: "user"}})
	require.NoError(t, err)
	notes := restored(t, client, before, false).Notes()
	assert.Contains(t, notes, "team Storage: no user alan@example.com here, who was a member")
	assert.Contains(t, notes, "rule urgent of team Storage left out: no escalation Storage escalation here")
	assert.Contains(t, notes, "schedule Storage on call: a turn of days is left to nobody: no user alan@example.com here")

	got, err := client.Schedules.Get(t.Context(), schedule.ByName("Storage on call"))
	require.NoError(t, err)
	days := got.Value.Rotations[0].Participants
	require.Len(t, days, 3)
	assert.Equal(t, "ada@example.com", days[0].Name())
	assert.Equal(t, []shape.Recipient{shape.ToNone(), shape.ToNone()}, days[1:])
}

// What somebody creates between the list and the creation is changed instead.
func TestAConflictMeansThatItIsThere(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	require.NoError(t, archive.Fill(t.Context(), small(client)))
	before := save(t, client)
	for _, route := range []string{"GET /v2/teams", "GET /v2/schedules"} {
		server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: http.StatusOK, Route: route, Body: `{"data":[]}`})
	}
	show := restored(t, client, before, false)
	assert.Zero(t, show.Count(created))
	assert.Equal(t, 12, show.Count(updated))
	require.NoError(t, compare(io.Discard, before, save(t, client)))
}

func TestRecipientsAreTranslatedByTheirNames(t *testing.T) {
	t.Parallel()
	r := restorer{
		names: names{"u-1": "ada@example.com", "t-1": "Storage"},
		here: &directory{ids: map[shape.Kind]map[string]string{
			shape.KindUser: {"ada@example.com": "new"}, shape.KindTeam: {"Storage": "new"},
			shape.KindSchedule: {"on call": "new"}, shape.KindEscalation: {"up": "new"},
		}},
	}
	for old, want := range map[string]string{
		`{"type":"user","id":"u-1"}`:                       `{"type":"user","username":"ada@example.com"}`,
		`{"type":"team","id":"t-1","name":"its old name"}`: `{"type":"team","name":"Storage"}`,
		`{"type":"schedule","id":"s-1","name":"on call"}`:  `{"type":"schedule","name":"on call"}`,
		`{"type":"escalation","id":"e-1","name":"up"}`:     `{"type":"escalation","name":"up"}`,
		`{"type":"group","id":"g-1","name":"all of us"}`:   `{"type":"group","name":"all of us"}`,
		`{"type":"none"}`: `{"type":"none"}`,
		`{"type":"robot","id":"r-1","serial":[7],"name":1}`: `{"type":"robot","id":"r-1","serial":[7],"name":1}`,
	} {
		var from shape.Recipient
		require.NoError(t, json.Unmarshal([]byte(old), &from))
		to, err := r.recipient(from)
		require.NoError(t, err, old)
		text, err := json.Marshal(to)
		require.NoError(t, err, old)
		assert.Equal(t, want, string(text))
	}
	_, err := r.recipient(shape.To(shape.UserByID("u-2")))
	require.EqualError(t, err, "no user u-2 here")
}

func TestAnUnfinishedBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	_, client := account(t)
	name := t.TempDir()
	folder, err := archive.Create(name)
	require.NoError(t, err)
	require.NoError(t, folder.Begin("ours"))
	require.NoError(t, folder.Close())
	require.ErrorContains(t, restore(t.Context(), client, name, false, archive.NewPool(1)), "holds no finished backup")
	require.ErrorIs(t, restore(t.Context(), client, filepath.Join(name, "missing"), false, archive.NewPool(1)), os.ErrNotExist)
}
