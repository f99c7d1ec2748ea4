package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// A member is one of the modules that are released together.
type member struct {
	dir  string // from the root, with slashes; "." is the core
	path string
}

// tag returns the name of the tag under which the go command looks for a version.
func (m *member) tag(version string) string { return path.Join(m.dir, version) }

func (m *member) name() string {
	if m.dir == "." {
		return path.Base(m.path)
	}
	return m.dir
}

// program reports whether users install the module's programs instead of importing it.
func (m *member) program() bool { return strings.HasPrefix(m.dir, "cmd/") }

// goMod parses the member's go.mod below root.
func (m *member) goMod(root string) (*modfile.File, error) {
	text, err := read(root, m.dir, "go.mod")
	if err != nil {
		return nil, err
	}
	return parseGoMod(path.Join(m.dir, "go.mod"), text)
}

// parseGoMod parses the text of a go.mod, which errors call name.
func parseGoMod(name, text string) (*modfile.File, error) {
	file, err := modfile.Parse(name, []byte(text), nil)
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	if file.Module == nil {
		return nil, fmt.Errorf("release: %s names no module", name)
	}
	return file, nil
}

func modulePath(root string) (string, error) {
	file, err := (&member{dir: "."}).goMod(root)
	if err != nil {
		return "", err
	}
	return file.Module.Mod.Path, nil
}

// find returns the modules of the clone that are released: the core, and those below
// contrib and cmd, each after those that it requires, without those in the folders without.
func (r *release) find(ctx context.Context, without []string) ([]*member, error) {
	files, err := r.clone.git(ctx, "ls-files", "--", "go.mod", ":(glob)contrib/**/go.mod", ":(glob)cmd/**/go.mod")
	if err != nil {
		return nil, err
	}
	core, err := modulePath(r.clone.dir)
	if err != nil {
		return nil, err
	}
	prefix, _, _ := module.SplitPathVersion(core)
	var found []*member
	required := map[string][]string{}
	for file := range strings.FieldsSeq(files) {
		m := &member{dir: path.Dir(file)}
		if slices.Contains(without, m.dir) || slices.Contains(strings.Split(m.dir, "/"), "testdata") {
			continue
		}
		parsed, err := m.goMod(r.clone.dir)
		if err != nil {
			return nil, err
		}
		m.path = parsed.Module.Mod.Path
		if base, major, _ := module.SplitPathVersion(m.path); m.dir != "." && base != prefix+"/"+m.dir {
			return nil, fmt.Errorf("release: the module in %s is %s, which is not below %s", m.dir, m.path, core)
		} else if err := module.CheckPathMajor(r.version, major); err != nil {
			return nil, fmt.Errorf("release: the module in %s: %w", m.dir, err)
		}
		for _, require := range parsed.Require {
			required[m.path] = append(required[m.path], require.Mod.Path)
		}
		found = append(found, m)
	}
	slices.SortFunc(found, func(a, b *member) int { return strings.Compare(a.dir, b.dir) }) // the core is "."
	return order(found, required)
}

// order sorts members so that each follows those that it requires.
func order(members []*member, required map[string][]string) ([]*member, error) {
	var sorted []*member
	for len(sorted) < len(members) {
		before := len(sorted)
		for _, m := range members {
			missing := slices.ContainsFunc(members, func(other *member) bool {
				return !slices.Contains(sorted, other) && slices.Contains(required[m.path], other.path)
			})
			if !missing && !slices.Contains(sorted, m) {
				sorted = append(sorted, m)
			}
		}
		if len(sorted) == before {
			return nil, errors.New("release: modules require each other in a circle")
		}
	}
	return sorted, nil
}

// owns reports whether a module path belongs to the repository.
func (r *release) owns(modulePath string) bool {
	core, _, _ := module.SplitPathVersion(r.members[0].path)
	return modulePath == r.members[0].path || strings.HasPrefix(modulePath, core+"/")
}

func (r *release) releases(modulePath string) bool {
	return slices.ContainsFunc(r.members, func(m *member) bool { return m.path == modulePath })
}

// prepare rewrites the member's go.mod and go.sum for users: without replacements within
// the repository, with the released versions of its other modules, and tidied.
func (r *release) prepare(ctx context.Context, m *member) error {
	file, err := m.goMod(r.clone.dir)
	if err != nil {
		return err
	}
	tested := r.foreign(file)
	for _, replace := range slices.Clone(file.Replace) {
		if replace.New.Version == "" && r.owns(replace.Old.Path) {
			if err := file.DropReplace(replace.Old.Path, replace.Old.Version); err != nil {
				return fmt.Errorf("release: %w", err)
			}
		}
	}
	for _, require := range slices.Clone(file.Require) {
		if r.releases(require.Mod.Path) {
			if err := file.AddRequire(require.Mod.Path, r.version); err != nil {
				return fmt.Errorf("release: %w", err)
			}
		}
	}
	file.Cleanup()
	if err := r.inspect(file); err != nil {
		return err
	}
	dir := filepath.Join(r.clone.dir, m.dir)
	if err := write(dir, map[string]string{"go.mod": string(modfile.Format(file.Syntax))}); err != nil {
		return err
	}
	tool := r.online().in(dir)
	if _, err := tool.golang(ctx, "mod", "tidy"); err != nil {
		return fmt.Errorf("release: %s without its replacements: %w", m.name(), err)
	}
	if file, err = m.goMod(r.clone.dir); err != nil {
		return err
	}
	if tidied := r.foreign(file); !maps.Equal(tidied, tested) {
		return fmt.Errorf("release: %s would require %v, but it is tested with %v: run make tidy", m.name(), tidied, tested)
	}
	return r.checkImports(ctx, tool, m)
}

// foreign returns the versions of the modules that file requires from elsewhere.
func (r *release) foreign(file *modfile.File) map[string]string {
	versions := map[string]string{}
	for _, require := range file.Require {
		if !r.owns(require.Mod.Path) {
			versions[require.Mod.Path] = require.Mod.Version
		}
	}
	return versions
}

// inspect returns an error unless users can install a module that has this go.mod.
func (r *release) inspect(file *modfile.File) error {
	name := file.Syntax.Name
	for _, replace := range file.Replace {
		return fmt.Errorf("release: %s replaces %s; a module that needs that cannot be installed", name, replace.Old.Path)
	}
	for _, exclude := range file.Exclude {
		return fmt.Errorf("release: %s excludes %s; a module that needs that cannot be installed", name, exclude.Mod)
	}
	for _, require := range file.Require {
		switch of := require.Mod; {
		case !r.owns(of.Path):
		case !r.releases(of.Path):
			return fmt.Errorf("release: %s requires %s, which is not released", name, of.Path)
		case of.Version != r.version:
			return fmt.Errorf("release: %s requires %s instead of %s", name, of, r.version)
		}
	}
	return nil
}

// checkImports returns an error if the member imports an internal package of another
// member: it may meet a later version of that one, in which such a package is different.
func (r *release) checkImports(ctx context.Context, tool command, m *member) error {
	const each = `{{$from := .ImportPath}}{{range .Imports}}{{$from}} {{.}}{{"\n"}}{{end}}`
	listed, err := tool.golang(ctx, "list", "-f", each, "./...")
	if err != nil {
		return err
	}
	for line := range strings.Lines(listed) {
		from, imported, _ := strings.Cut(strings.TrimSpace(line), " ")
		if within := m.dir == "." || strings.HasPrefix(imported, m.path+"/"); !within && r.owns(imported) && internal(imported) {
			return fmt.Errorf("release: %s imports %s, which is internal to another module", from, imported)
		}
	}
	return nil
}

func internal(importPath string) bool {
	return slices.Contains(strings.Split(importPath, "/"), "internal")
}
