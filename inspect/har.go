package inspect

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
)

// WriteHAR writes calls to w as an HTTP Archive (HAR 1.2), which browsers and other tools
// open, with an entry for each attempt. The members that begin with an underscore are this
// package's own: _attempt, _transactionId, _route, and where they apply _waitMs, _waitCause
// and _waitReason of the waits before the attempt, _reason, _error and _errorClass. A call
// without an attempt has an entry with the status 0.
//
// Entries are written one by one. Secrets are masked, and only the headers whose values are
// kept are listed. WriteHAR returns the error of w. Nil calls are skipped.
func WriteHAR(w io.Writer, calls ...*transport.Call) error {
	a := newArchive(w)
	for _, call := range calls {
		if call == nil {
			continue
		}
		for _, hop := range hops(call) {
			a.write(storyOf(hop))
		}
		a.write(storyOf(call))
	}
	return a.close()
}

// WriteHAR writes the calls that are kept to w as an HTTP Archive, the oldest first; see the
// function [WriteHAR]. If keep is not nil, it writes only those for which keep returns true.
func (i *Inspector) WriteHAR(w io.Writer, keep func(Summary) bool) error {
	a := newArchive(w)
	i.mu.Lock()
	trips := i.kept(0)
	i.mu.Unlock()
	for _, t := range trips {
		if s := t.story(); keep == nil || keep(s.summary()) {
			a.write(s)
		}
	}
	return a.close()
}

func (s *story) summary() Summary {
	return Summary{
		TransactionID: s.id, Route: transport.Route(s.route), Method: s.method, Host: host(s.url), Outcome: s.outcome,
		StatusCode: s.status, ErrorClass: s.class, Attempts: s.made, Begun: s.begun, Elapsed: s.took,
	}
}

// An archive writes the entries of a HAR. The first error ends it.
type archive struct {
	w     *bufio.Writer
	count int
	err   error
}

func newArchive(w io.Writer) *archive {
	a := &archive{w: bufio.NewWriter(w)}
	a.text(`{"log":{"version":"1.2","creator":{"name":"tripware","version":"1"},"entries":[`)
	return a
}

func (a *archive) text(s string) {
	if a.err == nil {
		_, a.err = a.w.WriteString(s)
	}
}

func (a *archive) close() error {
	a.text("]}}\n")
	if a.err == nil {
		a.err = a.w.Flush()
	}
	if a.err != nil {
		return fmt.Errorf("inspect: write HAR: %w", a.err)
	}
	return nil
}

// write writes the entries of a call.
func (a *archive) write(s *story) {
	attempts := s.attempts
	if len(attempts) == 0 {
		attempts = []scene{{method: s.method, url: s.url, err: s.err, class: s.class, took: s.took}}
	}
	for i := range attempts {
		entry := s.entry(&attempts[i], i == len(attempts)-1)
		data, err := json.Marshal(entry)
		if err != nil {
			a.err = err
			return
		}
		if a.count++; a.count > 1 {
			a.text(",\n")
		}
		a.text(string(data))
	}
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`

	Attempt    int      `json:"_attempt"`
	ID         string   `json:"_transactionId"`
	Route      string   `json:"_route,omitzero"`
	WaitMs     *float64 `json:"_waitMs,omitzero"`
	WaitCause  string   `json:"_waitCause,omitzero"`
	WaitReason string   `json:"_waitReason,omitzero"`
	Reason     string   `json:"_reason,omitzero"`
	Error      string   `json:"_error,omitzero"`
	ErrorClass string   `json:"_errorClass,omitzero"`
}

type harRequest struct {
	Method      string      `json:"method"`
	URL         string      `json:"url"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []struct{}  `json:"cookies"`
	Headers     []harPair   `json:"headers"`
	Query       []harPair   `json:"queryString"`
	PostData    *harPayload `json:"postData,omitzero"`
	HeadersSize int         `json:"headersSize"`
	BodySize    int64       `json:"bodySize"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []struct{} `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harPayload `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// harPayload is the content of a response, or with a nil Size the data of a request.
type harPayload struct {
	Size     *int64 `json:"size,omitzero"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitzero"`
	Comment  string `json:"comment,omitzero"`
}

// harTimings are in milliseconds; -1 means that the phase does not apply or is unknown.
type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"` // with TLS
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
	TLS     float64 `json:"ssl"`
}

// entry returns the entry of an attempt. The last one has the body that the caller got.
func (s *story) entry(a *scene, last bool) harEntry {
	e := harEntry{
		Started: s.begun.Add(a.begun).UTC().Format("2006-01-02T15:04:05.000Z07:00"), Attempt: a.number, ID: s.id, Route: s.route,
		Error: a.err, ErrorClass: string(a.class),
	}
	var body *body
	if last {
		e.Reason = s.reason
		if body = &s.body; body.err != "" && e.Error == "" {
			e.Error, e.ErrorClass = body.err, string(body.class)
		}
	}
	e.addWaits(s.waits)
	e.Timings = a.timings(s.receive(last))
	e.Time = e.Timings.sum()
	e.Request, e.Response = a.harRequest(), a.harResponse(body)
	return e
}

// addWaits adds the waits before the attempt: one of the retry loop, say, and then one of the
// limiter.
func (e *harEntry) addWaits(waits []transport.Wait) {
	var sum time.Duration
	var causes, reasons []string
	for _, w := range waits {
		if w.Before == e.Attempt {
			sum, causes = sum+w.For, append(causes, w.Cause)
			if w.Reason != "" {
				reasons = append(reasons, w.Reason)
			}
		}
	}
	if causes != nil {
		e.WaitMs, e.WaitCause, e.WaitReason = new(millis(sum)), strings.Join(causes, ", "), strings.Join(reasons, ", ")
	}
}

// receive returns how long the caller read the response's body.
func (s *story) receive(last bool) time.Duration {
	if !last || !s.body.ended {
		return 0
	}
	return max(0, s.body.took-s.took)
}

func (a *scene) timings(receive time.Duration) harTimings {
	t := harTimings{Blocked: -1, DNS: -1, Connect: -1, TLS: -1, Wait: millis(a.took), Receive: millis(receive)}
	if !a.phased {
		return t
	}
	f := &a.phases
	t.Blocked, t.Send, t.Wait = millis(f.Blocked), millis(f.Send), millis(f.Wait+f.Head)
	if f.DNS > 0 {
		t.DNS = millis(f.DNS)
	}
	if f.Connect+f.TLS > 0 {
		t.Connect = millis(f.Connect + f.TLS)
	}
	if f.TLS > 0 {
		t.TLS = millis(f.TLS)
	}
	return t
}

// sum returns the time of the entry, of which ssl is a part of connect.
func (t *harTimings) sum() float64 {
	sum := t.Send + t.Wait + t.Receive
	for _, phase := range [...]float64{t.Blocked, t.DNS, t.Connect} {
		sum += max(0, phase)
	}
	return sum
}

func (a *scene) harRequest() harRequest {
	r := harRequest{
		Method: a.method, URL: a.url, HTTPVersion: version(a.proto), Cookies: []struct{}{}, Headers: pairs(a.request),
		Query: queryOf(a.url), HeadersSize: -1, BodySize: a.length,
	}
	if text, cut, ok := a.sent.shown(); ok {
		r.PostData = &harPayload{MimeType: show(valueOf(a.request, "Content-Type")), Text: text, Comment: a.sent.comment(cut)}
	}
	return r
}

func (a *scene) harResponse(last *body) harResponse {
	r := harResponse{
		Status: a.status, StatusText: http.StatusText(a.status), HTTPVersion: version(a.proto),
		Cookies: []struct{}{}, Headers: pairs(a.response),
		HeadersSize: -1, BodySize: -1, Content: harPayload{Size: new(int64(0)), MimeType: show(valueOf(a.response, "Content-Type"))},
	}
	for i := range a.response {
		if a.response[i].name == "Location" {
			r.RedirectURL = showField(&a.response[i])
		}
	}
	if last != nil && last.there {
		r.Content.Size = &last.read
		if last.complete {
			r.BodySize = last.read
		}
	}
	if text, cut, ok := a.got.shown(); ok {
		r.Content.Size, r.Content.Text, r.Content.Comment = new(a.got.length()), text, a.got.comment(cut)
	}
	return r
}

// comment says that a body was cut.
func (c *capture) comment(cut bool) string {
	if !cut {
		return ""
	}
	return fmt.Sprintf("the beginning of %d bytes", c.length())
}

func version(proto string) string {
	if proto == "" {
		return "unknown"
	}
	return proto
}

// pairs returns the headers whose values are kept.
func pairs(fields []field) []harPair {
	list := []harPair{}
	for i := range fields {
		if f := &fields[i]; f.kept {
			list = append(list, harPair{f.name, showField(f)})
		}
	}
	return list
}

// queryOf returns the parameters of a URL whose secrets are masked.
func queryOf(shown string) []harPair {
	list := []harPair{}
	_, query, found := strings.Cut(shown, "?")
	if !found {
		return list
	}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		list = append(list, harPair{decoded(name), decoded(value)})
	}
	return list
}
