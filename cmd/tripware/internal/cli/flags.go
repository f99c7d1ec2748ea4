package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// secretFlags returns flags that other programs have for keys. The program has none, since
// arguments are seen by others and kept in the shell's history.
func secretFlags() []string {
	return []string{
		"api-key", "apikey", "key", "genie-key", "integration-key", "token", "api-token", "oauth-token", "access-token",
		"bearer", "password", "pass", "secret",
	}
}

// RefuseSecrets refuses arguments that give a key as a flag. The error does not show them.
func RefuseSecrets(env *Env, args []string) error {
	for _, arg := range args {
		if arg == "--" {
			return nil
		}
		name, dashed := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		if !dashed || !slices.Contains(secretFlags(), strings.ToLower(name)) {
			continue
		}
		text := fmt.Sprintf("--%s: a key cannot be given as a flag, since others can see the arguments of a program: set %s, or %s and %s",
			strings.ToLower(name), EnvOpsgenieKey, EnvEmail, EnvToken)
		if file, err := env.ConfigFile(); err == nil {
			text += fmt.Sprintf(", or write a profile to %s, with mode 0600", file)
		}
		return usage(errors.New(text))
	}
	return nil
}

var (
	unknownFlag = regexp.MustCompile(`^unknown (?:shorthand )?flag: (?:'(.)' in )?(-\S+)`)
	wrongValue  = regexp.MustCompile(`^invalid argument (".*") for "(.*--.*)" flag: `)
)

// FlagError returns the error of a flag with the exit code, and names the flag that was
// probably meant.
func FlagError(c *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	match := unknownFlag.FindStringSubmatch(err.Error())
	if wrong := wrongValue.FindStringSubmatch(err.Error()); wrong != nil {
		name := wrong[2][strings.LastIndex(wrong[2], "--")+2:]
		if flag := c.Flags().Lookup(name); flag != nil {
			return Usagef("--%s %s is not of type %s; %s --help lists the flags", name, wrong[1], flag.Value.Type(), c.CommandPath())
		}
	}
	if match == nil {
		return Usagef("%w; %s --help lists the flags", err, c.CommandPath())
	}
	given, _, _ := strings.Cut(match[2], "=")
	if match[1] != "" {
		given = "-" + match[1]
	}
	text := "unknown flag " + given
	if meant := nearest(given, flagsOf(c)); meant != "" {
		text += ": did you mean " + meant + "?"
	}
	return Usagef("%s; %s --help lists the flags", text, c.CommandPath())
}

func flagsOf(c *cobra.Command) (names []string) {
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	}
	c.LocalFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	return names
}

// nearest returns the name that is most like the given one, or the empty string if none is.
func nearest(given string, names []string) string {
	best, least := "", len(given)/3+1
	for _, name := range names {
		d := distance(given, name)
		if strings.HasPrefix(name, given) && len(given) > len("--x") {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// distance returns how many letters must be added, removed or replaced to make a from b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// Group makes a command that only has others below it: it prints its help, and refuses
// the name of a command that it does not have.
func Group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		text := "unknown command " + args[0]
		var names []string
		for _, below := range c.Commands() {
			names = append(append(names, below.Name()), below.Aliases...)
		}
		if meant := nearest(args[0], names); meant != "" {
			text += ": did you mean " + meant + "?"
		}
		return Usagef("%s; %s --help lists the commands", text, c.CommandPath())
	}
	return c
}

// Arguments returns the check of a command's arguments, whose names the error says.
func Arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return Usagef("%s is missing: %s", names[len(args)], c.UseLine())
		case len(args) > len(names):
			return Usagef("unexpected argument %q: %s", args[len(names)], c.UseLine())
		}
		return nil
	}
}
