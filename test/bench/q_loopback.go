package bench

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	titleLoopback = "Throughput over loopback"

	colHTTP1       = "HTTP/1.1: throughput"
	colHTTP1Opened = "HTTP/1.1: opened"
	colHTTP2       = "HTTP/2: throughput"
	colHTTP2Opened = "HTTP/2: opened"
)

// overLoopback asks what a full contestant costs when calls cross a socket.
func overLoopback() question {
	return question{
		title: titleLoopback,
		text: "Full contestants at 64 goroutines against a server in the same process. Each has its own server and its own base, " +
			"which keeps 128 idle connections; Tripware has the base that it makes by itself. Throughput is relative to headers " +
			"set by hand, whose own row shows the noise. *Opened* counts new connections after a warm-up in which 64 calls were " +
			"in flight at once.",
		columns: []column{{colHTTP1, ratio}, {colHTTP1Opened, number}, {colHTTP2, ratio}, {colHTTP2Opened, number}},
		measure: func(ctx context.Context, l lab) ([]row, error) {
			one, err1 := throughput(ctx, l.crowd(500, 45*time.Second), false)
			two, err2 := throughput(ctx, l.crowd(500, 20*time.Second), true)
			if err := firstOf(err1, err2); err != nil {
				return nil, err
			}
			for i := range one {
				one[i].values = append(one[i].values, two[i].values...)
			}
			return one, nil
		},
	}
}

// A stall is a contestant with its own server and connections.
type stall struct {
	*site

	base   *http.Transport
	runner runner
}

func newStall(c contestant, http2 bool) (*stall, error) {
	s := &stall{site: newSite(http2, small())}
	var err error
	if c.module == ourModule {
		s.base, err = s.ourBase()
	} else {
		s.base, err = s.plainBase()
	}
	if err != nil {
		return s, err
	}
	p := noWaits()
	p.origin = s.URL
	sender, err := c.full(s.base, p)
	s.runner = together(c.name, workers, func(ctx context.Context) error { return ok(sender.get(ctx, s.URL+"/things")) })
	return s, err
}

func (s *stall) close() {
	if s.base != nil {
		s.base.CloseIdleConnections()
	}
	s.Close()
}

// throughput measures the throughput and the new connections over one protocol.
func throughput(ctx context.Context, p pace, http2 bool) ([]row, error) {
	var stalls []*stall
	defer func() {
		for _, s := range stalls {
			s.close()
		}
	}()
	var reference runner
	var runners []runner
	for _, c := range contestants() {
		if c.full == nil {
			continue
		}
		s, err := newStall(c, http2)
		stalls = append(stalls, s)
		if err := errors.Join(err, s.warm(ctx, s.runner)); err != nil {
			return nil, err
		}
		s.opened.Store(0)
		runners = append(runners, s.runner)
		if c.name == nameByHand {
			reference = s.runner
		}
	}
	found, err := race(ctx, p, reference, runners)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(runners))
	for i, r := range runners {
		rows[i] = row{name: r.name, values: []value{found.ratios[r.name].inverse(), exact(float64(stalls[i].opened.Load()))}}
	}
	return rows, nil
}

// connections asks how many connections a contestant opens with its own base.
func connections() question {
	return question{
		title: "Connections as shipped",
		text: "Connections opened per 1,000 calls at 64 goroutines over HTTP/1.1, with the base that each contestant comes " +
			"with: in the first thousand calls of a new client, and in the thousands after a warm-up as above. rehttp and " +
			"failsafe-go come with the default of net/http.",
		columns: columnsOf(number, "cold", "warm"),
		measure: func(ctx context.Context, l lab) ([]row, error) {
			var rows []row
			for _, c := range append(contestants(), officialSDK()) {
				if c.shipped == nil {
					continue
				}
				values, err := opened(ctx, l.pick(1000, 2*workers), c)
				if err != nil {
					return nil, err
				}
				name := c.name
				if name == nameByHand {
					name = "net/http default"
				}
				rows = append(rows, row{name: name, values: values})
			}
			return rows, nil
		},
	}
}

func opened(ctx context.Context, calls int, c contestant) ([]value, error) {
	const warm = 4
	s := newSite(false, apiSite())
	defer s.Close()
	sender, err := c.shipped(s.URL)
	if err != nil {
		return nil, err
	}
	r := together(c.name, workers, func(ctx context.Context) error { return ok(sender.get(ctx, s.URL+"/v2/alerts/a")) })
	if err := r.run(ctx, calls); err != nil {
		return nil, err
	}
	cold := s.opened.Load()
	if err := s.warm(ctx, r); err != nil {
		return nil, err
	}
	s.opened.Store(0)
	err = r.run(ctx, warm*calls)
	thousands := float64(calls) / 1000
	return exactly(float64(cold)/thousands, float64(s.opened.Load())/thousands/warm), err
}
