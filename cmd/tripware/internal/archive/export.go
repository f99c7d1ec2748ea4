package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/tripware/tripware/services/opsgenie"
)

// Options configure [Export]. The zero value reads the configuration, with one request at a
// time for each rate-limit domain, and shows nothing.
type Options struct {
	Selected

	Relative bool      // Since or Until was said relative to now: an export that goes on keeps its own
	Parallel int       // how many requests may be under way for each rate-limit domain; at least 1
	Progress *Progress // may be nil

	now  func() time.Time
	wrap func(disk) disk // for tests
}

// ErrInterrupted is matched by the error of an export or a restoration whose context ended.
var ErrInterrupted = errors.New("interrupted: run the same command again to go on")

// An exporter reads one account into one folder.
type exporter struct {
	Options

	read    *reader
	folder  *folder
	journal *journal
	tally   *tally
}

// Export reads an account into a folder, and returns the manifest when everything that can be
// read is there. It names what could not be read, which is not an error. After an error, or if
// the program was killed, the same call goes on where that one stopped; on a finished export
// it reads again only what was missing.
func Export(ctx context.Context, client *opsgenie.Client, name string, o Options) (*Manifest, error) {
	if o.now == nil {
		o.now = time.Now
	}
	if o.wrap == nil {
		o.wrap = func(d disk) disk { return d }
	}
	if o.Progress == nil {
		o.Progress = NewProgress(nil, false)
	}
	dir, err := createFolder(name, o.wrap)
	if err != nil {
		return nil, err
	}
	x := &exporter{Options: o, read: newReader(client, o.Parallel), folder: dir, tally: &tally{}}
	m, err := x.run(ctx)
	err = errors.Join(err, dir.close())
	switch {
	case err == nil:
		return m, nil
	case ctx.Err() != nil:
		return nil, ErrInterrupted
	}
	return nil, x.advised(err)
}

func (x *exporter) run(ctx context.Context) (*Manifest, error) {
	account, err := x.account(ctx)
	if err != nil {
		return nil, err
	}
	complete, err := x.begin(account)
	if err != nil || complete != nil {
		return complete, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	x.journal.start(func(err error) { stop(err) })
	missing, err := x.kinds(ctx, stop)
	err = errors.Join(err, x.journal.stop())
	if cause := context.Cause(ctx); cause != nil {
		err = cause // the first error; those of others follow from it
	}
	if err != nil {
		return nil, err
	}
	return x.finish(missing)
}

// account returns the name of the account, or an empty text if the key may not read it. The
// request also shows whether the key is valid, before anything is written.
func (x *exporter) account(ctx context.Context) (string, error) {
	data, err := x.read.one(ctx, "GET /v2/account", nil, "")
	if err == nil {
		return textOf(member(data, "name")), nil
	}
	if _, goesOn := missingOf(err); goesOn {
		return "", nil
	}
	return "", err
}

// begin begins an export in an empty folder, or goes on with one. It returns the manifest of
// an export that is complete, and refuses a folder that holds something else.
func (x *exporter) begin(account string) (complete *Manifest, err error) {
	head := heading{Account: account, Options: x.Selected, Started: x.now().UTC().Format(time.RFC3339)}
	there, err := fs.ReadDir(x.folder.list(), ".")
	if err != nil {
		return nil, fmt.Errorf("archive: begin: %w", err)
	}
	entries, found := []Entry(nil), map[string]bool{}
	for _, each := range there {
		found[each.Name()] = true
	}
	delete(found, temporary)
	delete(found, lockFile)
	switch {
	case found[journalFile]:
	case found[manifestFile]:
		old, left, err := unfinished(x.folder.list())
		if err != nil {
			return nil, err
		}
		if err := x.fits(heading{Account: old.Account, Options: old.Options}, account); err != nil {
			return nil, err
		}
		if left == nil {
			return old, nil
		}
		head.Started, entries = old.Started.Format(time.RFC3339), left
	case len(found) > 0:
		return nil, fmt.Errorf("archive: the folder %s holds something other than an export: name another folder", x.folder.name)
	}
	if x.journal, err = openJournal(x.folder, head, entries); err != nil {
		return nil, err
	}
	if err := x.fits(x.journal.head, account); err != nil {
		return nil, errors.Join(err, x.journal.out.Close())
	}
	return nil, x.folder.remove(manifestFile) // the journal has what it said
}

// fits refuses to go on with an export of another account, or with other options, and takes
// over the options of the export.
func (x *exporter) fits(head heading, account string) error {
	if head.Account != account {
		return fmt.Errorf("archive: the folder holds an export of account %q, not of %q: name another folder", head.Account, account)
	}
	wanted := x.Selected
	if x.Relative {
		wanted.Since, wanted.Until = head.Options.Since, head.Options.Until
	}
	if !head.Options.equal(wanted) {
		return fmt.Errorf("archive: the folder holds an export with other flags (%v): use the same, or name another folder", head.Options)
	}
	x.Selected = head.Options
	return nil
}

// unfinished returns the entries of a finished export that lack nothing, or nil if no row
// lacks anything.
func unfinished(files fs.FS) (m *Manifest, complete []Entry, err error) {
	m, entries, err := readIndex(files)
	if err != nil {
		return nil, nil, err
	}
	if len(m.Missing) == 0 {
		return m, nil, nil
	}
	complete = []Entry{}
	for _, e := range entries {
		if len(e.Missing) == 0 {
			complete = append(complete, e)
		}
	}
	return m, complete, nil
}

// kinds exports all kinds at once, and returns the lists that could not be read. The first
// other error stops all.
func (x *exporter) kinds(ctx context.Context, stop context.CancelCauseFunc) (missing []Missing, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	selected := slices.DeleteFunc(table(), func(res resource) bool { return !x.has(res.option) })
	for _, res := range selected {
		x.Progress.Line(res.name) // all of them, in the order of the table
	}
	for _, res := range selected {
		line := x.Progress.Line(res.name)
		wg.Go(func() {
			lost, err := x.kind(ctx, res, line)
			line.End(err != nil)
			mu.Lock()
			defer mu.Unlock()
			missing = append(missing, lost...)
			if err != nil {
				stop(fmt.Errorf("archive: %s: %w", res.name, err))
			}
		})
	}
	wg.Wait()
	return missing, context.Cause(ctx)
}
