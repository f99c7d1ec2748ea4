package rttest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport/layer"
)

// A hedger is a small hedge that passes every check, except for its flaw, which is named after
// the check that finds it.
type hedger struct {
	passing

	flaw string
}

const (
	hedgeAfter = 20 * time.Millisecond
	mostHedges = 2
)

func hedging(flaw string) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper { return &hedger{passing{base}, flaw} }
}

func claimHedges() rttest.Option {
	return rttest.Hedges(rttest.Hedge{After: hedgeAfter, Max: mostHedges})
}

// A hedge without a flaw passes, so the others fail because of their flaws.
func TestAHedgeWithoutFlawPasses(t *testing.T) {
	t.Parallel()
	rttest.Run(t, hedging(""), claimHedges(), rttest.Unwraps())
}

// hedgeFaults holds one flaw for each check of hedges.
func hedgeFaults() (all []fault) {
	also := map[string][]string{
		"hedge-failure-loses": {"hedge-all-fail"},
		"hedge-fast-once":     {"sent-once"},
		"hedge-winner-whole":  {"hedge-goroutines-end"}, // which reads the responses
	}
	for _, c := range rttest.Checks() {
		if strings.HasPrefix(c.Name, "hedge-") {
			all = append(all, fault{check: c.Name, wrap: hedging(c.Name), options: []rttest.Option{claimHedges()}, also: also[c.Name]})
		}
	}
	return all
}

// A run is one call of a hedger.
type run struct {
	*hedger

	req     *http.Request
	results chan outcome
	cancels []context.CancelFunc
	over    chan struct{} // closed when the call returns
}

type outcome struct {
	leg      int
	resp     *http.Response
	err      error
	panicked any
}

func (o *outcome) failed() bool {
	return o.panicked == nil && (o.err != nil || o.resp.StatusCode == http.StatusServiceUnavailable)
}

func (h *hedger) RoundTrip(req *http.Request) (*http.Response, error) {
	empty := req.Body == nil || req.Body == http.NoBody
	switch {
	case req.Method != http.MethodGet && req.Method != http.MethodPut && h.flaw != "hedge-not-idempotent",
		!empty && req.GetBody == nil && h.flaw != "hedge-body-without-getbody",
		req.Header.Get("Upgrade") != "":
		return h.base.RoundTrip(req)
	}
	r := &run{hedger: h, req: req, results: make(chan outcome), over: make(chan struct{})}
	defer close(r.over)
	return r.run(empty)
}

func (r *run) run(empty bool) (*http.Response, error) {
	r.launch(r.req.Body)
	timer := time.NewTimer(hedgeAfter)
	defer timer.Stop()
	most := mostHedges
	if r.flaw == "hedge-count" {
		most++
	}
	var last *outcome
	for running := 1; ; {
		select {
		case o := <-r.results:
			if running--; !o.failed() || r.flaw == "hedge-failure-loses" {
				r.drop(last)
				return r.win(&o)
			}
			r.drop(last)
			last = &o
			if r.flaw == "hedge-fast-once" && len(r.cancels) == 1 && o.err != nil && empty {
				r.launch(r.req.Body)
				running++
			}
			if running == 0 && r.flaw == "hedge-all-fail" && len(r.cancels) > 1 && r.req.Context().Err() == nil {
				r.drop(last)
				return nil, errors.New("all requests have failed")
			}
			if running == 0 {
				return r.win(&o)
			}
		case <-timer.C:
			if len(r.cancels) > most {
				continue
			}
			body, err := r.another(empty)
			if err == nil {
				r.launch(body)
				running++
				timer.Reset(hedgeAfter)
			} else if r.flaw == "hedge-getbody-fails" {
				r.cancels[0]()
				return nil, err
			}
		}
	}
}

func (r *run) another(empty bool) (io.ReadCloser, error) {
	if empty || r.flaw == "hedge-body-without-getbody" && r.req.GetBody == nil {
		return http.NoBody, nil
	}
	return r.req.GetBody()
}

func (r *run) launch(body io.ReadCloser) {
	ctx, cancel := context.WithCancel(r.req.Context())
	r.cancels = append(r.cancels, cancel)
	leg := len(r.cancels)
	sent := r.req.WithContext(ctx)
	sent.Body = body
	go func() {
		o := outcome{leg: leg}
		func() {
			defer func() { o.panicked = recover() }()
			guard := layer.Link{Next: r.base}
			o.resp, o.err = guard.Send(sent)
		}()
		if r.flaw == "hedge-bodies" && leg > 1 {
			layer.CloseBody(body)
		}
		if r.flaw == "hedge-cancel" && leg > 1 && r.req.Context().Err() != nil {
			time.Sleep(60 * time.Millisecond) // virtual
		}
		select {
		case r.results <- o:
			return
		case <-r.over:
		}
		if r.flaw != "hedge-late-response" {
			r.drop(&o)
		}
		if r.flaw == "hedge-goroutines-end" {
			select {}
		}
	}()
}

func (r *run) drop(o *outcome) {
	if o != nil && o.resp != nil {
		layer.Drain(o.resp.Body, layer.DrainBytes, layer.DrainTime)
	}
}

func (r *run) win(o *outcome) (*http.Response, error) {
	if r.flaw == "hedge-first-response" && o.leg > 1 {
		time.Sleep(5 * time.Millisecond) // virtual
	}
	if o.panicked != nil {
		panic(o.panicked)
	}
	cancel := func() {
		for i, c := range r.cancels {
			if i+1 != o.leg {
				c()
			}
		}
	}
	if r.flaw != "hedge-losers-canceled" || o.resp == nil {
		cancel()
	}
	if o.resp == nil || r.flaw == "hedge-winner-whole" && len(r.cancels) > 1 {
		r.cancels[o.leg-1]()
	}
	if o.resp == nil {
		return nil, o.err
	}
	body := &hedgedBody{o.resp.Body, func() {
		cancel()
		r.cancels[o.leg-1]()
	}}
	o.resp.Body = body
	if w, ok := body.ReadCloser.(io.Writer); ok {
		o.resp.Body = struct {
			*hedgedBody
			io.Writer
		}{body, w}
	}
	return layer.Restore(o.resp, r.req), nil
}

type hedgedBody struct {
	io.ReadCloser

	then func()
}

func (c *hedgedBody) Close() error {
	defer c.then()
	return c.ReadCloser.Close()
}
