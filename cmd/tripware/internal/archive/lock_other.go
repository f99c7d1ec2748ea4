//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const lockFile = ".lock"

// A lock is a file with the id of the process that has it. That of a process that is dead is
// taken over.
type lock struct{ root *os.Root }

// takeLock takes the lock of a folder, or says which program has it.
func takeLock(root *os.Root) (*lock, error) {
	for range 2 {
		f, err := root.OpenFile(lockFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownFile)
		if err == nil {
			_, err = fmt.Fprintln(f, os.Getpid())
			return &lock{root}, errors.Join(err, f.Close())
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("lock folder: %w", err)
		}
		if pid := holder(root); pid == "" || alive(pid) {
			return nil, inUse(pid)
		}
		if err := root.Remove(lockFile); err != nil {
			return nil, fmt.Errorf("lock folder: %w", err)
		}
	}
	return nil, inUse("")
}

func holder(root *os.Root) string {
	f, err := root.Open(lockFile)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, 64))
	return strings.TrimSpace(string(text))
}

func alive(pid string) bool {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return true
	}
	p, err := os.FindProcess(n)
	return err == nil && !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

func (l *lock) release() error { return errors.Join(l.root.Remove(lockFile), l.root.Close()) }
