package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// A Row is what was measured of a client.
type Row struct {
	Client  string     `json:"client"`
	Module  string     `json:"module,omitempty"`
	Version string     `json:"version,omitempty"`
	Lines   []string   `json:"lines"`
	Own     string     `json:"own,omitempty"`
	Record  string     `json:"record,omitempty"`
	Off     string     `json:"off,omitempty"`
	On      string     `json:"on,omitempty"`
	Cannot  string     `json:"cannot,omitempty"`
	Scenes  []Measured `json:"scenes"`
}

// Measured is a client in one scene.
type Measured struct {
	Scene   string `json:"scene"`
	Planned int    `json:"planned"`
	Before  Played `json:"before,omitzero"`
	After   Played `json:"after,omitzero"`
	Why     string `json:"why,omitempty"`     // why After does not send what is planned
	Skipped string `json:"skipped,omitempty"` // why the scene cannot happen
}

// Played is one call in a scene.
type Played struct {
	Method   string `json:"method"`
	Requests int    `json:"requests"`
	Bodies   string `json:"bodies"` // equal, none or differ
	Record   string `json:"record"` // what found it: CallOf, CallOfError, Begin or none
}

// folder returns the folder of this package in the source tree.
func folder() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // that is its signature
	return filepath.Dir(file)
}

// file returns the name of the row's file without its folder.
func (r Row) file() string {
	return strings.NewReplacer(" ", "-", "/", "-").Replace(strings.ToLower(r.Client)) + ".json"
}

func (r Row) store() error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder(), "rows", r.file()), text.Bytes(), 0o644) //nolint:gosec // a file of the source tree
}

func load(file string) (r Row, err error) {
	text, err := os.ReadFile(filepath.Join(folder(), "rows", file))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// versionOf returns the version of a module that the go.mod of the current folder requires.
func versionOf(module string) (string, error) {
	if module == "" {
		return "", nil
	}
	text, err := os.ReadFile("go.mod")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) >= 2 && fields[0] == module {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("clients: go.mod does not require %s", module)
}

// recommended returns the lines in the source of call between the comments "line:" and "end".
func recommended(call Call) ([]string, error) {
	f := runtime.FuncForPC(reflect.ValueOf(call).Pointer())
	file, first := f.FileLine(f.Entry())
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")[first-1:]
	begin, end := slices.IndexFunc(lines, is("// line:")), slices.IndexFunc(lines, is("// end"))
	if begin < 0 || end <= begin+1 || slices.Index(lines, "}") < end {
		return nil, fmt.Errorf("clients: %s has no lines between the comments // line: and // end", f.Name())
	}
	lines = lines[begin+1 : end]
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], "\t"))]
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], indent)
	}
	return lines, nil
}

func is(comment string) func(line string) bool {
	return func(line string) bool { return strings.TrimSpace(line) == comment }
}
