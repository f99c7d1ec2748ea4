package bench

import (
	"context"
	"net/http"
)

// A LoadRow is a contestant under load over loopback. Throughput is relative to
// headers set by hand.
type LoadRow struct {
	Name         string
	HTTP1, HTTP2 *Load
}

// A Load is what came of one protocol.
type Load struct {
	Throughput Ratio
	Opened     int64 // connections after the warm-up
}

// MeasureLoopback measures the throughput of full contestants at 64 goroutines.
// Each has a base of its own that keeps 64 idle connections; ours has the one
// that it makes by itself.
func MeasureLoopback(ctx context.Context, e Effort) ([]LoadRow, error) {
	one, err := load(ctx, e, false)
	if err != nil {
		return nil, err
	}
	two, err := load(ctx, e, true)
	if err != nil {
		return nil, err
	}
	var rows []LoadRow
	for _, c := range Contestants() {
		if c.Full != nil {
			rows = append(rows, LoadRow{Name: c.Name, HTTP1: one[c.Name], HTTP2: two[c.Name]})
		}
	}
	return rows, nil
}

// A stand is a contestant with a server of its own, so that the connections are
// its own as well.
type stand struct {
	*site

	base   *http.Transport
	runner Runner
}

func newStand(c Contestant, http2 bool) (stand, error) {
	s := stand{site: newSite(http2, small())}
	var err error
	if c.Module == ourModule {
		s.base, err = s.ourBase()
	} else {
		s.base, err = s.ownBase()
	}
	if err != nil {
		s.Close()
		return s, err
	}
	policy := noWaits()
	policy.Origin = s.URL
	client, err := c.Full(s.base, policy)
	s.runner = crowded(c.Name, s.URL+"/things", client)
	return s, err
}

func (s stand) end() {
	s.base.CloseIdleConnections()
	s.Close()
}

// load measures one protocol.
func load(ctx context.Context, e Effort, http2 bool) (map[string]*Load, error) {
	var stands []stand
	defer func() {
		for _, s := range stands {
			s.end()
		}
	}()
	var reference Runner
	var runners []Runner // the reference is one of them: its row shows the noise
	for _, c := range Contestants() {
		if c.Full == nil {
			continue
		}
		s, err := newStand(c, http2)
		if err != nil {
			return nil, err
		}
		stands, runners = append(stands, s), append(runners, s.runner)
		if c.Name == nameByHand {
			reference = s.runner
		}
		if err := s.warm(ctx, s.runner); err != nil {
			return nil, err
		}
		s.opened.Store(0)
	}
	ratios, _, err := Race(ctx, Wall(), e.Loop, reference, runners)
	if err != nil {
		return nil, err
	}
	loads := map[string]*Load{}
	for i, r := range runners {
		loads[r.Name] = &Load{Throughput: ratios[r.Name].inverse(), Opened: stands[i].opened.Load()}
	}
	return loads, nil
}

// inverse turns a ratio of times into one of throughputs.
func (r Ratio) inverse() Ratio { return Ratio{1 / r.High, 1 / r.Median, 1 / r.Low} }

// A ConnectionRow is how many connections a contestant opens for a thousand
// calls at 64 goroutines, with the base that it comes with.
type ConnectionRow struct {
	Name       string
	Cold, Warm float64 // the first thousand, and each thousand when there is one for each worker
}

// MeasureConnections counts the connections of contestants as shipped.
func MeasureConnections(ctx context.Context, e Effort) ([]ConnectionRow, error) {
	var rows []ConnectionRow
	for _, c := range append(Contestants(), officialSDK()) {
		if c.Shipped == nil {
			continue
		}
		row, err := connections(ctx, e, c)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func connections(ctx context.Context, e Effort, c Contestant) (ConnectionRow, error) {
	s := newSite(false, opsgenieSite())
	defer s.Close()
	client, err := c.Shipped(s.URL)
	if err != nil {
		return ConnectionRow{}, err
	}
	const warm = 4
	name := c.Name
	if name == nameByHand {
		name = "net/http default"
	}
	runner := crowded(name, s.URL+"/v2/alerts/a", client)
	if _, err := lap(ctx, Wall(), runner, e.Calls); err != nil {
		return ConnectionRow{}, err
	}
	cold := s.opened.Load()
	if err := s.warm(ctx, runner); err != nil {
		return ConnectionRow{}, err
	}
	s.opened.Store(0)
	if _, err := lap(ctx, Wall(), runner, warm*e.Calls); err != nil {
		return ConnectionRow{}, err
	}
	per := func(opened int64, calls int) float64 { return 1000 * float64(opened) / float64(calls) }
	return ConnectionRow{Name: name, Cold: per(cold, e.Calls), Warm: per(s.opened.Load(), warm*e.Calls)}, nil
}
