package archive

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// A disk is the file system that an export writes to, below one folder. Names have slashes
// and never lead out of the folder. Tests replace it by one that is full.
type disk interface {
	create(name string) (file, error) // the file must not exist yet
	appendTo(name string) (file, error)
	open(name string) (io.ReadCloser, error)
	rename(from, to string) error
	remove(name string) error
	makeFolder(name string) error
	syncFolder(name string) error
	list() fs.FS
}

// A file is a file that is being written.
type file interface {
	io.WriteCloser
	Sync() error
}

// A rootDisk is the disk of the machine. Only the owner can read what it creates, since an
// export holds the secrets of integrations.
type rootDisk struct{ root *os.Root }

const (
	ownFile   = 0o600
	ownFolder = 0o700
)

func (d rootDisk) create(name string) (file, error) {
	return d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownFile)
}

func (d rootDisk) appendTo(name string) (file, error) {
	return d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, ownFile)
}

func (d rootDisk) open(name string) (io.ReadCloser, error) { return d.root.Open(name) }

func (d rootDisk) rename(from, to string) error { return d.root.Rename(from, to) }

func (d rootDisk) remove(name string) error {
	if err := d.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d rootDisk) makeFolder(name string) error { return d.root.MkdirAll(name, ownFolder) }

// syncFolder makes renames in a folder survive a loss of power, where the system can do so.
func (d rootDisk) syncFolder(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	err = f.Sync()
	for _, cannot := range []error{errors.ErrUnsupported, fs.ErrPermission, fs.ErrInvalid} {
		if errors.Is(err, cannot) {
			err = nil
		}
	}
	return errors.Join(err, f.Close())
}

func (d rootDisk) list() fs.FS { return d.root.FS() }
