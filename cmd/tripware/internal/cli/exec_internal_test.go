package cli

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A command finds programs in the folders of PATH, then in that of this program, and never in
// the current one.
func TestTheFolderOfTheProgramIsTheLastInPath(t *testing.T) { //nolint:paralleltest // it sets the environment
	for path, want := range map[string]string{
		"": "PATH=/opt/tripware", "/bin": "PATH=/bin" + string(os.PathListSeparator) + "/opt/tripware",
	} {
		t.Setenv("PATH", path)
		run := &exec.Cmd{}
		findBeside(run, "/opt/tripware")
		assert.Equal(t, []string{want}, run.Env)
	}
}
