//go:build linux

package archive

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The same on a small file system in memory, which is full before the export is complete, and
// then becomes larger. Only root can mount one.
func TestAFullFileSystemLeavesNoIncompleteFile(t *testing.T) {
	t.Parallel()
	mount := t.TempDir()
	grow := func(flags uintptr, size int) error {
		return syscall.Mount("tmpfs", mount, "tmpfs", flags, fmt.Sprintf("size=%dk", size))
	}
	if err := grow(0, 64); err != nil {
		t.Skipf("mounting a file system needs root; TestAFullDiskLeavesNoIncompleteFile covers a full disk without one: %v", err)
	}
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(mount, 0)) })

	account := newAccount(t)
	account.fill()
	dir, o := filepath.Join(mount, "export"), account.everything()
	for size := 64; size <= 16<<10; size *= 2 {
		require.NoError(t, grow(syscall.MS_REMOUNT, size))
		if _, err := Export(t.Context(), account.client(), dir, o); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC, size)
			require.ErrorContains(t, err, "the disk is full: free ")
			complete(t, dir)
			continue
		}
		require.Greater(t, size, 128, "the file system was never full")
	}
	m, err := Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	assert.Empty(t, m.Missing)
	account.compare(opened(t, dir))
}
