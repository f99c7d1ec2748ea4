package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A tree hashes what a module depends on.
type tree struct {
	root   string
	locals []local
	sum    io.Writer
}

// A local module is one of this repository, as a go.mod replaces it.
type local struct{ path, dir string }

// hash returns the hash of a module, which is the path of its folder from root.
func hash(ctx context.Context, root, module string) (string, error) {
	names, err := listed(ctx, root, module)
	if err != nil {
		return "", err
	}
	mod, err := os.ReadFile(filepath.Join(root, module, "go.mod"))
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	t := tree{root: root, sum: sum, locals: locals(module, string(mod))}
	imports := map[string]bool{}
	for _, name := range names {
		if path.Ext(name) == ".md" && !strings.Contains(name, "/testdata/") {
			continue
		}
		if err := t.add(name); err != nil {
			return "", err
		}
		if path.Ext(name) == ".go" {
			if err := t.imports(name, imports); err != nil {
				return "", err
			}
		}
	}
	for _, l := range t.locals {
		if err := t.add(path.Join(l.dir, "go.mod")); err != nil {
			return "", err
		}
	}
	if strings.HasPrefix(module, "test/clients/") {
		if err := t.rows(string(mod)); err != nil {
			return "", err
		}
	}
	if err := t.packages(imports); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil))[:32], nil
}

// locals returns the modules of this repository that a go.mod replaces.
func locals(module, mod string) (found []local) {
	for line := range strings.Lines(mod) {
		from, to, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "replace "), "=>")
		if to = strings.TrimSpace(to); ok && strings.HasPrefix(to, ".") {
			found = append(found, local{strings.Fields(from)[0], path.Join(module, to)})
		}
	}
	return found
}

// add hashes a file.
func (t tree) add(name string) error {
	text, err := os.ReadFile(filepath.Join(t.root, name))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.sum, "%s %d\n%s\n", name, len(text), text)
	return err
}

// imports adds to found what a file imports from local modules.
func (t tree) imports(name string, found map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(t.root, name), nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range file.Imports {
		if imported, err := strconv.Unquote(spec.Path.Value); err == nil && t.owner(imported).path != "" {
			found[imported] = true
		}
	}
	return nil
}

// owner returns the local module that has a package: of two that could, the one in the
// deeper folder.
func (t tree) owner(imported string) (owner local) {
	for _, l := range t.locals {
		if (imported == l.path || strings.HasPrefix(imported, l.path+"/")) && len(l.path) > len(owner.path) {
			owner = l
		}
	}
	return owner
}

// packages hashes packages and all that they import from local modules, the packages of
// internal folders of the core excepted.
func (t tree) packages(imports map[string]bool) error {
	done := map[string]bool{}
	for len(imports) > 0 {
		imported := slices.Min(slices.Collect(maps.Keys(imports)))
		delete(imports, imported)
		if done[imported] {
			continue
		}
		done[imported] = true
		if err := t.pkg(imported, imports); err != nil {
			return err
		}
	}
	return nil
}

// pkg hashes a package, and adds to imports what it imports: of the core the exported
// declarations, of other modules the code.
func (t tree) pkg(imported string, imports map[string]bool) error {
	owner := t.owner(imported)
	core := owner.dir == "."
	names, err := filepath.Glob(filepath.Join(t.root, owner.dir, strings.TrimPrefix(imported, owner.path), "*.go"))
	if err != nil {
		return err
	}
	var code []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if name, err = filepath.Rel(t.root, name); err != nil {
			return err
		}
		code = append(code, filepath.ToSlash(name))
	}
	for _, name := range code {
		if err := t.imports(name, imports); err != nil {
			return err
		}
		if !core {
			if err := t.add(name); err != nil {
				return err
			}
		}
	}
	if core && !strings.Contains(imported+"/", "/internal/") {
		return t.declarations(imported, code)
	}
	return nil
}

// declarations hashes the exported declarations of a package, in whatever order and files
// they are.
func (t tree) declarations(imported string, names []string) error {
	var all []string
	for _, name := range names {
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, filepath.Join(t.root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.FileExports(file)
		for _, decl := range file.Decls {
			if text, err := declaration(positions, decl); err != nil {
				return err
			} else if text != "" {
				all = append(all, text)
			}
		}
	}
	slices.Sort(all)
	_, err := fmt.Fprintf(t.sum, "%s\n%s\n", imported, strings.Join(all, "\n"))
	return err
}

// rows hashes the rows of the clients that a module below test/clients requires.
func (t tree) rows(mod string) error {
	names, err := filepath.Glob(filepath.Join(t.root, "test", "clients", "rows", "*.json"))
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var row struct{ Module string }
		if err := json.Unmarshal(text, &row); err != nil {
			return fmt.Errorf("proven: %s: %w", name, err)
		}
		if row.Module != "" && strings.Contains(mod, row.Module+" ") {
			if err := t.add(path.Join("test/clients/rows", filepath.Base(name))); err != nil {
				return err
			}
		}
	}
	return nil
}
