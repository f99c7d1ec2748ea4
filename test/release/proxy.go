package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
)

// goEnvironment is common to all uses of the go command. Of the user's settings it has
// those that say where modules come from, but for those that would take the released ones
// from elsewhere: an empty GONOPROXY, and no file of settings. The checksum database
// cannot know modules that are not published yet.
func (r *release) goEnvironment(cache string) command {
	return command{dir: r.work, env: []string{
		"GOENV=off", "GOWORK=off", "GO111MODULE=on", "GOPRIVATE=", "GONOPROXY=", "GOVCS=*:git",
		"GOSUMDB=" + r.usual.GOSUMDB, "GONOSUMDB=" + r.members[0].path,
		"GOMODCACHE=" + cache, "GOFLAGS=-mod=mod -modcacherw -buildvcs=false -trimpath",
	}}
}

// proxies returns the proxies of files: that of the release, and what the user has of the
// modules that it requires.
func (r *release) proxies() string {
	return fileURL(filepath.Join(r.published, "cache", "download")) + "," + fileURL(filepath.Join(r.usual.GOMODCACHE, "cache", "download"))
}

// online returns the go command of a user who has the released modules from their proxy
// and, if the machine does not have them, the others from the usual one.
func (r *release) online() command {
	return r.goEnvironment(r.installed).with("GOPROXY=" + r.proxies() + "," + r.usual.GOPROXY)
}

// offline is the same without the usual proxy. It does not ask for checksums, because it
// comes after go mod tidy, which compared them.
func (r *release) offline() command {
	return r.goEnvironment(r.installed).with("GOPROXY="+r.proxies(), "GOSUMDB=off")
}

// publish adds the member to the proxy. The go command makes what a proxy serves from the
// tag in the clone, which it takes for the repository of the module's path.
func (r *release) publish(ctx context.Context, m *member) error {
	repository, _, _ := module.SplitPathVersion(r.members[0].path)
	at, _ := strconv.Atoi(os.Getenv("GIT_CONFIG_COUNT")) // settings that the environment has are kept
	direct := r.goEnvironment(r.published).with("GOPROXY=direct",
		fmt.Sprintf("GIT_CONFIG_COUNT=%d", at+1),
		fmt.Sprintf("GIT_CONFIG_KEY_%d=url.%s.insteadOf", at, fileURL(r.clone.dir)),
		fmt.Sprintf("GIT_CONFIG_VALUE_%d=https://%s", at, repository),
	)
	if _, err := direct.golang(ctx, "mod", "download", m.path+"@"+r.version); err != nil {
		return fmt.Errorf("release: from the tag %s: %w", m.tag(r.version), err)
	}
	escaped, err := module.EscapePath(m.path)
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	text, err := read(r.published, "cache", "download", escaped, "@v", r.version+".mod")
	if err != nil {
		return err
	}
	file, err := parseGoMod(m.tag(r.version)+":go.mod", text)
	if err != nil {
		return err
	}
	return r.inspect(file)
}

// sums returns the checksums of the modules that the released modules require.
func (r *release) sums() (string, error) {
	var all strings.Builder
	for _, m := range r.members {
		text, err := read(r.clone.dir, m.dir, "go.sum")
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a module may require no other
			return "", err
		}
		all.WriteString(text)
	}
	return all.String(), nil
}
