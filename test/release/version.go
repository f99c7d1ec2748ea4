package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

var constant = regexp.MustCompile(`(?m)^const Version = "([^"\n]*)"$`)

// versionFile returns the file in dir that holds the constant Version, its text, and the
// constant's value.
func versionFile(dir string) (name, text, value string, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", "", "", err
	}
	for _, file := range names {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := read(file)
		if err != nil {
			return "", "", "", err
		}
		if found := constant.FindStringSubmatch(text); found != nil {
			return filepath.Base(file), text, found[1], nil
		}
	}
	return "", "", "", fmt.Errorf("release: %s has no line `const Version = \"…\"`", dir)
}

// setVersion writes version, which begins with v, into the constant Version.
func setVersion(dir, version string) error {
	name, text, value, err := versionFile(dir)
	if err != nil || "v"+value == version {
		return err
	}
	text = constant.ReplaceAllLiteralString(text, fmt.Sprintf("const Version = %q", version[1:]))
	return write(dir, map[string]string{name: text})
}

// checkVersion returns an error if a module whose path is core cannot have that version,
// or if it follows none of the versions in tags.
func checkVersion(core, version string, tags []string) error {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return fmt.Errorf("release: version %q is not of the form vX.Y.Z or vX.Y.Z-pre", version)
	}
	_, major, _ := module.SplitPathVersion(core)
	if err := module.CheckPathMajor(version, major); err != nil {
		return fmt.Errorf("release: version %s of %s: %w", version, core, err)
	}
	for _, tag := range tags {
		if semver.IsValid(tag) && semver.Compare(tag, version) > 0 {
			return fmt.Errorf("release: version %s is older than %s, which this commit already contains", version, tag)
		}
	}
	return nil
}

// checkChangelog returns an error unless the changelog has a dated section for version
// that says something, and nothing above it.
func checkChangelog(dir, version string) error {
	text, err := read(dir, "CHANGELOG.md")
	if err != nil {
		return err
	}
	heading := regexp.MustCompile(`^\[` + regexp.QuoteMeta(version[1:]) + `\] - \d{4}-\d\d-\d\d$`)
	for _, section := range strings.Split("\n"+text, "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		empty := strings.TrimSpace(body) == ""
		switch {
		case title == "[Unreleased]" && empty:
		case title == "[Unreleased]":
			return fmt.Errorf("release: CHANGELOG.md has entries under Unreleased: move them under `## [%s] - date`", version[1:])
		case !heading.MatchString(title):
			return fmt.Errorf("release: CHANGELOG.md begins with %q instead of `## [%s] - YYYY-MM-DD`", title, version[1:])
		case empty:
			return fmt.Errorf("release: CHANGELOG.md says nothing about %s", version)
		default:
			return nil
		}
	}
	return fmt.Errorf("release: CHANGELOG.md has no section `## [%s] - YYYY-MM-DD`", version[1:])
}

// precede checks what must hold in a repository before a version of it is built.
func precede(ctx context.Context, repository command, core, version string) error {
	tags, err := repository.git(ctx, "tag", "--merged", "HEAD")
	if err != nil {
		return err
	}
	if err := checkVersion(core, version, strings.Fields(tags)); err != nil {
		return err
	}
	changed, err := repository.git(ctx, "status", "--porcelain")
	if err != nil {
		return err
	}
	if changed != "" {
		return fmt.Errorf("release: the working tree has changes that are not committed:\n%s", changed)
	}
	return checkChangelog(repository.dir, version)
}
