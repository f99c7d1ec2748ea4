package faultsim

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strconv"
)

// A recorder is the http.ResponseWriter of a response that is sent at once.
type recorder struct {
	header http.Header
	sent   http.Header // the header as it was when the status was written
	status int         // 0 until then
	body   []byte
}

// Header returns the header, which changes until the status is written.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader sets the status. Informational ones are ignored, and so is all but the first.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status, r.sent = status, maps.Clone(r.header)
	}
}

// Write adds to the body.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body = append(r.body, p...)
	return len(p), nil
}

// Flush does nothing: handlers may call it.
func (r *recorder) Flush() {}

// record returns the response to a request whose body was read. req is not modified.
func (v *visit) record(req *http.Request, body []byte) *recorder {
	r := &recorder{header: http.Header{}}
	if v.server.handler != nil && v.fault.kind != kindStatus {
		asked := req.Clone(req.Context())
		asked.RequestURI, asked.Host = req.URL.RequestURI(), hostOf(req)
		asked.Body, asked.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		v.serve(r, asked)
	} else {
		v.serve(r, nil)
	}
	r.WriteHeader(http.StatusOK)
	return r
}

// serve writes the response to a request that the server received, but for a body that
// breaks off.
func (v *visit) serve(w http.ResponseWriter, req *http.Request) {
	addPairs(w.Header(), v.fault.headers)
	if v.server.handler != nil && v.fault.kind != kindStatus {
		v.server.handler.ServeHTTP(w, req)
		return
	}
	status, text := http.StatusOK, "ok\n"
	if v.fault.kind == kindStatus {
		status = v.fault.status
		text = strconv.Itoa(status) + " " + http.StatusText(status) + "\n"
	}
	w.Header()["Content-Type"] = []string{"text/plain; charset=utf-8"}
	w.WriteHeader(status)
	if bodyAllowed(status) {
		_, _ = io.WriteString(w, text) //nolint:gosec // it is of this package
	}
}

// bodyAllowed reports whether a response with the status may have a body (RFC 9110 section 6.4.1).
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
