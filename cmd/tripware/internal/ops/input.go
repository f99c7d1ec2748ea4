package ops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/services"
)

// An input is where the parameters of a request come from: a file of JSON, then flags of
// parameters, then --set and --param.
type input struct {
	file   string
	sets   []string
	params []string
	upload string
	name   string
}

// bind adds a flag for each parameter, and those that give any other.
func (i *input) bind(c *cobra.Command, o Operation) {
	for _, p := range o.Params {
		if c.Flags().Lookup(p.Flag()) == nil {
			p.bind(c.Flags())
			_ = c.RegisterFlagCompletionFunc(p.Flag(), completion(p))
		}
	}
	c.Flags().StringArrayVar(&i.params, "param", nil, "send the query parameter `NAME=VALUE`, also one without a flag")
	switch {
	case o.Kind == Upload:
		c.Flags().StringVar(&i.upload, "file", "", "the file to send, or - for standard input")
		c.Flags().StringVar(&i.name, "file-name", "", "the name of the file for the server")
	case o.takesBody():
		c.Flags().StringVarP(&i.file, "file", "f", "", "read the request from a file of JSON, or - for standard input")
		c.Flags().StringArrayVar(&i.sets, "set", nil, "send `MEMBER=VALUE`, a text or JSON, as in ownerTeam.name=Ops")
	}
}

// takesBody reports whether the operation may have a body.
func (o Operation) takesBody() bool {
	return o.Kind != Upload && (o.Method != http.MethodGet && o.Method != http.MethodDelete || o.bodied())
}

// bodied reports whether a member of the body is known.
func (o Operation) bodied() bool {
	return slices.ContainsFunc(o.Params, func(p Param) bool { return p.Place == InBody })
}

// repeated is the type of a list in the query whose elements are parameters.
const repeated = "repeat"

func (p Param) bind(flags *pflag.FlagSet) {
	text := fmt.Sprintf("%s %s", p.Place, p.Name)
	if p.Required {
		text += ", required"
	}
	switch p.Type {
	case "int":
		flags.Int(p.Flag(), 0, text)
	case "float":
		flags.Float64(p.Flag(), 0, text)
	case "bool":
		flags.Bool(p.Flag(), false, text)
	case "strings", repeated:
		flags.StringSlice(p.Flag(), nil, text+"; several with commas")
	case "time":
		flags.String(p.Flag(), "", text+"; RFC 3339, now, or from now as in +4h")
	case "value":
		flags.String(p.Flag(), "", text+"; JSON or a text")
	default:
		flags.String(p.Flag(), "", text)
	}
}

// completion completes the parameters with few values.
func completion(p Param) cobra.CompletionFunc {
	var words []string
	switch {
	case strings.HasSuffix(p.Name, "dentifierType"):
		words = []string{"id", "name", "alias", "tiny"}
	case p.Name == "priority":
		words = []string{"P1", "P2", "P3", "P4", "P5"}
	case p.Name == "order" && p.Type == "string":
		words = []string{"asc", "desc"}
	}
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// read fills the request from the file and the flags.
func (i *input) read(c *cobra.Command, o Operation, r *Request) error {
	if err := i.readBody(c, o, r); err != nil {
		return err
	}
	for _, p := range o.Params {
		flag := c.Flags().Lookup(p.Flag())
		if flag == nil || !flag.Changed {
			continue
		}
		if err := p.put(c.Flags(), r); err != nil {
			return err
		}
	}
	for _, text := range i.params {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return cli.Usagef("--param %q is not NAME=VALUE", text)
		}
		r.Query[name] = value
	}
	for _, text := range i.sets {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return cli.Usagef("--set %q is not MEMBER=VALUE", text)
		}
		if err := set(r, strings.Split(name, "."), jsonOrText(value)); err != nil {
			return cli.Usagef("--set %s: %w", name, err)
		}
	}
	if r.Body == nil && o.bodied() && o.Kind != Upload {
		r.Body = map[string]any{}
	}
	return nil
}

func (i *input) readBody(c *cobra.Command, o Operation, r *Request) error {
	if i.file == "" || o.Kind == Upload {
		return nil
	}
	text, err := readAll(c, i.file)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&r.Body); err != nil {
		return cli.Usagef("%s is not valid JSON: %w", i.file, err)
	}
	if decoder.More() {
		return cli.Usagef("%s holds more than one JSON value", i.file)
	}
	return nil
}

// readAll reads a file, or standard input.
func readAll(c *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(c.InOrStdin())
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Usagef("%w", err)
	}
	return text, err
}

// put writes the value of a flag to its place.
func (p Param) put(flags *pflag.FlagSet, r *Request) error {
	text := flags.Lookup(p.Flag()).Value.String()
	var value any = text
	switch p.Type {
	case "int", "float":
		value = json.Number(text)
	case "bool":
		value = text == "true"
	case "strings", repeated:
		list, err := flags.GetStringSlice(p.Flag())
		if err != nil {
			return err
		}
		if p.Type == repeated {
			r.Lists[p.Name] = list
			return nil
		}
		value, text = list, strings.Join(list, ",")
	case "time":
		at, err := parseTime(text, time.Now())
		if err != nil {
			return cli.Usagef("--%s %w", p.Flag(), err)
		}
		value, text = at, at
	case "value":
		value = jsonOrText(text)
	}
	switch p.Place {
	case InQuery:
		r.Query[p.Name] = text
	case InForm:
		r.Form[p.Name] = text
	case InBody:
		return set(r, []string{p.Name}, value)
	}
	return nil
}

// parseTime reads a time as in RFC 3339, a date, now, or a duration from now.
func parseTime(text string, now time.Time) (string, error) {
	switch {
	case text == "now":
		return now.UTC().Format(time.RFC3339), nil
	case strings.HasPrefix(text, "+"), strings.HasPrefix(text, "-"):
		d, err := time.ParseDuration(text)
		if err != nil {
			return "", fmt.Errorf("%q is not a duration such as +4h", text)
		}
		return now.Add(d).UTC().Format(time.RFC3339), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateTime, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil { //nolint:gosmopolitan // people mean their own time
			return at.UTC().Format(time.RFC3339Nano), nil
		}
	}
	return "", fmt.Errorf("%q is not a time: write one such as 2026-11-28T09:00:00Z, now, or +4h", text)
}

// jsonOrText returns the value of JSON, or else the text itself.
func jsonOrText(text string) any {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return text
	}
	return value
}

var errNoObject = errors.New("the request is not a JSON object there")

// set writes a member of the body at a path.
func set(r *Request, path []string, value any) error {
	if r.Body == nil {
		r.Body = map[string]any{}
	}
	object, ok := r.Body.(map[string]any)
	for i := 0; ok && i < len(path)-1; i++ {
		if object[path[i]] == nil {
			object[path[i]] = map[string]any{}
		}
		object, ok = object[path[i]].(map[string]any)
	}
	if !ok {
		return errNoObject
	}
	object[path[len(path)-1]] = value
	return nil
}

// complete refuses a request that lacks a required parameter, with its flag.
func (i *input) complete(o Operation, r Request) error {
	body, object := r.Body.(map[string]any)
	for _, p := range o.Params {
		_, inQuery := r.Query[p.Name]
		inQuery = inQuery || len(r.Lists[p.Name]) > 0
		_, inBody := body[p.Name]
		missing := p.Place == InQuery && !inQuery || p.Place == InBody && object && !inBody
		if p.Required && missing {
			return cli.Usagef("%s is required: give --%s%s", p.Name, p.Flag(), i.otherWay(p))
		}
	}
	return nil
}

func (i *input) otherWay(p Param) string {
	if p.Place == InBody {
		return ", or the whole request with --file"
	}
	return ""
}

// open opens the file to upload.
func (i *input) open(c *cobra.Command, o Operation, r *Request) (func(), error) {
	nothing := func() {}
	if o.Kind != Upload {
		return nothing, nil
	}
	switch i.upload {
	case "":
		return nothing, cli.Usagef("the file is required: give --file, with - for standard input")
	case "-":
		if i.name == "" {
			return nothing, cli.Usagef("standard input has no name: give --file-name")
		}
		r.File = &services.File{Name: i.name, Content: c.InOrStdin()}
		return nothing, nil
	}
	file, err := os.Open(i.upload)
	if err != nil {
		return nothing, cli.Usagef("%w", err)
	}
	name := i.name
	if name == "" {
		name = filepath.Base(i.upload)
	}
	r.File = &services.File{Name: name, Content: file}
	return func() { _ = file.Close() }, nil
}

// number returns a number for the query.
func number(n int) string { return strconv.Itoa(n) }
