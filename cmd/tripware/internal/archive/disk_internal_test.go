package archive

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A fullDisk has room for some bytes. What does not fit is written in part, as a disk does it.
type fullDisk struct {
	disk

	room *atomic.Int64
}

func (d fullDisk) create(name string) (file, error) { return d.limited(d.disk.create(name)) }

func (d fullDisk) appendTo(name string) (file, error) { return d.limited(d.disk.appendTo(name)) }

func (d fullDisk) limited(f file, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return fullFile{f, d.room}, nil
}

type fullFile struct {
	file

	room *atomic.Int64
}

func (f fullFile) Write(p []byte) (int, error) {
	if left := f.room.Add(-int64(len(p))); left < 0 {
		n, _ := f.file.Write(p[:max(0, int64(len(p))+left)])
		return n, syscall.ENOSPC
	}
	return f.file.Write(p)
}

func TestAFullDiskLeavesNoIncompleteFile(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	dir, o := filepath.Join(t.TempDir(), "export"), account.everything()
	for _, room := range []int64{0, 1, 700, 5_000, 30_001, 99_999, 150_000} {
		o.wrap = func(d disk) disk {
			full := fullDisk{d, &atomic.Int64{}}
			full.room.Store(room)
			return full
		}
		_, err := Export(t.Context(), account.client(), dir, o)
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.ErrorContains(t, err, "the disk is full: free ")
		complete(t, dir)
	}
	o.wrap = nil
	m, err := Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	assert.Empty(t, m.Missing)
	account.compare(opened(t, dir))
}

// complete checks that each file of a folder is a whole one, and that no temporary one is left.
func complete(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() {
			assert.NotEqual(t, temporary, d.Name())
			return nil
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		if filepath.Ext(name) == ".json" {
			assert.True(t, json.Valid(text), name)
		}
		return nil
	}))
}

// A toldDisk tells what happens on a disk.
type toldDisk struct {
	disk

	mu   *sync.Mutex
	told *[]string
}

func (d toldDisk) tell(what, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*d.told = append(*d.told, what+" "+name)
}

func (d toldDisk) create(name string) (file, error) {
	f, err := d.disk.create(name)
	return toldFile{f, d, name}, err
}

func (d toldDisk) appendTo(name string) (file, error) {
	f, err := d.disk.appendTo(name)
	return toldFile{f, d, name}, err
}

func (d toldDisk) rename(from, to string) error {
	d.tell("rename", from)
	d.tell("renamed", to)
	return d.disk.rename(from, to)
}

func (d toldDisk) syncFolder(name string) error {
	d.tell("sync", name)
	return d.disk.syncFolder(name)
}

type toldFile struct {
	file

	disk toldDisk
	name string
}

func (f toldFile) Sync() error {
	f.disk.tell("sync", f.name)
	return f.file.Sync()
}

func (f toldFile) Write(p []byte) (int, error) {
	if f.name == journalFile {
		f.disk.tell("journal", string(p))
	}
	return f.file.Write(p)
}

func TestAJournalNamesOnlyWhatIsOnTheDisk(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.people()
	account.teams()
	var told []string
	o := account.everything()
	o.wrap = func(d disk) disk { return toldDisk{d, &sync.Mutex{}, &told} }
	dir := filepath.Join(t.TempDir(), "export")
	_, err := Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	synced := map[string]bool{}
	entries := 0
	for _, line := range told {
		what, name, _ := strings.Cut(line, " ")
		switch what {
		case "sync":
			synced[name] = true
		case "rename":
			assert.True(t, synced[name], "%s is renamed before it is on the disk", name)
		case "renamed":
			synced[filepath.Dir(name)] = false
		case "journal":
			entries += strings.Count(name, `"kind":`)
		}
	}
	assert.Positive(t, entries)
	for i, line := range told { // between a rename and its line in the journal, the folder is synced
		name, is := strings.CutPrefix(line, "renamed ")
		if !is || !strings.HasSuffix(name, ".json") || name == manifestFile {
			continue
		}
		written := slices.IndexFunc(told[i:], func(s string) bool { return strings.HasPrefix(s, "journal ") && strings.Contains(s, name) })
		require.Positive(t, written, name)
		assert.Contains(t, told[i:i+written], "sync "+filepath.Dir(name))
	}
	assert.Contains(t, told, "sync "+journalFile)
}
