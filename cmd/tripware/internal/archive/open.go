package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// ErrBroken is matched by the error for an export whose files are not as they were written.
// The error names the file.
var ErrBroken = errors.New("the export is broken")

func broken(name, format string, args ...any) error {
	return fmt.Errorf("%w: %s: "+format, append([]any{ErrBroken, name}, args...)...)
}

// An Archive is a finished export that is read. It is safe for concurrent use.
type Archive struct {
	Manifest *Manifest
	Entries  []Entry // all rows, in the order of the table, then of their files

	files fs.FS
	root  *os.Root
}

// Open opens a finished export. The caller closes it. It refuses an export that is not
// finished, and one whose manifest or index is broken.
func Open(name string) (*Archive, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("archive: open folder: %w", err)
	}
	a := &Archive{files: root.FS(), root: root}
	if a.Manifest, a.Entries, err = readIndex(a.files); err != nil {
		return nil, errors.Join(fmt.Errorf("archive: %s: %w", name, err), root.Close())
	}
	return a, nil
}

// Close closes the archive.
func (a *Archive) Close() error { return a.root.Close() }

// readIndex reads the manifest, and the index that it vouches for.
func readIndex(files fs.FS) (*Manifest, []Entry, error) {
	text, err := fs.ReadFile(files, manifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := fs.Stat(files, journalFile); err == nil {
			return nil, nil, errors.New("the export is not finished: run the export again to go on with it")
		}
		return nil, nil, errors.New("the folder has no manifest.json, so it is not an export")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read manifest: %w", err)
	}
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, nil, broken(manifestFile, "%w", err)
	}
	if m.Format != format {
		return nil, nil, fmt.Errorf("the export has format %d, and this version reads format %d", m.Format, format)
	}
	index, err := readStored(files, m.Index)
	if err != nil {
		return nil, nil, err
	}
	var entries []Entry
	lines := bufio.NewScanner(bytes.NewReader(index))
	lines.Buffer(nil, len(index)+1)
	for lines.Scan() {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, nil, broken(indexFile, "%w", err)
		}
		entries = append(entries, e)
	}
	return m, entries, nil
}

// readStored reads a file, and refuses it if it is not as it was written.
func readStored(files fs.FS, s Stored) ([]byte, error) {
	text, err := fs.ReadFile(files, s.File)
	if err != nil {
		return nil, broken(s.File, "%w", err)
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != s.SHA256 {
		return nil, broken(s.File, "it is not as it was written (%d bytes, hash differs)", len(text))
	}
	return text, nil
}

// checkStored is readStored without keeping the content, for files of any size.
func checkStored(files fs.FS, s Stored) error {
	in, err := files.Open(s.File)
	if err != nil {
		return broken(s.File, "%w", err)
	}
	defer in.Close() //nolint:errcheck // only read
	sum := sha256.New()
	n, err := io.Copy(sum, in)
	if err != nil {
		return broken(s.File, "%w", err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != s.SHA256 {
		return broken(s.File, "it is not as it was written (%d bytes instead of %d, or hash differs)", n, s.Bytes)
	}
	return nil
}

// Read reads a row, and refuses one whose file is broken.
func (a *Archive) Read(e Entry) (Row, error) {
	text, err := readStored(a.files, e.Stored)
	if err != nil {
		return Row{}, err
	}
	var row Row
	if err := json.Unmarshal(text, &row); err != nil {
		return Row{}, broken(e.File, "%w", err)
	}
	return row, nil
}

// Rows returns the rows of a kind. An error is the last pair.
func (a *Archive) Rows(kind string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, e := range a.Entries {
			if e.Kind != kind {
				continue
			}
			row, err := a.Read(e)
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
