package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
)

var errTerminal = errors.New("report: the page is not for a terminal: name a file by --out report.html")

// Command returns the command "report", which belongs below "move".
func Command(env *cli.Env) *cobra.Command {
	var out string
	var asJSON bool
	c := &cobra.Command{
		Use:   "report DIR",
		Short: "Say what of an export has a counterpart in JSM Operations",
		Long: `Report reads the folder of a finished export and says, for each team and integration,
what has a counterpart in JSM Operations, what must be changed by hand, and what has no
counterpart. It sends nothing. The exit code is 6 if the export lacks something.

The report is a page that can be printed and needs no other file or, with --json, an object.
It has names, e-mail addresses and phone numbers, but none of the keys in the export.`,
		Example: `  tripware move report export --out report.html
  tripware move report export --json | jq .total`,
		Args: cli.Arguments("DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" && !asJSON && env.Terminal(env.Out) {
				return &exit.Error{Code: exit.Usage, Err: errTerminal}
			}
			return run(env, args[0], out, asJSON)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "write to this `file`, which is replaced; standard output if empty")
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON instead of a page")
	return c
}

// run makes the report before it touches the file.
func run(env *cli.Env, dir, out string, asJSON bool) (err error) {
	a, err := archive.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	r, err := Make(a.Manifest, a.Rows)
	if err != nil {
		return err
	}
	write := r.WriteHTML
	if asJSON {
		write = r.WriteJSON
	}
	if out == "" {
		err = write(env.Out)
	} else {
		err = replace(out, write)
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(env.Err, r.summary()); err != nil {
		return err
	}
	if n := len(r.Missing); n > 0 {
		return &exit.Error{
			Code: exit.Partial,
			Err:  fmt.Errorf("the export is not complete, so neither is the report: it names what is missing (%d)", n),
		}
	}
	return nil
}

// summary returns a line for the terminal.
func (r *Report) summary() string {
	t := r.Total
	return fmt.Sprintf("%d resources and parts: %d move, %d are to be changed by hand, %d have no counterpart",
		t.Count, t.Moves, t.ByHand, t.None)
}

// WriteJSON writes the report as an object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("report: write JSON: %w", err)
	}
	return nil
}

// replace writes a file, which is complete or as it was. Only the user may read a new one,
// because it has the names and addresses of people.
func replace(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".report-*") //nolint:forbidigo // the user names the file
	if err != nil {
		return fmt.Errorf("report: write %s: %w", name, err)
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name) //nolint:forbidigo // the same
	}
	if err != nil {
		return errors.Join(fmt.Errorf("report: write %s: %w", name, err), os.Remove(f.Name())) //nolint:forbidigo // the same
	}
	return nil
}
