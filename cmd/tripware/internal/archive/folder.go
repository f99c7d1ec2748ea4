package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
)

const (
	manifestFile = "manifest.json"
	indexFile    = "index.jsonl"
	journalFile  = "journal.jsonl"
	temporary    = ".tmp" // holds files that are being written
)

// A folder is the folder of an export that is written to. Only one program at a time has it.
// A file in it is complete or does not exist: it is written in the temporary folder and
// renamed. A folder is safe for concurrent use.
type folder struct {
	disk

	name string
	lock *lock
	next atomic.Int64 // numbers temporary files
}

// createFolder opens a folder for writing, creates it if necessary, and removes what a killed
// program left incomplete. The caller closes it.
func createFolder(name string, wrap func(disk) disk) (*folder, error) {
	if err := os.MkdirAll(name, ownFolder); err != nil { //nolint:forbidigo,gosec // the user names the folder
		return nil, fmt.Errorf("archive: create folder: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("archive: open folder: %w", err)
	}
	held, err := takeLock(root)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("archive: %s: %w", name, err), root.Close())
	}
	f := &folder{disk: wrap(rootDisk{root}), name: name, lock: held}
	if err := f.sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("archive: remove incomplete files: %w", err), f.close())
	}
	return f, nil
}

func (f *folder) close() error { return errors.Join(f.remove(temporary), f.lock.release()) }

func (f *folder) sweep() error {
	if err := f.makeFolder(temporary); err != nil {
		return err
	}
	left, err := fs.ReadDir(f.list(), temporary)
	if err != nil {
		return err
	}
	for _, each := range left {
		if err := f.remove(path.Join(temporary, each.Name())); err != nil {
			return err
		}
	}
	return nil
}

// A Stored is a file of an export, by which it can be checked.
type Stored struct {
	File   string `json:"file"` // its name below the folder, with slashes
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// write writes a file with what content writes, and replaces it if it exists. The rename is
// not on the disk before the file's folder is synced.
func (f *folder) write(name string, content func(io.Writer) error) (Stored, error) {
	part := path.Join(temporary, strconv.FormatInt(f.next.Add(1), 36)+"-"+strconv.Itoa(os.Getpid()))
	out, err := f.create(part)
	if err != nil {
		return Stored{}, fmt.Errorf("archive: write %s: %w", name, err)
	}
	sum := &summing{to: out, hash: sha256.New()}
	buffered := bufio.NewWriterSize(sum, 32<<10)
	err = content(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = f.makeFolder(path.Dir(name))
	}
	if err == nil {
		err = f.rename(part, name)
	}
	if err != nil {
		return Stored{}, fmt.Errorf("archive: write %s: %w", name, errors.Join(err, f.remove(part)))
	}
	return Stored{File: name, SHA256: hex.EncodeToString(sum.hash.Sum(nil)), Bytes: sum.size}, nil
}

// A summing writes to a file and counts and hashes what it wrote.
type summing struct {
	to   io.Writer
	hash hash.Hash
	size int64
}

func (s *summing) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	s.size += int64(n)
	_, _ = s.hash.Write(p[:n])
	return n, err
}

// writeSynced is write for a file that must be on the disk when it returns.
func (f *folder) writeSynced(name string, content func(io.Writer) error) (Stored, error) {
	stored, err := f.write(name, content)
	if err == nil {
		err = f.syncFolder(path.Dir(name))
	}
	return stored, err
}

// writeJSONFile writes a file that people may read.
func (f *folder) writeJSONFile(name string, v any) error {
	_, err := f.writeSynced(name, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
	return err
}

// plain are ids that are file names on every system as they are.
var plain = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{15,79}$`)

// fileName returns a name for a file that no other id has, whatever characters the id has.
// Names that differ only in case would be one file on some systems, and short ones may be
// devices, so the name of such an id ends with its hash.
func fileName(id string) string {
	if plain.MatchString(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return slug(id) + "~" + hex.EncodeToString(sum[:8])
}

// slug returns what of a text is harmless in a file name.
func slug(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, text)
	return clean[:min(len(clean), 40)]
}

func rowFile(kind, id string) string { return path.Join(kind, fileName(id)+".json") }
