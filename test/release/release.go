package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// A release is one version of all modules, as it is built in a folder of its own.
type release struct {
	repository command // where it was asked for; only keep changes it
	clone      command // where it is built
	version    string
	head       string    // the commit from which it is built
	members    []*member // the core first, each after those that it requires

	// Temporary folders. The two module caches are those of the proxy, which holds the
	// released modules alone, and of the programs that use them.
	work, published, installed string
	// The user's settings of the go command.
	usual struct{ GOPROXY, GOSUMDB, GOMODCACHE string }
}

// begin clones the repository, or with o.check its files, and finds its modules.
func begin(ctx context.Context, o options, work string) (*release, error) {
	r := &release{
		version: o.version, work: work,
		published: filepath.Join(work, "published"), installed: filepath.Join(work, "installed"),
		repository: command{dir: o.dir}, clone: command{dir: filepath.Join(work, "clone")},
	}
	root, err := r.repository.git(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	r.repository.dir = root
	settings, err := r.repository.golang(ctx, "env", "-json", "GOPROXY", "GOSUMDB", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(settings), &r.usual); err != nil {
		return nil, fmt.Errorf("release: go env: %w", err)
	}
	core, err := modulePath(root)
	if err != nil {
		return nil, err
	}
	if o.check {
		err = r.snapshot(ctx)
	} else if err = precede(ctx, r.repository, core, o.version); err == nil {
		err = r.checkout(ctx)
	}
	if err != nil {
		return nil, err
	}
	r.members, err = r.find(ctx, o.without)
	return r, err
}

// checkout clones the repository, with its tags, at its current commit.
func (r *release) checkout(ctx context.Context) (err error) {
	if r.head, err = r.repository.git(ctx, "rev-parse", "HEAD"); err != nil {
		return err
	}
	if _, err := r.repository.git(ctx, "clone", "--quiet", "--no-checkout", r.repository.dir, r.clone.dir); err != nil {
		return err
	}
	if _, err := r.clone.git(ctx, "checkout", "--quiet", "--detach", r.head); err != nil {
		return err
	}
	who, err := r.repository.git(ctx, "var", "GIT_COMMITTER_IDENT")
	if err != nil {
		return err
	}
	name, rest, _ := strings.Cut(who, " <")
	email, _, _ := strings.Cut(rest, "> ")
	return r.sign(ctx, name, email)
}

// snapshot makes a repository of one commit that holds the files of the working tree that
// git has or would have, under a version that follows the current one.
func (r *release) snapshot(ctx context.Context) error {
	files, err := r.repository.git(ctx, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	if _, err := r.repository.git(ctx, "init", "--quiet", r.clone.dir); err != nil {
		return err
	}
	from := r.clone.with("GIT_WORK_TREE="+r.repository.dir, "GIT_DIR="+filepath.Join(r.clone.dir, ".git"))
	if _, err := from.in(r.repository.dir).run(ctx, files, "git", "update-index", "--add", "--remove", "-z", "--stdin"); err != nil {
		return err
	}
	if err := r.sign(ctx, "release", "release@localhost"); err != nil {
		return err
	}
	if _, err := r.clone.git(ctx, "-c", "commit.gpgSign=false", "commit", "--quiet", "--no-verify", "-m", "snapshot"); err != nil {
		return err
	}
	if _, err := r.clone.git(ctx, "reset", "--quiet", "--hard"); err != nil {
		return err
	}
	if r.head, err = r.clone.git(ctx, "rev-parse", "HEAD"); err != nil {
		return err
	}
	_, _, value, err := versionFile(r.clone.dir)
	r.version = "v" + value + "-check"
	return err
}

// sign makes name the author of all commits and tags in the clone. Their date is that of
// the commit that is released, so that doing it again makes the same commits.
func (r *release) sign(ctx context.Context, name, email string) error {
	date := "2000-01-01T00:00:00Z" // of the snapshot, which has no commit yet
	if r.head != "" {
		var err error
		if date, err = r.clone.git(ctx, "log", "-1", "--format=%cI", r.head); err != nil {
			return err
		}
	}
	r.clone = r.clone.with(
		"GIT_AUTHOR_NAME="+name, "GIT_AUTHOR_EMAIL="+email, "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME="+name, "GIT_COMMITTER_EMAIL="+email, "GIT_COMMITTER_DATE="+date,
	)
	return nil
}

// build makes the commits and tags, and the module proxy that serves them.
func (r *release) build(ctx context.Context) error {
	for i, m := range r.members {
		if i == 0 {
			if err := setVersion(r.clone.dir, r.version); err != nil {
				return err
			}
		}
		if err := r.prepare(ctx, m); err != nil {
			return err
		}
		if err := r.tag(ctx, m); err != nil {
			return err
		}
		if err := r.publish(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// tag commits what was changed and tags it. A tag that exists must hold the same files,
// and is what the following commits are built on.
func (r *release) tag(ctx context.Context, m *member) error {
	name := m.tag(r.version)
	if err := r.commit(ctx, m); err != nil {
		return err
	}
	if _, err := r.clone.git(ctx, "rev-parse", "--quiet", "--verify", "refs/tags/"+name); err != nil {
		_, err := r.clone.git(ctx, "-c", "tag.gpgSign=false", "tag", "--annotate", "-m", m.path+" "+r.version, name)
		return err
	}
	differ, err := r.clone.git(ctx, "diff", "--name-only", "refs/tags/"+name, "HEAD")
	if err != nil {
		return err
	}
	if differ != "" {
		return fmt.Errorf("release: the tag %s exists, and these files in it are not those of %s; choose another version:\n%s",
			name, r.version, differ)
	}
	_, err = r.clone.git(ctx, "checkout", "--quiet", "--detach", "refs/tags/"+name)
	return err
}

// commit commits what was changed, if anything was.
func (r *release) commit(ctx context.Context, m *member) error {
	if _, err := r.clone.git(ctx, "add", "--all"); err != nil {
		return err
	}
	changed, err := r.clone.git(ctx, "diff", "--cached", "--name-only")
	if err != nil || changed == "" {
		return err
	}
	subject := fmt.Sprintf("%s: release %s", m.name(), r.version)
	_, err = r.clone.git(ctx, "-c", "commit.gpgSign=false", "commit", "--quiet", "--no-verify", "-m", subject)
	return err
}

// keep copies the tags and their commits into the repository, all or none.
func (r *release) keep(ctx context.Context) error {
	args := []string{"fetch", "--quiet", "--atomic", "--no-tags", "--no-write-fetch-head", r.clone.dir}
	for _, m := range r.members {
		ref := "refs/tags/" + m.tag(r.version)
		args = append(args, ref+":"+ref)
	}
	_, err := r.repository.git(ctx, args...)
	return err
}

// report prints the tags, in their order, and how they were tried.
func (r *release) report(out io.Writer, programs []string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s, built from %.9s:\n", r.version, r.head)
	for _, m := range r.members {
		fmt.Fprintf(&text, "  %s\n", m.tag(r.version))
	}
	text.WriteString("A program outside the repository imports all their packages and sent a request.\n")
	if len(programs) > 0 {
		fmt.Fprintf(&text, "go install made %s.\n", strings.Join(programs, ", "))
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// next prints how to publish the tags.
func (r *release) next(ctx context.Context, out io.Writer) error {
	core := r.members[0].tag(r.version)
	released, err := r.repository.git(ctx, "rev-parse", core+"^{commit}")
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("\nThe repository has these tags now; nothing was pushed. To publish them:\n")
	push := []string{"git push --atomic origin"}
	if branch, err := r.repository.git(ctx, "symbolic-ref", "--quiet", "--short", "HEAD"); err == nil {
		push = append(push, branch)
		if released != r.head { // the version was written into the core
			fmt.Fprintf(&text, "  git merge --ff-only %s\n", core)
		}
	}
	for _, m := range r.members {
		push = append(push, m.tag(r.version))
	}
	fmt.Fprintf(&text, "  %s\n", strings.Join(push, " "))
	_, err = io.WriteString(out, text.String())
	return err
}

// fileURL returns the URL of a folder.
func fileURL(dir string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String()
}
