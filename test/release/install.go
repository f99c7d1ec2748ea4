package main

import (
	"context"
	"debug/buildinfo"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed program.tmpl
var program string

// install installs the modules as users do. It returns the names of the programs that go
// install made.
func (r *release) install(ctx context.Context) (programs []string, err error) {
	if err := r.use(ctx); err != nil {
		return nil, err
	}
	for _, m := range r.members {
		if !m.program() {
			continue
		}
		names, err := r.installProgram(ctx, m)
		if err != nil {
			return nil, err
		}
		programs = append(programs, names...)
	}
	return programs, nil
}

// use builds a program that requires the modules and imports all their packages, and runs it.
func (r *release) use(ctx context.Context) error {
	dir := filepath.Join(r.work, "program")
	sums, err := r.sums()
	if err != nil {
		return err
	}
	core, err := r.members[0].goMod(r.clone.dir)
	if err != nil {
		return err
	}
	required := &strings.Builder{}
	fmt.Fprintf(required, "module example.com/program\n\ngo %s\n", core.Go.Version)
	patterns := []string{"list", "-f", "{{if .GoFiles}}{{.Name}} {{.ImportPath}}{{end}}"}
	for _, m := range r.members {
		if !m.program() {
			fmt.Fprintf(required, "\nrequire %s %s\n", m.path, r.version)
			patterns = append(patterns, m.path+"/...")
		}
	}
	if err := write(dir, map[string]string{"go.mod": required.String(), "go.sum": sums}); err != nil {
		return err
	}
	user := r.online().in(dir)
	listed, err := user.golang(ctx, patterns...)
	if err != nil {
		return err
	}
	parsed, err := template.New("program").Parse(program)
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	source := &strings.Builder{}
	if err := parsed.Execute(source, map[string]any{"Core": r.members[0].path, "Others": r.importable(listed)}); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	if err := write(dir, map[string]string{"main.go": source.String()}); err != nil {
		return err
	}
	if _, err := user.golang(ctx, "build", "-o", "program", "."); err != nil {
		return fmt.Errorf("release: a program that imports the released packages: %w", err)
	}
	return r.start(ctx, user)
}

// importable returns the packages in lines of name and path that a program may import.
func (r *release) importable(lines string) (paths []string) {
	for line := range strings.Lines(lines) {
		name, importPath, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "main" && !internal(importPath) && importPath != r.members[0].path {
			paths = append(paths, importPath)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths) // the pattern of the core matches all
}

// start runs the program.
func (r *release) start(ctx context.Context, user command) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	printed, err := user.run(ctx, "", filepath.Join(user.dir, "program"))
	if err != nil {
		return fmt.Errorf("release: a program that imports the released packages: %w", err)
	}
	return r.judge(printed)
}

// judge returns an error unless the program printed that it had a response, and is built
// from the released modules.
func (r *release) judge(printed string) error {
	lines := strings.Split(printed, "\n")
	if want := r.version[1:] + ": 204 No Content"; lines[0] != want {
		return fmt.Errorf("release: the program printed %q instead of %q", lines[0], want)
	}
	for _, m := range r.members {
		if want := m.path + " " + r.version; !m.program() && !slices.Contains(lines, want) {
			return fmt.Errorf("release: the program is not built from %s, but from\n%s", want, strings.Join(lines[1:], "\n"))
		}
	}
	return nil
}

// installProgram runs go install on the programs of a member.
func (r *release) installProgram(ctx context.Context, m *member) (names []string, err error) {
	listed, err := r.offline().in(filepath.Join(r.clone.dir, m.dir)).
		golang(ctx, "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}@`+r.version+`{{end}}`, "./...")
	if err != nil {
		return nil, err
	}
	if listed == "" {
		return nil, fmt.Errorf("release: %s has no program", m.dir)
	}
	bin := filepath.Join(r.work, "bin", filepath.FromSlash(m.dir))
	if _, err := r.offline().with("GOBIN="+bin).golang(ctx, append([]string{"install"}, strings.Fields(listed)...)...); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(bin)
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	for _, file := range files {
		info, err := buildinfo.ReadFile(filepath.Join(bin, file.Name()))
		if err != nil {
			return nil, fmt.Errorf("release: %w", err)
		}
		if info.Main.Path != m.path || info.Main.Version != r.version {
			return nil, fmt.Errorf("release: %s is built from %s %s", file.Name(), info.Main.Path, info.Main.Version)
		}
		names = append(names, file.Name())
	}
	return names, nil
}
