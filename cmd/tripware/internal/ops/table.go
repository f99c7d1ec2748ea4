package ops

import (
	_ "embed" // the tables
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/tripware/tripware/services"
)

// A Kind says what an operation sends and receives.
type Kind string

// The kinds of operations.
const (
	Object Kind = "object" // the response holds one value, or none
	List   Kind = "list"   // the response is a list, perhaps of several pages
	File   Kind = "file"   // the response is a file
	Upload Kind = "upload" // the request is a form with a file
)

// A Place says where a parameter goes.
type Place string

// The places of parameters. Those in the path are the arguments of the command.
const (
	InQuery Place = "query"
	InBody  Place = "body"
	InForm  Place = "form"
)

// A Param is a parameter of an operation that is a flag of its command.
type Param struct {
	Place
	Name     string // as the server knows it
	Type     string // string, int, float, bool, strings, repeat (strings, each a parameter), time or value
	Required bool
}

// Flag returns the name of the flag.
func (p Param) Flag() string { return kebab(p.Name) }

// An Operation is one operation of a vendor's API.
type Operation struct {
	Service string // such as ScheduleOverrides
	Name    string // such as ListTimelines
	Method  string
	Path    string
	Domain  string // the rate-limit domain, or for JSM Operations the API, as [cli.JSMVendor] knows it
	Async   bool   // the server accepts the request and works on it later
	Retry   string // safe, refused, method, or alias if it is safe with an alias
	Kind    Kind
	Params  []Param
}

// String returns the service and the name, as in Alerts.Close.
func (o Operation) String() string { return o.Service + "." + o.Name }

// Group returns the name of the command of the service.
func (o Operation) Group() string { return kebab(o.Service) }

// Command returns the name of the command of the operation, below that of its service.
func (o Operation) Command() string { return kebab(o.Name) }

// Route returns the method and the path, as package services takes them.
func (o Operation) Route() string { return o.Method + " " + o.Path }

// Arguments returns the names of the parameters in the path, in their order.
func (o Operation) Arguments() (names []string) {
	for _, rest, found := strings.Cut(o.Path, "{"); found; _, rest, found = strings.Cut(rest, "{") {
		var name string
		name, rest, _ = strings.Cut(rest, "}")
		names = append(names, name)
	}
	return names
}

// Param returns the parameter with a name at a place.
func (o Operation) Param(at Place, name string) (Param, bool) {
	i := slices.IndexFunc(o.Params, func(p Param) bool { return p.Place == at && p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return o.Params[i], true
}

// repeat returns what is known of a retry. The body decides about those that have an alias.
func (o Operation) repeat(body map[string]any) services.Repeat {
	alias, _ := body["alias"].(string)
	switch {
	case o.Retry == "safe", o.Retry == "alias" && alias != "":
		return services.SafeToRetry
	case o.Retry == "refused", o.Retry == "alias":
		return services.RetryIfRefused
	}
	return services.ByMethod
}

//go:embed opsgenie.tsv
var opsgenieTable string

//go:embed jsm.tsv
var jsmTable string

//go:embed jsm_more.tsv
var jsmMoreTable string

// Opsgenie returns the operations of Opsgenie, in the order of their documentation.
func Opsgenie() []Operation { return slices.Collect(read(opsgenieTable)) }

// JSM returns the operations of JSM Operations, in the order of their documentation, and then
// those that package jsm leaves out.
func JSM() []Operation { return slices.AppendSeq(slices.Collect(read(jsmTable)), read(jsmMoreTable)) }

// read yields the lines of a table. The tables are written by a test, so that a line that
// cannot be read is a mistake of the program.
func read(table string) iter.Seq[Operation] {
	return func(yield func(Operation) bool) {
		for line := range strings.Lines(table) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			o := Operation{
				Service: c[0], Name: c[1], Method: c[2], Path: c[3], Domain: c[4],
				Async: c[5] == "yes", Retry: c[6], Kind: Kind(c[7]), Params: params(c[8]),
			}
			if !yield(o) {
				return
			}
		}
	}
}

// params reads parameters such as "query:limit:int body:message:string!".
func params(text string) (all []Param) {
	for field := range strings.FieldsSeq(text) {
		place, rest, _ := strings.Cut(field, ":")
		name, kind, _ := strings.Cut(rest, ":")
		kind, required := strings.CutSuffix(kind, "!")
		all = append(all, Param{Place: Place(place), Name: name, Type: kind, Required: required})
	}
	return all
}

// write returns the line of an operation.
func (o Operation) write() string {
	async := "no"
	if o.Async {
		async = "yes"
	}
	var list []string
	for _, p := range o.Params {
		mark := ""
		if p.Required {
			mark = "!"
		}
		list = append(list, fmt.Sprintf("%s:%s:%s%s", p.Place, p.Name, p.Type, mark))
	}
	return strings.Join([]string{
		o.Service, o.Name, o.Method, o.Path, o.Domain, async, o.Retry, string(o.Kind), strings.Join(list, " "),
	}, "\t") + "\n"
}

// kebab returns a name in lower case with hyphens between words, such as list-timelines for
// ListTimelines and export-user-ics for ExportUserICS.
func kebab(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		upper := unicode.IsUpper(r)
		begins := upper && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		switch {
		case begins && runes[i-1] != '.' && runes[i-1] != '-':
			b.WriteByte('-')
		case r == '.' || r == '_':
			r = '-'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.ReplaceAll(b.String(), "v-1", "v1")
}
