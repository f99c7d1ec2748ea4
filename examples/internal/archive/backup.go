package archive

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
)

// What the progress line of a backup counts.
const (
	Saved = "saved" // read, and written to its file
	Kept  = "kept"  // there already, and not read again
	Gone  = "gone"  // listed, and deleted before it was read
)

// A Backup reads an account into a folder.
type Backup struct {
	Client *opsgenie.Client
	Folder *Folder // on which Begin was called
	Pool   Pool    // of the requests at once, over all services
	Show   *Progress
}

// Run saves what the folder lacks. An error stops the service that it happens in,
// the others go on; all errors are returned. When Run returns, nothing of it runs
// any longer, and what was saved can be kept by another one.
func (b *Backup) Run(ctx context.Context) error {
	sections := reader{b.Client}.sections()
	errs := make([]error, len(sections))
	var wg sync.WaitGroup
	for i, s := range sections {
		line := b.Show.Line(s.name, Saved, Kept, Gone)
		wg.Go(func() {
			err := b.section(ctx, s, line)
			line.End(err)
			if err != nil {
				errs[i] = fmt.Errorf("%s: %w", s.name, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (b *Backup) section(ctx context.Context, s section, line *Line) error {
	if err := b.Pool.enter(ctx); err != nil {
		return err
	}
	all, err := s.list(ctx)
	b.Pool.leave()
	if err != nil {
		return err
	}
	line.Expect(len(all))
	return Each(ctx, b.Pool, all, func(ctx context.Context, each resource) error {
		word, err := b.save(ctx, s.name, each)
		if err == nil {
			line.Add(word)
		}
		return err
	})
}

// save saves one resource, unless it is there, and says what became of it.
func (b *Backup) save(ctx context.Context, service string, r resource) (word string, err error) {
	if b.Folder.Has(service, r.id) {
		return Kept, nil
	}
	content, err := r.read(ctx)
	if errors.Is(err, services.ErrNotFound) {
		b.Show.Note("%s: %s was deleted meanwhile", service, r.id)
		return Gone, nil
	}
	if err != nil {
		return "", err
	}
	return Saved, b.Folder.Save(service, r.id, content)
}
