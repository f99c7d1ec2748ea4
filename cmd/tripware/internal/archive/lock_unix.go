//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package archive

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

const lockFile = ".lock"

// A lock is held as long as its file is open: the system releases the lock of a program that
// died.
type lock struct {
	root *os.Root
	file *os.File
}

// takeLock takes the lock of a folder, or says which program has it.
func takeLock(root *os.Root) (*lock, error) {
	f, err := root.OpenFile(lockFile, os.O_RDWR|os.O_CREATE, ownFile)
	if err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			holder, _ := io.ReadAll(io.LimitReader(f, 64))
			err = inUse(strings.TrimSpace(string(holder)))
		}
		return nil, errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Truncate(0), writePID(f)); err != nil {
		return nil, errors.Join(fmt.Errorf("lock folder: %w", err), f.Close())
	}
	return &lock{root, f}, nil
}

func writePID(f *os.File) error {
	_, err := fmt.Fprintln(f, os.Getpid())
	return err
}

// release releases the lock. The file stays: if it were removed, a program that opened it
// before could lock a file that nobody else sees.
func (l *lock) release() error {
	unlocked := syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) // also for a process that is being forked, which has the file open
	return errors.Join(unlocked, l.file.Close(), l.root.Close())
}
