// Package archive stores the configuration of an Opsgenie account as files, one for
// each resource. The examples backup and restore use it.
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
	partial   = ".part" // ends the name of a file that is being written
)

// A Folder stores resources as files named SERVICE/ID.json. A file is complete or does
// not exist, even if the program is killed. Only one program at a time may use a
// folder; within the program, a Folder is safe for concurrent use.
type Folder struct{ root *os.Root } // a Root, so that no id from a server leads out of it

// Open opens a folder for reading. The caller closes it.
func Open(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("archive: open folder: %w", err)
	}
	return &Folder{root: root}, nil
}

// Create opens a folder for writing. It creates the folder if necessary, and removes
// files that a killed program left incomplete. The caller closes it.
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

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

func (f *Folder) sweep() error {
	return fs.WalkDir(f.root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, extension+partial) {
			return f.root.Remove(name)
		}
		return err
	})
}

// file returns the name of a resource's file. An id is one segment of the name,
// whatever characters it has.
func file(service, id string) string { return path.Join(service, url.PathEscape(id)+extension) }

// Has reports whether the folder has a complete resource.
func (f *Folder) Has(service, id string) bool {
	text, err := f.root.ReadFile(file(service, id))
	return err == nil && json.Valid(text) // a file copied here by another program may be cut off
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

// write writes a file under a temporary name, and renames it when it is on the disk.
func (f *Folder) write(name string, content any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // easier to read
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

// Load reads all resources of a service, in the order of their ids.
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
