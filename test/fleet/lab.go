package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// A lab has what rows run on.
type lab struct {
	dir     string
	program string // this command
	version string // of the redis-server
	redis   *redisServer
	proxies [2]*toxiproxy.Proxy // between each half of the fleet and the redis-server
}

func newLab(ctx context.Context) (*lab, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fleet-")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, program: program}
	if l.redis, l.version, err = newRedis(ctx, dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	silent := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	for i := range l.proxies {
		l.proxies[i] = toxiproxy.NewProxy(silent, fmt.Sprintf("half-%d", i), "127.0.0.1:0", l.redis.addr)
		if err = l.proxies[i].Start(); err != nil {
			return nil, errors.Join(err, l.redis.end(), os.RemoveAll(dir))
		}
	}
	return l, nil
}

func (l *lab) close() {
	for _, p := range l.proxies {
		if p.Enabled {
			p.Stop()
		}
	}
	_ = l.redis.end()
	_ = os.RemoveAll(l.dir)
}

// run runs a row: all processes start at the same time, and the row's fault comes while they
// run.
func (l *lab) run(ctx context.Context, r row) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := l.redis.restart(); err != nil {
		return result{}, err
	}
	server, err := l.start(ctx, serverRole)
	if err != nil {
		return result{}, err
	}
	defer server.end()
	addr, err := server.line()
	if err != nil {
		return result{}, err
	}
	base := &url.URL{Scheme: "http", Host: addr}
	clients, err := l.fleet(ctx, &r, base)
	defer func() {
		for _, c := range clients {
			c.end()
		}
	}()
	if err != nil {
		return result{}, err
	}
	got := result{row: r}
	if got.reports, err = l.drive(ctx, &r, base, clients); err != nil {
		return result{}, err
	}
	got.counts, err = countsOf(ctx, base)
	return got, err
}

// fleet starts the clients, and returns when all are ready.
func (l *lab) fleet(ctx context.Context, r *row, base *url.URL) (clients []*process, err error) {
	for i := range processes {
		c, err := l.start(ctx, clientRole)
		if err != nil {
			return clients, err
		}
		clients = append(clients, c)
		err = c.send(job{
			Process: i, URL: base.JoinPath("thing").String(), Redis: l.proxies[i%2].Listen, Kind: r.kind, Push: r.push,
			Calls: r.calls[i], Every: r.every,
		})
		if err != nil {
			return clients, err
		}
	}
	for _, c := range clients {
		if said, err := c.line(); err != nil || said != "ready" {
			return clients, fmt.Errorf("a client said %q: %w", said, err)
		}
	}
	return clients, nil
}

// drive lets the clients work, and returns their reports.
func (l *lab) drive(ctx context.Context, r *row, base *url.URL, clients []*process) ([]report, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	faulty := make(chan error, 1)
	go func() { faulty <- l.meddle(ctx, r, base) }()
	for _, c := range clients {
		if err := c.send(true); err != nil {
			return nil, err
		}
	}
	reports := make([]report, len(clients))
	faults := make([]error, len(clients))
	var all sync.WaitGroup
	for i, c := range clients {
		all.Go(func() {
			var said string
			if said, faults[i] = c.line(); faults[i] == nil {
				faults[i] = json.Unmarshal([]byte(said), &reports[i])
			}
		})
	}
	all.Wait()
	cancel()
	return reports, errors.Join(errors.Join(faults...), <-faulty)
}

// meddle does what goes wrong in the row.
func (l *lab) meddle(ctx context.Context, r *row, base *url.URL) error {
	if r.fault == nil {
		return nil
	}
	if !wait(ctx, r.after) {
		return nil
	}
	return r.fault(ctx, l, base)
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func countsOf(ctx context.Context, base *url.URL) (counts, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("counts").String(), http.NoBody)
	if err != nil {
		return counts{}, err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return counts{}, err
	}
	defer resp.Body.Close()
	var got counts
	return got, json.NewDecoder(resp.Body).Decode(&got)
}

// A process is this command in another role.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader
}

func (l *lab) start(ctx context.Context, role string) (*process, error) {
	cmd := exec.CommandContext(ctx, l.program, role) //nolint:gosec // it is this program
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

func (p *process) send(v any) error { return json.NewEncoder(p.in).Encode(v) }

func (p *process) line() (string, error) {
	text, err := p.lines.ReadString('\n')
	return strings.TrimSpace(text), err
}

// end closes the input of the process, which ends it.
func (p *process) end() {
	_ = p.in.Close()
	_ = p.cmd.Wait() // its report tells of failures
}
