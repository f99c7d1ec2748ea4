// Package archive keeps the configuration of an Opsgenie account as files, one
// for each resource: what the examples backup and restore share.
package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
)

const (
	extension = ".json"
	partial   = ".part" // of a file that is being written
)

// A Folder holds resources as files, SERVICE/ID.json. A file is there as a whole
// or not at all, at whatever moment the program is killed. One program at a time
// may use a folder; within it, a Folder is safe for concurrent use.
type Folder struct{ root *os.Root } // nothing that a server calls a resource leads out of it

// Open opens a folder to read from it. The caller closes it.
func Open(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("archive: open folder: %w", err)
	}
	return &Folder{root: root}, nil
}

// Create opens a folder to write to it. It is made if need be, and what a program
// that was killed left half-written is removed. The caller closes it.
func Create(name string) (*Folder, error) {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return nil, fmt.Errorf("archive: create folder: %w", err)
	}
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	if err := f.sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("archive: sweep folder: %w", err), f.Close())
	}
	return f, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

func (f *Folder) sweep() error {
	return fs.WalkDir(f.root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, extension+partial) {
			return f.root.Remove(name)
		}
		return err
	})
}

// file returns the name of a resource's file. An id is one segment of it,
// whatever characters it has.
func file(service, id string) string { return path.Join(service, url.PathEscape(id)+extension) }

// Has reports whether a resource is there, as a whole.
func (f *Folder) Has(service, id string) bool {
	text, err := f.root.ReadFile(file(service, id))
	return err == nil && json.Valid(text) // what other programs copied here may have been cut
}

// Save writes a resource.
func (f *Folder) Save(service, id string, resource any) error {
	if id == "" {
		return fmt.Errorf("archive: save: one of the %s has no id", service)
	}
	err := f.root.MkdirAll(service, 0o700)
	if err == nil {
		err = f.write(file(service, id), resource)
	}
	if err != nil {
		return fmt.Errorf("archive: save %s of %s: %w", id, service, err)
	}
	return nil
}

// write writes a file under another name first, and gives it its own when all of
// it is on the disk.
func (f *Folder) write(name string, content any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // for people to read
	enc.SetIndent("", "  ")
	if err := enc.Encode(content); err != nil {
		return err
	}
	out, err := f.root.OpenFile(name+partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(text.Bytes())
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, f.root.Remove(name+partial))
	}
	return f.root.Rename(name+partial, name)
}

// Load reads all resources of a service, in the order of their ids. A service
// without a file has none.
func Load[T any](f *Folder, service string) ([]T, error) {
	files, err := f.files(service)
	if err != nil {
		return nil, fmt.Errorf("archive: load %s: %w", service, err)
	}
	all := make([]T, len(files))
	for i, name := range files {
		if err := f.read(name, &all[i]); err != nil {
			return nil, fmt.Errorf("archive: load %s: %w", name, err)
		}
	}
	return all, nil
}

// files returns the names of the files of a service, sorted.
func (f *Folder) files(service string) ([]string, error) {
	return fs.Glob(f.root.FS(), service+"/*"+extension)
}

func (f *Folder) read(name string, into any) error {
	text, err := f.root.ReadFile(name)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
