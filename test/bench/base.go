package bench

import (
	_ "embed"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// The server that responses from memory pretend to come from.
const (
	memoryOrigin = "https://api.example.com"
	memoryURL    = memoryOrigin + "/things"
)

//go:embed alert.json
var alertDocument string

const accepted = `{"result":"Request will be processed","took":0.04,"requestId":"3b5a9e70-1f42-4c68-9d27-c05e8f6a7b15"}`

// A tripper is a function that is a round tripper.
type tripper func(req *http.Request) (*http.Response, error)

func (t tripper) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// opsgenieHeader returns the headers of a response of the Opsgenie API.
func opsgenieHeader() http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, "X-Request-Id": {"3b5a9e70-1f42-4c68-9d27-c05e8f6a7b14"},
		"X-Ratelimit-State": {"OK"}, "X-Response-Time": {"0.021"},
	}
}

// instant responds at once, with the headers of the API and two bytes.
func instant() http.RoundTripper {
	return tripper(func(req *http.Request) (*http.Response, error) {
		return respond(req, http.StatusOK, opsgenieHeader(), "{}"), nil
	})
}

// respond makes a response from memory.
func respond(req *http.Request, status int, header http.Header, text string) *http.Response {
	return respondWith(req, status, header, io.NopCloser(strings.NewReader(text)), len(text))
}

func respondWith(req *http.Request, status int, header http.Header, body io.ReadCloser, length int) *http.Response {
	return &http.Response{
		Status: statusLine(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: body, ContentLength: int64(length), Request: req,
	}
}

// statusLine returns what net/http puts into a response's Status, without allocating.
func statusLine(status int) string {
	switch status {
	case http.StatusOK:
		return "200 OK"
	case http.StatusAccepted:
		return "202 Accepted"
	case http.StatusTooManyRequests:
		return "429 Too Many Requests"
	case http.StatusServiceUnavailable:
		return "503 Service Unavailable"
	}
	return http.StatusText(status)
}

// A script responds with its statuses in turn, over and over, each time with the
// headers of the API and 512 bytes. It reads and closes the bodies of requests, and counts what becomes of
// those of its responses.
type script struct {
	statuses []int
	text     string

	sent, drained, closed atomic.Int64
}

func newScript(statuses ...int) *script { return &script{statuses: statuses, text: document(512)} }

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := consume(req.Body); err != nil {
		return nil, err
	}
	status := s.statuses[int(s.sent.Add(1)-1)%len(s.statuses)]
	return respondWith(req, status, opsgenieHeader(), &watched{text: s.text, script: s}, len(s.text)), nil
}

// consume reads the body of a request to its end and closes it.
func consume(body io.ReadCloser) error {
	if body == nil || body == http.NoBody {
		return nil
	}
	_, err := io.Copy(io.Discard, body)
	_ = body.Close()
	return err
}

// document returns a JSON object of n bytes.
func document(n int) string {
	const frame = `{"text":""}`
	return `{"text":"` + strings.Repeat("x", n-len(frame)) + `"}`
}

// A watched body counts once when it was read to its end, and once when it was closed.
type watched struct {
	text          string
	script        *script
	ended, closed bool
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

// apiStatus returns the status and the body that a request of a typed call gets.
func apiStatus(req *http.Request) (int, string) {
	if req.Method == http.MethodPost {
		return http.StatusAccepted, accepted
	}
	return http.StatusOK, alertDocument
}

// api responds to typed calls from memory.
func api() http.RoundTripper {
	header := opsgenieHeader()
	return tripper(func(req *http.Request) (*http.Response, error) {
		if err := consume(req.Body); err != nil {
			return nil, err
		}
		status, text := apiStatus(req)
		return respond(req, status, header, text), nil
	})
}
