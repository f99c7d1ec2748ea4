package apitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"

	"github.com/jarcoal/httpmock"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// A script responds to requests one after the other with the responses of its exchanges, and
// records the differences.
type script struct {
	repeat services.Repeat // of the first request

	mu     sync.Mutex
	begun  bool
	left   []Exchange
	faults []error
}

func (s *script) respond(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) == 0 {
		err := fmt.Errorf("%s %s was sent, and nothing was to be", req.Method, req.URL.RequestURI())
		s.faults = append(s.faults, err)
		return nil, err
	}
	next := s.left[0]
	s.left = s.left[1:]
	if !s.begun {
		s.begun = true
		s.faults = append(s.faults, s.compareRepeat(req)...)
	}
	s.faults = append(s.faults, next.differences(req)...)
	body, err := next.body()
	if err != nil {
		s.faults = append(s.faults, err)
		return nil, err
	}
	resp := httpmock.NewStringResponse(cmp.Or(next.Status, http.StatusOK), body)
	resp.Request = req
	resp.Header.Set("Content-Type", "application/json")
	for name, value := range next.Header {
		resp.Header.Set(name, value)
	}
	return resp, nil
}

// compareRepeat compares what the call says of a retry with the row.
func (s *script) compareRepeat(req *http.Request) (faults []error) {
	operation, ok := transport.Lookup[record.Operation](req.Context())
	added := req.Method == http.MethodPost || req.Method == http.MethodPatch
	if added && s.repeat == services.ByMethod {
		faults = append(faults, fmt.Errorf("%s %s must state SafeToRetry or RetryIfRefused", req.Method, req.URL.EscapedPath()))
	}
	if got := services.Repeat(operation.Repeat); !ok || got != s.repeat {
		faults = append(faults, fmt.Errorf("%s %s is %s, not %s", req.Method, req.URL.EscapedPath(), nameOf(got), nameOf(s.repeat)))
	}
	return faults
}

func nameOf(r services.Repeat) string {
	switch r {
	case services.ByMethod:
		return "ByMethod"
	case services.SafeToRetry:
		return "SafeToRetry"
	case services.RetryIfRefused:
		return "RetryIfRefused"
	}
	return fmt.Sprintf("Repeat(%d)", r)
}

func (e *Exchange) differences(req *http.Request) (faults []error) {
	method, target, _ := strings.Cut(e.Send, " ")
	path, query, _ := strings.Cut(target, "?")
	if req.Method != method || req.URL.EscapedPath() != path {
		faults = append(faults, fmt.Errorf("sent %s %s, not %s %s", req.Method, req.URL.EscapedPath(), method, path))
	}
	want, err := url.ParseQuery(query)
	if err != nil {
		faults = append(faults, fmt.Errorf("the row's query: %w", err))
	}
	got, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil || !reflect.DeepEqual(got, want) {
		faults = append(faults, fmt.Errorf("sent the query %q, not %q", req.URL.RawQuery, query))
	}
	var body []byte
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			faults = append(faults, fmt.Errorf("read the body: %w", err))
		}
		_ = req.Body.Close()
	}
	if e.Inspect != nil {
		if err := e.Inspect(req, body); err != nil {
			faults = append(faults, err)
		}
		if e.Body == "" {
			return faults
		}
	}
	if err := e.compare(req, body); err != nil {
		faults = append(faults, err)
	}
	return faults
}

// compare compares the body with the row's JSON, whatever the order of members.
func (e *Exchange) compare(req *http.Request, body []byte) error {
	if e.Body == "" {
		if len(body) > 0 {
			return fmt.Errorf("sent the body %s, not none", body)
		}
		return nil
	}
	var want, got any
	if err := json.Unmarshal([]byte(e.Body), &want); err != nil {
		return fmt.Errorf("the row's body: %w", err)
	}
	if err := json.Unmarshal(body, &got); err != nil || !reflect.DeepEqual(got, want) {
		return fmt.Errorf("sent the body %s, not %s", body, e.Body)
	}
	if kind := req.Header.Get("Content-Type"); kind != "application/json" {
		return fmt.Errorf("sent JSON as %q", kind)
	}
	return nil
}
