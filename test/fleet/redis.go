package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

var errNoRedis = errors.New("there is no redis-server: apt-get install redis-server")

// A redisServer is a real redis-server on a port of loopback that no other program uses.
type redisServer struct {
	program, dir string
	addr, port   string
	cmd          *exec.Cmd
}

func newRedis(ctx context.Context, dir string) (*redisServer, string, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, "", errNoRedis
	}
	said, err := exec.CommandContext(ctx, program, "--version").Output() //nolint:gosec // the program is that of the PATH
	if err != nil {
		return nil, "", fmt.Errorf("%s --version: %w", program, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	defer listener.Close()
	addr := listener.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	return &redisServer{program: program, dir: dir, addr: addr, port: port}, version(string(said)), err
}

// version finds v=7.0.15 in what redis-server --version says.
func version(said string) string {
	for field := range strings.FieldsSeq(said) {
		if v, ok := strings.CutPrefix(field, "v="); ok {
			return v
		}
	}
	return "of unknown version"
}

// restart ends the server, and starts it without data.
func (r *redisServer) restart() error {
	if err := r.end(); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(r.dir, "redis.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	// Not by a context: it outlives a row.
	args := []string{"--bind", "127.0.0.1", "--port", r.port, "--save", "", "--appendonly", "no", "--dir", r.dir}
	r.cmd = exec.Command(r.program, args...) //nolint:noctx,gosec // see above; the program is that of the PATH
	r.cmd.Stdout, r.cmd.Stderr = log, log
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err = r.cmd.Start(); err != nil {
		r.cmd = nil
		return err
	}
	for range 1000 {
		conn, err := net.DialTimeout("tcp", r.addr, time.Second) //nolint:noctx // it is on loopback
		if err == nil {
			return conn.Close()
		}
		wait(context.Background(), 5*time.Millisecond)
	}
	return fmt.Errorf("redis-server does not listen on %s", r.addr)
}

// end kills the server.
func (r *redisServer) end() error {
	if r.cmd == nil {
		return nil
	}
	err := r.cmd.Process.Kill()
	_ = r.cmd.Wait()
	r.cmd = nil
	return err
}

func (r *redisServer) signal(s syscall.Signal) error { return r.cmd.Process.Signal(s) }
