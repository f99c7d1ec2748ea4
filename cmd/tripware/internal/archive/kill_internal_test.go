package archive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// The variables by which a test tells this program to export instead of testing.
const (
	childURL        = "ARCHIVE_TEST_URL"
	childDir        = "ARCHIVE_TEST_DIR"
	childPostmortem = "ARCHIVE_TEST_POSTMORTEM"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := child(url, os.Getenv(childDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child exports an account until it is killed.
func child(url, dir string) error {
	client, err := opsgenie.New(opsgenietest.DefaultKey, opsgenie.WithBaseURL(url))
	if err != nil {
		return err
	}
	_, err = Export(context.Background(), client, dir, (&account{postmortem: os.Getenv(childPostmortem)}).everything())
	return err
}

func TestAnExportGoesOnAfterTwentyKills(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	dir := filepath.Join(t.TempDir(), "export")
	random := rand.New(rand.NewPCG(18, 20))
	self, err := os.Executable()
	require.NoError(t, err)
	rows := 0
	for kill := range 20 {
		reached := make(chan struct{})
		left := 35 + random.IntN(70) // requests, of which 30 or so are for lists; the export needs over 1,400
		count := account.Inject(opsgenietest.Fault{Kind: opsgenietest.Slow, Latency: time.Nanosecond, Times: opsgenietest.Always,
			Match: func(opsgenietest.Request) bool {
				if left--; left == 0 {
					close(reached)
				}
				return false
			}})
		c := exec.CommandContext(t.Context(), self)
		c.Env = append(os.Environ(), childURL+"="+account.URL, childDir+"="+dir, childPostmortem+"="+account.postmortem)
		c.Stderr = os.Stderr
		require.NoError(t, c.Start())
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case <-reached:
			timer := time.NewTimer(time.Duration(random.Int64N(int64(3 * time.Millisecond))))
			<-timer.C
			_ = c.Process.Kill() // SIGKILL; it may have ended by itself
			require.Error(t, <-ended, "kill %d", kill)
		case err := <-ended:
			require.NoError(t, err)
			t.Fatalf("the export ended before kill %d", kill)
		}
		count.Stop()
		now := journaled(t, dir)
		assert.GreaterOrEqual(t, now, rows, "a kill loses no row of the journal")
		rows = now
	}
	assert.Positive(t, rows)
	before := account.Received()
	m, err := Export(t.Context(), account.client(), dir, account.everything())
	require.NoError(t, err)
	assert.Empty(t, m.Missing)
	t.Logf("%d rows were there after 20 kills; %d requests for the rest of %d", rows, account.Received()-before, m.Rows)
	account.compare(opened(t, dir))
	v, err := Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.Empty(t, v.Broken)
	assert.Empty(t, v.Extra, "files that a killed program left")
}

// journaled returns how many rows a folder's journal has, whose files must be whole.
func journaled(t *testing.T, dir string) int {
	t.Helper()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, root.Close()) }()
	j := &journal{folder: &folder{disk: rootDisk{root}}, entries: map[string]Entry{}}
	if !j.exists() {
		return 0
	}
	require.NoError(t, j.read())
	for _, e := range j.entries {
		require.NoError(t, checkStored(root.FS(), e.Stored))
		for _, f := range e.Files {
			require.NoError(t, checkStored(root.FS(), f))
		}
	}
	return len(j.entries)
}
