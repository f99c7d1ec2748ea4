package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// An Entry is a line of the index: a row that is on the disk.
type Entry struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Stored

	Parts   map[string]int `json:"parts,omitempty"` // how many there are of each
	Files   []Stored       `json:"files,omitempty"` // beside the row's own
	Missing []Missing      `json:"missing,omitempty"`
}

// A heading is the first line of a journal.
type heading struct {
	Account string   `json:"account"`
	Options Selected `json:"options"`
	Started string   `json:"started"`
}

// A journal says what of an unfinished export is on the disk. Rows are queued for it; one
// goroutine writes a line for each when the files and their folders have reached the disk,
// for as many rows at once as have come meanwhile.
type journal struct {
	folder *folder
	out    file
	queue  chan Entry
	done   chan struct{}
	fail   func(error) // called once, with the first error

	head    heading
	entries map[string]Entry // by key
}

func (e Entry) key() string { return e.Kind + "/" + e.ID }

// openJournal reads the journal of a folder, or begins one with a heading. A last line that
// was cut off does not count.
func openJournal(f *folder, head heading, entries []Entry) (*journal, error) {
	j := &journal{folder: f, queue: make(chan Entry, 64), done: make(chan struct{}), head: head, entries: map[string]Entry{}}
	for _, e := range entries {
		j.entries[e.key()] = e
	}
	if entries != nil || !j.exists() {
		if err := j.begin(); err != nil {
			return nil, err
		}
	}
	if err := j.read(); err != nil {
		return nil, err
	}
	var err error
	if j.out, err = f.appendTo(journalFile); err != nil {
		return nil, fmt.Errorf("archive: open journal: %w", err)
	}
	_, err = j.out.Write([]byte("\n")) // ends a line that was cut off
	return j, err
}

func (j *journal) exists() bool {
	_, err := fs.Stat(j.folder.list(), journalFile)
	return err == nil
}

// begin writes a journal with the heading and what is complete already.
func (j *journal) begin() error {
	_, err := j.folder.writeSynced(journalFile, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		err := enc.Encode(j.head)
		for _, e := range j.sorted() {
			err = errors.Join(err, enc.Encode(e))
		}
		return err
	})
	return err
}

func (j *journal) read() error {
	in, err := j.folder.open(journalFile)
	if err != nil {
		return fmt.Errorf("archive: open journal: %w", err)
	}
	defer in.Close()
	lines := bufio.NewReader(in)
	for first := true; ; first = false {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // the rest has no end, and was cut off
			return nil
		}
		if err != nil {
			return fmt.Errorf("archive: read journal: %w", err)
		}
		if first {
			j.head = heading{} // members that the line lacks must not stay
			if err := json.Unmarshal(line, &j.head); err != nil {
				return fmt.Errorf("archive: %s is broken: its first line is not a heading: %w", journalFile, err)
			}
			continue
		}
		var e Entry
		if json.Unmarshal(line, &e) == nil && e.Kind != "" {
			j.entries[e.key()] = e
		}
	}
}

// has reports whether a row is complete.
func (j *journal) has(kind, id string) bool {
	_, ok := j.entries[kind+"/"+id]
	return ok
}

// sorted returns all entries in the order of the table, then of their files.
func (j *journal) sorted() []Entry {
	place := map[string]int{}
	for i, kind := range Kinds() {
		place[kind] = i
	}
	all := make([]Entry, 0, len(j.entries))
	for _, e := range j.entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		if n := place[a.Kind] - place[b.Kind]; n != 0 {
			return n
		}
		return strings.Compare(a.File, b.File)
	})
	return all
}

// add queues a row. Between start and stop it is safe for concurrent use.
func (j *journal) add(e Entry) { j.queue <- e }

// start begins to write; fail is called with the first error.
func (j *journal) start(fail func(error)) {
	j.fail = fail
	go func() {
		defer close(j.done)
		var failed error
		var written []Entry
		for first := range j.queue {
			batch := append([]Entry{first}, j.waiting()...)
			if failed == nil {
				if failed = j.commit(batch); failed != nil {
					j.fail(failed)
					continue
				}
				written = append(written, batch...)
			}
		}
		for _, e := range written {
			j.entries[e.key()] = e
		}
	}()
}

func (j *journal) waiting() (all []Entry) {
	for {
		select {
		case e, open := <-j.queue:
			if !open {
				return all
			}
			all = append(all, e)
		default:
			return all
		}
	}
}

// commit makes the renames of the files survive a loss of power, and then says that they
// are there.
func (j *journal) commit(batch []Entry) error {
	folders := map[string]bool{}
	var lines bytes.Buffer
	for _, e := range batch {
		for _, f := range append([]Stored{e.Stored}, e.Files...) {
			for name := f.File; name != "."; { // a folder may be new in the one above it
				name = path.Dir(name)
				folders[name] = true
			}
		}
		writeJSON(&lines, e)
		lines.WriteByte('\n')
	}
	for name := range folders {
		if err := j.folder.syncFolder(name); err != nil {
			return fmt.Errorf("archive: sync folder: %w", err)
		}
	}
	if _, err := j.out.Write(lines.Bytes()); err != nil {
		return fmt.Errorf("archive: write journal: %w", err)
	}
	if err := j.out.Sync(); err != nil {
		return fmt.Errorf("archive: write journal: %w", err)
	}
	return nil
}

// stop waits until all queued rows are written.
func (j *journal) stop() error {
	close(j.queue)
	<-j.done
	return j.out.Close()
}
