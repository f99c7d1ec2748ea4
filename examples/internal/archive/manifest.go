package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

const manifestFile = "backup" + extension

// A Manifest describes the content of a folder. It is written when a backup begins and
// again when it is complete.
type Manifest struct {
	Account   string         `json:"account"` // the account's name
	Started   time.Time      `json:"started"`
	Finished  time.Time      `json:"finished,omitzero"`  // zero while something is missing
	Resources map[string]int `json:"resources,omitzero"` // how many there are of each service
}

// Manifest reads the manifest. It returns the zero Manifest if there is none yet.
func (f *Folder) Manifest() (m Manifest, err error) {
	if err := f.read(manifestFile, &m); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("archive: read manifest: %w", err)
	}
	return m, nil
}

// Begin marks the folder as a backup of an account, or continues an earlier one. It
// refuses a folder of another account, and a folder that holds something else.
func (f *Folder) Begin(account string) error {
	m, err := f.Manifest()
	if err != nil {
		return err
	}
	if !m.Started.IsZero() {
		if m.Account != account {
			return fmt.Errorf("archive: begin: the folder holds a backup of account %q, not of %q", m.Account, account)
		}
		return nil
	}
	found, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("archive: begin: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("archive: begin: the folder holds %s, and is no backup", found[0].Name())
	}
	return f.putManifest(Manifest{Account: account, Started: time.Now().UTC().Truncate(time.Second)})
}

// Finish records that the backup is complete, and returns the number of resources.
func (f *Folder) Finish() (resources int, err error) {
	m, err := f.Manifest()
	if err != nil {
		return 0, err
	}
	m.Finished = time.Now().UTC().Truncate(time.Second)
	m.Resources = map[string]int{}
	for _, service := range Services() {
		files, err := f.files(service)
		if err != nil {
			return 0, fmt.Errorf("archive: finish: %w", err)
		}
		f.settle(service)
		m.Resources[service] = len(files)
		resources += len(files)
	}
	return resources, f.putManifest(m)
}

func (f *Folder) putManifest(m Manifest) error {
	if err := f.write(manifestFile, m); err != nil {
		return fmt.Errorf("archive: write manifest: %w", err)
	}
	f.settle(".")
	return nil
}

// settle asks that the names of files outlive a loss of power, as their content
// does. Not every system can, and a name that is lost is read again.
func (f *Folder) settle(service string) {
	if dir, err := f.root.OpenFile(service, os.O_RDONLY, 0); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}
