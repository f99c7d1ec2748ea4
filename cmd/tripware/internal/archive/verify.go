package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A Verified says what was found in an export.
type Verified struct {
	Rows       int   // whose files are as they were written
	Files      int   // with those beside the rows
	Bytes      int64 // of these files
	References int   // that were resolved

	Broken   []error    // files that are missing or are not as they were written; each matches [ErrBroken]
	Extra    []string   // files that the export does not know
	Dangling []Dangling // references to what the export does not hold
	Gone     int        // references from the history to what the account no longer has
	Missing  []Missing  // what the export could not read, from its manifest
}

// A Dangling is a reference to something that an export does not hold.
type Dangling struct {
	From   string // the row, such as "schedules/Ops (id)"
	Part   string // of the row; empty if the row itself refers
	To     string // such as "users/id"
	Reason string // such as "the export has no users, because …"
}

// String returns such as "schedules/Ops: refers to users/u1: it is not in the export".
func (d Dangling) String() string {
	from := d.From
	if d.Part != "" {
		from += ": " + d.Part
	}
	return from + ": refers to " + d.To + ": " + d.Reason
}

// A verifier verifies one archive.
type verifier struct {
	*Archive

	found Verified

	ids  map[string]map[string]bool // by kind
	lost map[string]string          // why the list of a kind is not there
}

// Verify compares every file of a finished export to the hash that was recorded when it was
// written, and resolves every reference between rows. The error says that the export cannot
// be verified at all; what is wrong with its files is in the result.
func Verify(ctx context.Context, name string) (*Verified, error) {
	a, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer a.Close() //nolint:errcheck // only read
	v := &verifier{Archive: a, ids: map[string]map[string]bool{}, lost: map[string]string{}}
	v.found.Missing = a.Manifest.Missing
	v.prepare()
	for _, e := range a.Entries {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("archive: verify: %w", err)
		}
		v.row(e)
	}
	if err := v.extra(); err != nil {
		return nil, fmt.Errorf("archive: verify: %w", err)
	}
	counted := &Manifest{Options: a.Manifest.Options, Missing: a.Manifest.Missing}
	counted.count(a.Entries)
	if counted.Rows != a.Manifest.Rows || counted.Files != a.Manifest.Files || counted.Bytes != a.Manifest.Bytes {
		v.found.Broken = append(v.found.Broken,
			broken(manifestFile, "it counts %d rows, and the index has %d", a.Manifest.Rows, counted.Rows))
	}
	return &v.found, nil
}

// prepare notes which ids there are, and which kinds are not there.
func (v *verifier) prepare() {
	for _, e := range v.Entries {
		if v.ids[e.Kind] == nil {
			v.ids[e.Kind] = map[string]bool{}
		}
		v.ids[e.Kind][e.ID] = true
	}
	for _, k := range v.Manifest.Kinds {
		if k.Left != "" {
			v.lost[k.Kind] = "the export was made without " + k.Left
		}
	}
	for _, m := range v.Manifest.Missing {
		if m.ID == "" {
			v.lost[m.Kind] = "the list could not be read: " + m.Reason
		}
	}
}

// row checks the files of a row, and its references.
func (v *verifier) row(e Entry) {
	row, err := v.Read(e)
	if err != nil {
		v.found.Broken = append(v.found.Broken, err)
		return
	}
	if row.Kind != e.Kind || row.ID != e.ID {
		v.found.Broken = append(v.found.Broken, broken(e.File, "it holds %s/%s instead of %s/%s", row.Kind, row.ID, e.Kind, e.ID))
	}
	v.found.Rows++
	v.found.Files++
	v.found.Bytes += e.Bytes
	for _, f := range e.Files {
		if err := checkStored(v.files, f); err != nil {
			v.found.Broken = append(v.found.Broken, err)
			continue
		}
		v.found.Files++
		v.found.Bytes += f.Bytes
	}
	res, known := kindNamed(e.Kind)
	if !known {
		return
	}
	for _, name := range row.files(res) {
		if !slices.ContainsFunc(e.Files, func(s Stored) bool { return s.File == name }) {
			v.found.Broken = append(v.found.Broken, broken(e.File, "it names the file %s, which the index lacks", name))
		}
	}
	for part, n := range row.each(res) {
		v.references(e, res, part, n)
	}
}

func (v *verifier) references(e Entry, res, part resource, n Node) {
	if part.twin {
		return
	}
	d := parse(n.Value())
	for _, t := range targets(part, d) {
		if t.id == "" || slices.ContainsFunc(t.kinds, func(kind string) bool { return v.ids[kind][t.id] }) {
			v.found.References++
			continue
		}
		if res.option != always || part.option != always || part.moment {
			v.found.Gone++
			continue
		}
		reason := "it is not in the export"
		if lost := v.lost[t.kinds[0]]; lost != "" {
			reason = lost
		}
		at := ""
		if part.name != res.name {
			at = part.name
		}
		v.found.Dangling = append(v.found.Dangling, Dangling{
			From: e.Kind + "/" + title(e.Name, e.ID), Part: at, To: t.kinds[0] + "/" + title(t.name, t.id), Reason: reason,
		})
	}
}

// extra finds files that nothing in the index names.
func (v *verifier) extra() error {
	known := map[string]bool{manifestFile: true, indexFile: true, lockFile: true, journalFile: true}
	for _, e := range v.Entries {
		known[e.File] = true
		for _, f := range e.Files {
			known[f.File] = true
		}
	}
	return fs.WalkDir(v.files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		case d.IsDir() && strings.HasPrefix(name, temporary):
			return fs.SkipDir
		case !d.IsDir() && !known[name]:
			v.found.Extra = append(v.found.Extra, name)
		}
		return nil
	})
}
