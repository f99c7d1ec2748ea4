package rttest_test

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A cacher is a private cache in memory, with a flaw named after the check that finds it.
type cacher struct {
	passing

	flaw string

	mu   sync.Mutex
	kept map[string][]*entry // by URL
	read *strings.Reader     // the flaw of one body for all
	busy atomic.Int32        // the flaw of one caller at a time
}

// An entry is a stored response, with what a request must match to get it.
type entry struct {
	req    *http.Request
	resp   http.Response // without a body
	body   string
	stored time.Time
	age    time.Duration // that it came with
	fresh  time.Duration
}

func caches(flaw string) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper {
		return &cacher{passing: passing{base}, flaw: flaw, kept: map[string][]*entry{}}
	}
}

// flawed reports whether c has the flaw with this name.
func (c *cacher) flawed(name string) bool { return c.flaw == name }

func (c *cacher) RoundTrip(req *http.Request) (*http.Response, error) {
	if !c.answerable(req) {
		return c.passOn(req)
	}
	c.mu.Lock()
	e := c.find(req)
	c.mu.Unlock()
	now := time.Now()
	if e != nil && (e.current(now) < e.fresh || c.flawed("cache-stale")) {
		if req.Body != nil && !c.flawed("answer-closes-request-body") {
			_ = req.Body.Close()
		}
		return c.answer(e, req, now)
	}
	tag := ""
	if e != nil {
		tag = e.resp.Header.Get("Etag")
	}
	if tag == "" {
		return c.passOn(req)
	}
	return c.revalidate(e, req, tag)
}

// revalidate asks the base whether e is still valid.
func (c *cacher) revalidate(e *entry, req *http.Request, tag string) (*http.Response, error) {
	sent := req
	if !c.flawed("answer-leaves-request") {
		sent = req.Clone(req.Context())
	}
	sent.Header["If-None-Match"] = []string{tag}
	resp, err := c.base.RoundTrip(sent)
	if err != nil || resp == nil {
		return resp, err
	}
	if resp.StatusCode != http.StatusNotModified || c.flawed("cache-not-modified") {
		return c.keep(resp, req), nil
	}
	_ = resp.Body.Close()
	c.mu.Lock()
	renewed := *e
	renewed.stored = time.Now()
	c.put(&renewed)
	c.mu.Unlock()
	return c.answer(&renewed, req, renewed.stored)
}

// answerable reports whether a stored response may be used for a request.
func (c *cacher) answerable(req *http.Request) bool {
	h := req.Header
	return req.URL != nil && (req.Method == http.MethodGet || req.Method == http.MethodHead) && h.Get("If-None-Match") == "" &&
		(h.Get("Range") == "" || c.flawed("cache-partial-content")) && !has(h, "no-store")
}

// has reports whether a Cache-Control has a directive.
func has(h http.Header, directive string) bool {
	for part := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		if strings.TrimSpace(part) == directive {
			return true
		}
	}
	return false
}

// passOn calls the base and stores the response, or drops responses that it invalidates.
func (c *cacher) passOn(req *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(req)
	if err != nil || resp == nil || resp.Body == nil {
		return resp, err
	}
	switch {
	case c.answerable(req):
		return c.keep(resp, req), nil
	case req.Method != http.MethodGet && resp.StatusCode < 400 && !c.flawed("cache-invalidated"):
		c.mu.Lock()
		delete(c.kept, req.URL.String())
		c.mu.Unlock()
	}
	return resp, nil
}

// keep returns a response that is stored when its body has been read to the end.
func (c *cacher) keep(resp *http.Response, req *http.Request) *http.Response {
	resp.Request = req
	e := &entry{req: req, resp: *resp, stored: time.Now(), fresh: lifetime(resp.Header)}
	seconds, _ := strconv.Atoi(resp.Header.Get("Age"))
	e.age = time.Duration(seconds) * time.Second
	e.resp.Header, e.resp.Body = resp.Header.Clone(), nil
	if resp.Body == nil || !c.storable(resp, e) {
		return resp
	}
	resp.Body = &recording{ReadCloser: resp.Body, early: c.flawed("cache-interrupted"), done: func(body string) {
		e.body = body
		c.mu.Lock()
		defer c.mu.Unlock()
		c.put(e)
	}}
	return resp
}

func (c *cacher) storable(resp *http.Response, e *entry) bool {
	h := resp.Header
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		if !c.flawed("cache-partial-content") {
			return false
		}
	case http.StatusServiceUnavailable:
		if !c.flawed("cache-errors") || h.Get("Cache-Control") == "" {
			return false
		}
		e.resp.StatusCode = http.StatusOK
	default:
		return false
	}
	return e.fresh > 0 && !c.flawed("cache-hits") &&
		(!has(h, "no-store") || c.flawed("cache-no-store")) && (!has(h, "no-cache") || c.flawed("cache-no-cache"))
}

// lifetime returns how long a response is fresh.
func lifetime(h http.Header) time.Duration {
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), "max-age="); ok {
			seconds, _ := strconv.Atoi(value)
			return time.Duration(seconds) * time.Second
		}
	}
	until, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0
	}
	return time.Until(until)
}

func (e *entry) current(now time.Time) time.Duration { return e.age + now.Sub(e.stored) }

// put stores e, replacing an entry for the same requests.
func (c *cacher) put(e *entry) {
	id := e.req.URL.String()
	c.kept[id] = append(slices.DeleteFunc(c.kept[id], func(old *entry) bool { return c.fits(old, e.req) }), e)
}

func (c *cacher) find(req *http.Request) *entry {
	for _, e := range c.kept[req.URL.String()] {
		if c.fits(e, req) {
			return e
		}
	}
	return nil
}

// fits reports whether e matches the method and headers of req.
func (c *cacher) fits(e *entry, req *http.Request) bool {
	names := "Authorization"
	for _, line := range e.resp.Header.Values("Vary") {
		names += "," + line
	}
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		if name == "*" && !c.flawed("cache-vary-star") ||
			!slices.Equal(e.req.Header.Values(name), req.Header.Values(name)) {
			return false
		}
	}
	return e.req.Method == req.Method || c.flawed("cache-by-method")
}

var errBusy = errors.New("another caller is being answered")

// answer returns a new response for each request.
func (c *cacher) answer(e *entry, req *http.Request, now time.Time) (*http.Response, error) {
	if c.flawed("answer-concurrent") {
		defer c.busy.Add(-1)
		if c.busy.Add(1) > 1 {
			return nil, errBusy
		}
		time.Sleep(10 * time.Millisecond) // so that others come meanwhile
	}
	resp := e.resp
	resp.Header = e.resp.Header.Clone()
	if c.flawed("answer-responses-apart") { // a map of its own, since two writers at once end the process
		resp.Header = maps.Clone(e.resp.Header)
	}
	if !c.flawed("cache-age") {
		resp.Header["Age"] = []string{strconv.Itoa(int(e.current(now) / time.Second))}
	}
	if !c.flawed("answer-names-request") {
		resp.Request = req
	}
	resp.Body = io.NopCloser(strings.NewReader(e.body))
	if c.flawed("answer-bodies-apart") {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.read = cmp.Or(c.read, strings.NewReader(e.body))
		c.read.Reset(e.body)
		resp.Body = io.NopCloser(c.read)
	}
	return &resp, nil
}

// A recording body stores what was read, and reports it at the end.
type recording struct {
	io.ReadCloser

	early bool // the flaw of telling it when the body is closed, too
	text  strings.Builder
	done  func(string)
}

func (r *recording) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b)
	r.text.Write(b[:n])
	if errors.Is(err, io.EOF) {
		r.tell()
	}
	return n, err
}

func (r *recording) tell() {
	if r.done != nil {
		r.done(r.text.String())
	}
	r.done = nil
}

func (r *recording) Close() error {
	if r.early {
		r.tell()
	}
	return r.ReadCloser.Close()
}
