//go:build realparts && linux

package realparts_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	startWithin = 15 * time.Second
	endWithin   = 5 * time.Second
	pollEach    = 10 * time.Millisecond
)

// A folder is where a part finds its files and writes its logs. Parts started by
// root run as nobody, some because they insist, and then the folder is nobody's:
// that is why it is not t.TempDir, whose parent only its owner may enter.
type folder struct {
	dir   string
	owner *syscall.Credential // nil: ours
}

func newFolder(t *testing.T) folder {
	t.Helper()
	dir, err := os.MkdirTemp("", "realparts-") //nolint:usetesting // see above
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f := folder{dir: dir}
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		require.NoError(t, err)
		uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
		require.NoError(t, err)
		f.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	f.hand(t, dir)
	return f
}

// hand gives a file to the user that the part runs as.
func (f folder) hand(t *testing.T, path string) {
	t.Helper()
	if f.owner != nil {
		require.NoError(t, os.Chown(path, int(f.owner.Uid), int(f.owner.Gid)))
	}
}

func (f folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f folder) write(t *testing.T, name, text string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(f.path(name), []byte(text), 0o600))
	f.hand(t, f.path(name))
	return f.path(name)
}

func (f folder) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(f.path(name))
	if os.IsNotExist(err) {
		return ""
	}
	require.NoError(t, err)
	return string(text)
}

// A process is a part that runs.
type process struct {
	folder folder
	out    *output
	pid    int
	ended  <-chan struct{}
}

// start runs a program until the test ends. It returns when all the addresses
// accept connections.
func (f folder) start(t *testing.T, addrs []string, program string, args ...string) *process {
	t.Helper()
	out := new(output)
	// Not by a context, which would kill: it is asked to end first.
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = f.dir, out, out
	cmd.WaitDelay = endWithin // a child of its own may hold the pipe
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: f.owner, Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how a part ends is not what is tested
	}()
	p := &process{folder: f, out: out, pid: cmd.Process.Pid, ended: ended}
	t.Cleanup(func() {
		p.stop(t, cmd.Process)
		if t.Failed() {
			p.show(t, program)
		}
	})
	for _, addr := range addrs {
		p.await(t, program, addr)
	}
	return p
}

// await dials until someone answers, the process ends, or time is up.
func (p *process) await(t *testing.T, program, addr string) {
	t.Helper()
	tick := time.NewTicker(pollEach)
	defer tick.Stop()
	timeout := time.After(startWithin)
	for {
		if conn, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-p.ended:
			require.Failf(t, "it ended", "%s, before it listened on %s", program, addr)
		case <-timeout:
			require.Failf(t, "it is not ready", "%s does not listen on %s within %s", program, addr, startWithin)
		case <-tick.C:
		}
	}
}

// requireSaid demands that the part printed text n times: what it prints comes a
// little after what it does.
func (p *process) requireSaid(t *testing.T, text string, n int) {
	t.Helper()
	require.Eventuallyf(t, func() bool { return strings.Count(p.out.String(), text) == n }, endWithin, pollEach, "%d times %q", n, text)
}

// stop ends the process: it is asked, and after a while made to.
func (p *process) stop(t *testing.T, child *os.Process) {
	t.Helper()
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = child.Signal(signal) // one that ended already cannot be told
		select {
		case <-p.ended:
			return
		case <-time.After(endWithin):
		}
	}
	select { // the pipe of a killed one may be held for WaitDelay
	case <-p.ended:
	case <-time.After(endWithin):
		t.Errorf("process %d does not end", p.pid)
	}
}

// show logs what the part said.
func (p *process) show(t *testing.T, program string) {
	t.Helper()
	t.Logf("%s said:\n%s", program, p.out)
	logs, _ := filepath.Glob(p.folder.path("*.log"))
	for _, log := range logs {
		t.Logf("%s %s:\n%s", program, filepath.Base(log), p.folder.read(t, filepath.Base(log)))
	}
}

// An output gathers what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return n
}
