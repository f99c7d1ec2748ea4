package inspect

import (
	"embed"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed page/index.html page/page.css page/page.js
var files embed.FS // it cannot be written to

// Handler returns the page of live calls: the running ones and what each of them waits for,
// the keys of limiters, budgets, and the calls that have ended. Mount it at any path that ends
// with a slash:
//
//	mux.Handle("/debug/calls/", in.Handler())
//
// A client whose Accept header does not have text/html, such as curl, gets the same as text,
// and so does a browser with the query ?text: one line for each call, limiter key and budget,
// with at most 200 running calls and the last 50 that have ended.
//
// Below the page are call?id=N, a JSON object with the timeline, the curl commands and the
// bodies of the call with this number (call?running=1&id=N if it runs); calls.har, an HTTP
// Archive of the calls that are kept; and events, the server-sent events that the page reads.
//
// By default it responds with 403 unless the peer is on loopback, the request's Host is a
// loopback name, and there is no Forwarded and no X-Forwarded-… header. A reverse proxy on the
// same machine that adds none of these and replaces the Host passes these checks, so do not
// publish the path through one. To let others in, use [WithAllow], which replaces all three
// checks.
//
// The page uses no script and no style from elsewhere. It shows no secrets: URLs, headers and
// errors are masked as package redact does it, and bodies are shown only with [WithBodies].
func (i *Inspector) Handler() http.Handler { return http.HandlerFunc(i.serve) }

func (i *Inspector) serve(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	switch {
	case i.fault != nil && local(r):
		http.Error(w, i.fault.Error(), http.StatusInternalServerError)
		return
	case i.fault != nil || !i.allow(r):
		http.Error(w, "inspect: only requests to a loopback name from this machine are allowed: use inspect.WithAllow to admit others",
			http.StatusForbidden)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "inspect: the page only answers GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	i.route(w, r)
}

// route serves the page, or what is below it, to a client that may see it.
func (i *Inspector) route(w http.ResponseWriter, r *http.Request) {
	name := path.Base("/" + r.URL.Path)
	if strings.HasSuffix(r.URL.Path, "/") || r.URL.Path == "" {
		name = ""
	}
	switch {
	case name == "" && wantsText(r):
		i.serveText(w)
	case name == "":
		serveFile(w, r, "index.html", "text/html; charset=utf-8")
	case name == "page.css":
		serveFile(w, r, name, "text/css; charset=utf-8")
	case name == "page.js":
		serveFile(w, r, name, "text/javascript; charset=utf-8")
	case name == "events":
		i.serveEvents(w, r)
	case name == "call":
		i.serveCall(w, r)
	case name == "calls.har":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Disposition", `attachment; filename="calls.har"`)
		_ = i.WriteHAR(w, nil) // the client has gone
	default:
		http.NotFound(w, r)
	}
}

func serveFile(w http.ResponseWriter, r *http.Request, name, kind string) {
	data, err := files.ReadFile("page/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data) //nolint:gosec // it is a file of this package; if writing fails, the client has gone
}

// detail is what the page shows of one call on request.
type detail struct {
	Timeline string   `json:"timeline"`
	Curl     []string `json:"curl"`
	Bodies   []string `json:"bodies,omitempty"`
}

// serveCall serves the detail of the call with the id in the query: the serial number of one
// that has ended, or with running=1 of one that runs.
func (i *Inspector) serveCall(w http.ResponseWriter, r *http.Request) {
	serial, err := strconv.ParseUint(r.URL.Query().Get("id"), 10, 64)
	if err != nil {
		http.Error(w, "inspect: the query needs the id of a call", http.StatusBadRequest)
		return
	}
	t := i.find(serial, r.URL.Query().Get("running") != "")
	if t == nil {
		http.Error(w, "inspect: the call is not kept any more", http.StatusNotFound)
		return
	}
	s := t.story()
	var b strings.Builder
	s.timeline(&b)
	d := detail{Timeline: b.String(), Curl: []string{}}
	for k := range s.attempts {
		a := &s.attempts[k]
		d.Curl = append(d.Curl, a.curl())
		for _, side := range [...]struct {
			name string
			*capture
		}{{"request", a.sent}, {"response", a.got}} {
			if text, cut, ok := side.shown(); ok {
				d.Bodies = append(d.Bodies, bodyTitle(a.number, side.name, side.capture, cut)+"\n"+text)
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(d); err != nil {
		return // the client has gone
	}
}

func bodyTitle(attempt int, side string, c *capture, cut bool) string {
	title := "#" + strconv.Itoa(attempt) + " " + side + ", " + strconv.FormatInt(c.length(), 10) + " bytes"
	if cut {
		title += ", cut"
	}
	return title
}

// find returns the trip with this number, or nil.
func (i *Inspector) find(serial uint64, running bool) (found *trip) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if running {
		for _, l := range [...]*list{&i.running, &i.reading} {
			for t := l.first; t != nil; t = t.next {
				if t.serial.Load() == serial {
					return t
				}
			}
		}
		return nil
	}
	for _, r := range i.rings() {
		r.all(func(t *trip) {
			if t.serial.Load() == serial {
				found = t
			}
		})
	}
	return found
}

func (i *Inspector) rings() [3]*ring { return [...]*ring{&i.recent, &i.slow, &i.failed} }
