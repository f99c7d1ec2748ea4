package bench

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// Where answers from memory are said to come from.
const (
	memoryOrigin = "https://api.example.com"
	memoryURL    = memoryOrigin + "/things"
)

// A tripper is a function that answers.
type tripper func(req *http.Request) (*http.Response, error)

func (t tripper) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// instant answers at once, with the headers that the API has and two bytes.
func instant() http.RoundTripper {
	return tripper(func(req *http.Request) (*http.Response, error) {
		return answer(req, http.StatusOK, opsgenieHeader(), "{}"), nil
	})
}

// statusLine is what net/http has in a response's Status; it makes nothing.
func statusLine(status int) string {
	switch status {
	case http.StatusOK:
		return "200 OK"
	case http.StatusAccepted:
		return "202 Accepted"
	case http.StatusBadRequest:
		return "400 Bad Request"
	case http.StatusTooManyRequests:
		return "429 Too Many Requests"
	case http.StatusServiceUnavailable:
		return "503 Service Unavailable"
	}
	return http.StatusText(status)
}

// answer makes a response of memory.
func answer(req *http.Request, status int, header http.Header, body string) *http.Response {
	return bodied(req, status, header, io.NopCloser(strings.NewReader(body)), len(body))
}

func bodied(req *http.Request, status int, header http.Header, body io.ReadCloser, length int) *http.Response {
	return &http.Response{
		Status: statusLine(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: body, ContentLength: int64(length), Request: req,
	}
}

// A script answers with its statuses in turn, over and over, and with a body
// each, and counts what becomes of the bodies.
type script struct {
	statuses []int
	body     string

	sent, drained, closed atomic.Int64
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	status := s.statuses[int(s.sent.Add(1)-1)%len(s.statuses)]
	return bodied(req, status, http.Header{}, &watched{text: s.body, script: s}, len(s.body)), nil
}

// A watched body tells when it was read to its end, and when it was closed.
type watched struct {
	text   string
	script *script
	ended  bool
	closed bool
}

func (w *watched) Read(p []byte) (int, error) {
	n := copy(p, w.text)
	w.text = w.text[n:]
	if w.text != "" {
		return n, nil
	}
	if !w.ended {
		w.ended = true
		w.script.drained.Add(1)
	}
	return n, io.EOF
}

func (w *watched) Close() error {
	if !w.closed {
		w.closed = true
		w.script.closed.Add(1)
	}
	return nil
}

// document is a JSON object of n bytes.
func document(n int) string {
	const frame = `{"text":""}`
	return `{"text":"` + strings.Repeat("x", max(0, n-len(frame))) + `"}`
}
