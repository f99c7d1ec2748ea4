package archive

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
)

// The words that the progress line of a backup counts.
const (
	Saved = "saved" // read, and written to its file
	Kept  = "kept"  // already in the folder, so not read again
	Gone  = "gone"  // deleted after it was listed and before it was read
)

// A Backup saves an account in a folder.
type Backup struct {
	Client *opsgenie.Client
	Folder *Folder // on which Begin was called
	Pool   Pool    // bounds the concurrent requests of all services
	Show   *Progress
}

// Run saves the resources that the folder lacks. An error stops the service in which
// it occurs, while the others continue; Run returns all errors. When Run returns, all
// its goroutines have ended, and a later Run can continue with the folder.
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

// save saves one resource unless the folder has it, and returns the word to count.
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
