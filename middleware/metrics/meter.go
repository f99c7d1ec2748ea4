package metrics

import (
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
)

// A meter is a response body that publishes a [BodyEvent] when it ends.
type meter struct {
	io.ReadCloser

	publisher *Publisher
	req       *http.Request
	begun     time.Time
	length    int64 // that the response announces, or -1

	mu    sync.Mutex // Close may be called during a Read
	event BodyEvent
	ended bool
}

// metered returns the body of resp with a meter.
func metered(p *Publisher, req *http.Request, resp *http.Response, e *CallEvent) io.ReadCloser {
	m := &wholeMeter{meter: meter{
		ReadCloser: resp.Body, publisher: p, req: req, begun: e.Begun, length: e.ResponseLength,
		event: BodyEvent{
			Common: e.Common, StatusCode: e.StatusCode,
			Method: e.Method, Host: e.Host, Port: e.Port, Scheme: e.Scheme, Proto: e.Proto, Hop: e.Hop,
		},
	}}
	if whole, ok := resp.Body.(record.WholeBody); ok {
		m.whole = whole
		return m
	}
	return &m.meter
}

// Read reads from the body and counts what was read.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.mu.Lock()
	if !m.ended {
		m.event.Read += int64(n)
	}
	m.mu.Unlock()
	if err != nil {
		m.end(err)
	}
	return n, err
}

// Close closes the body.
func (m *meter) Close() error {
	err := m.ReadCloser.Close()
	m.end(nil)
	return err
}

// end publishes the event when it is first called, with the error of a Read or nil.
func (m *meter) end(err error) {
	m.mu.Lock()
	if m.ended {
		m.mu.Unlock()
		return
	}
	m.ended = true
	e := m.event
	m.mu.Unlock()
	e.Duration = time.Since(m.begun)
	switch {
	case err == io.EOF: //nolint:errorlint // the contract of io.Reader
		e.Complete = true
	case err != nil:
		e.ErrorClass, e.Error = transport.ClassifyError(m.req, err), errorText(m.req, err)
	default:
		e.Complete = e.Complete || e.Read == m.length
	}
	m.publisher.Publish(m.req.Context(), e)
}

// A wholeMeter is the meter of a body that the retry loop has read. It is a
// [record.WholeBody] too.
type wholeMeter struct {
	meter

	whole record.WholeBody
}

// Whole returns all bytes of the body.
func (m *wholeMeter) Whole() []byte {
	all := m.whole.Whole()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.ended {
		m.event.Read, m.event.Complete = int64(len(all)), true
	}
	return all
}
