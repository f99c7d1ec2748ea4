package archive_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/examples/internal/archive"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type thing struct {
	Name string `json:"name"`
}

func create(t *testing.T, name string) *archive.Folder {
	t.Helper()
	f, err := archive.Create(name)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return f
}

func TestWhatIsSavedIsLoadedAgain(t *testing.T) {
	t.Parallel()
	f := create(t, filepath.Join(t.TempDir(), "made", "on demand"))
	require.NoError(t, f.Save("things", "b", thing{"<b>"}))
	require.NoError(t, f.Save("things", "a", thing{"a"}))
	all, err := archive.Load[thing](f, "things")
	require.NoError(t, err)
	assert.Equal(t, []thing{{"a"}, {"<b>"}}, all)
	none, err := archive.Load[thing](f, "others")
	require.NoError(t, err)
	assert.Empty(t, none)
}

// An id is what a server says it is; it leads to no other file.
func TestAnIDCannotLeadOutOfTheFolder(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	f := create(t, filepath.Join(parent, "folder"))
	for _, id := range []string{"../../x", "..", ".", "/etc/passwd", `..\x`, "a/b", "c:d", "\x00"} {
		require.NoError(t, f.Save("things", id, thing{id}), id)
		assert.True(t, f.Has("things", id), id)
	}
	all, err := archive.Load[thing](f, "things")
	require.NoError(t, err)
	assert.Len(t, all, 8)
	outside, err := os.ReadDir(parent)
	require.NoError(t, err)
	assert.Len(t, outside, 1)
	assert.Error(t, f.Save("things", "", thing{}))
}

func TestHalfAFileCountsForNothing(t *testing.T) {
	t.Parallel()
	name := t.TempDir()
	require.NoError(t, create(t, name).Save("things", "a", thing{"a"}))
	half, cut := filepath.Join(name, "things", "b.json.part"), filepath.Join(name, "things", "c.json")
	require.NoError(t, os.WriteFile(half, []byte(`{"name":`), 0o600))
	require.NoError(t, os.WriteFile(cut, []byte(`{"name":`), 0o600))
	f := create(t, name)
	assert.NoFileExists(t, half)
	assert.True(t, f.Has("things", "a"))
	assert.False(t, f.Has("things", "b"))
	assert.False(t, f.Has("things", "c"))
}

func TestWhatCannotBeWrittenLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	name := t.TempDir()
	f := create(t, name)
	require.NoError(t, f.Save("things", "a", thing{"a"}))
	require.Error(t, f.Save("things", "a", func() {}))
	all, err := archive.Load[thing](f, "things")
	require.NoError(t, err)
	assert.Equal(t, []thing{{"a"}}, all)
	files, err := os.ReadDir(filepath.Join(name, "things"))
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

func TestAFolderIsOfOneAccount(t *testing.T) {
	t.Parallel()
	name := t.TempDir()
	f := create(t, name)
	require.NoError(t, f.Begin("ours"))
	require.NoError(t, f.Begin("ours"))
	require.ErrorContains(t, f.Begin("theirs"), `of account "ours", not of "theirs"`)
	require.NoError(t, f.Save(archive.Teams, "a", thing{"a"}))
	n, err := f.Finish()
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	m, err := f.Manifest()
	require.NoError(t, err)
	assert.False(t, m.Finished.IsZero())
	assert.Equal(t, 1, m.Resources[archive.Teams])

	full := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(full, "thesis.txt"), nil, 0o600))
	require.ErrorContains(t, create(t, full).Begin("ours"), "holds thesis.txt, and is no backup")
	_, err = archive.Open(filepath.Join(full, "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// account returns a server with a small account, and a client of it.
func account(t *testing.T) (*opsgenietest.Server, *opsgenie.Client) {
	t.Helper()
	server := opsgenietest.New(t)
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	demo := archive.NewDemo(client)
	demo.Teams, demo.People = demo.Teams[:3], demo.People[:5]
	require.NoError(t, archive.Fill(t.Context(), demo))
	return server, client
}

func TestAnErrorStopsItsServiceAndNoOther(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	refusal := server.Inject(opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: http.StatusForbidden, Times: opsgenietest.Always, Route: "GET /v2/schedules/{identifier}",
	})
	missing := server.Inject(opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: http.StatusNotFound, Route: "GET /v2/users/{identifier}",
	})
	f := create(t, t.TempDir())
	require.NoError(t, f.Begin("ours"))
	run := func() (*archive.Progress, error) {
		show := archive.NewProgress(io.Discard, false)
		return show, (&archive.Backup{Client: client, Folder: f, Pool: archive.NewPool(3), Show: show}).Run(t.Context())
	}

	show, err := run()
	require.ErrorIs(t, err, services.ErrForbidden)
	require.ErrorContains(t, err, "schedules: ")
	assert.Equal(t, 1, missing.Struck())
	assert.Equal(t, 1, show.Count(archive.Gone))
	require.Len(t, show.Notes(), 1)
	assert.Contains(t, show.Notes()[0], "was deleted meanwhile")
	for service, want := range map[string]int{
		archive.Teams: 3, archive.Users: 4, archive.Schedules: 0, archive.Escalations: 3, archive.Policies: 7, archive.Integrations: 3,
	} {
		all, err := archive.Load[map[string]any](f, service)
		require.NoError(t, err)
		assert.Len(t, all, want, service)
	}

	refusal.Stop()
	show, err = run()
	require.NoError(t, err)
	assert.Equal(t, 4, show.Count(archive.Saved), "three schedules, and the user who is there after all")
	assert.Equal(t, 20, show.Count(archive.Kept))
	assert.Zero(t, show.Count(archive.Gone))
}

func TestACancelledBackupIsOver(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	server.Inject(opsgenietest.Fault{Kind: opsgenietest.Stall, Times: opsgenietest.Always})
	ctx, cancel := context.WithCancel(t.Context())
	f := create(t, t.TempDir())
	show := archive.NewProgress(io.Discard, false)
	ended := make(chan error)
	go func() {
		ended <- (&archive.Backup{Client: client, Folder: f, Pool: archive.NewPool(2), Show: show}).Run(ctx)
	}()
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	assert.Zero(t, show.Count(archive.Saved))
}
