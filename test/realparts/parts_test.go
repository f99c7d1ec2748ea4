//go:build realparts && linux

package realparts_test

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A part is a program that stands between the toolkit and a server.
type part struct {
	name      string
	version   string
	scenarios []scenario
}

// A scenario is one test. It starts its part itself, so that none sees what
// another left in it.
type scenario struct {
	name string
	run  func(t *testing.T)
}

// A row is a part's line in the table at the end.
type row struct {
	part             part
	started, passing int
}

// Promise P1, and through each part those that its scenarios name.
func TestParts(t *testing.T) {
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin") // where Debian has daemons, and a user's PATH has not
	toxiproxy := buildToxiproxy(t)
	parts := []part{
		{"squid", debianVersion(t, "squid"), squidScenarios()},
		{"tinyproxy", debianVersion(t, "tinyproxy"), tinyproxyScenarios()},
		{"microsocks", debianVersion(t, "microsocks"), microsocksScenarios()},
		{"nginx", debianVersion(t, "nginx"), nginxScenarios()},
		{"stunnel4", debianVersion(t, "stunnel4"), stunnelScenarios()},
		{"toxiproxy", moduleVersion(t, toxiproxy), toxiproxyScenarios(toxiproxy)},
	}
	rows := make([]row, 0, len(parts))
	for _, p := range parts {
		r := row{part: p}
		t.Run(p.name, func(t *testing.T) {
			for _, s := range p.scenarios {
				ran := false
				passed := t.Run(s.name, func(t *testing.T) {
					ran = true
					s.run(t)
				})
				if ran {
					r.started++
				}
				if ran && passed {
					r.passing++
				}
			}
		})
		rows = append(rows, r)
	}
	printTable(t, rows)
}

// printTable shows what ran, also in the file that REALPARTS_TABLE names: the
// script shows that one at its very end.
func printTable(t *testing.T, rows []row) {
	t.Helper()
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "part\tversion\ttests\tpassed")
	for _, r := range rows {
		if r.started == 0 {
			continue // go test -run asked for others
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%d\n", r.part.name, r.part.version, r.started, r.passing)
	}
	require.NoError(t, w.Flush())
	_, _ = fmt.Fprint(t.Output(), text.String())
	if path := os.Getenv("REALPARTS_TABLE"); path != "" {
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	}
}

// debianVersion returns the version of a package that is installed. One that is
// missing fails the run: who asks for real parts must not get fewer.
func debianVersion(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name).Output()
	version, installed := strings.CutPrefix(string(out), "installed ")
	require.Truef(t, err == nil && installed, "package %s is not installed: .ci/realparts installs it", name)
	return version
}

// buildToxiproxy builds the server from the version that go.mod names.
func buildToxiproxy(t *testing.T) string {
	t.Helper()
	path := filepath.Join(newFolder(t).dir, "toxiproxy-server")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "github.com/Shopify/toxiproxy/v2/cmd/server")
	out, err := build.CombinedOutput()
	require.NoErrorf(t, err, "build toxiproxy: %s", out)
	return path
}

func moduleVersion(t *testing.T, program string) string {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	require.NoError(t, err)
	return info.Main.Version
}
