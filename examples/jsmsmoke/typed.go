package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
)

// A reader reads a response as a method of the client does, and returns the members that are not of
// the expected type.
type reader func(body string) ([]services.Mismatch, error)

// as reads a response into a T. Nothing is sent.
func as[T any](body string) ([]services.Mismatch, error) {
	again := &http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"application/json"}}
		return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})}
	core, err := services.New(again, "http://127.0.0.1", wire.Codec{})
	if err != nil {
		return nil, err
	}
	got, err := services.Do[T](context.Background(), core, "GET /again", nil, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return got.Meta.Mismatches, nil
}

// belowFree is the rest of a path below a member whose names were chosen by users.
var belowFree = regexp.MustCompile(`(\.details|Properties)\.\S+`)

// odd returns what to print of a response that the client does not read as it should.
func (s *smoke) odd(r read, body string) string {
	mismatches, err := r.as(body)
	if err != nil {
		return "\n     the client cannot read it: " + s.mask.text(err.Error())
	}
	var text strings.Builder
	for _, m := range mismatches {
		text.WriteString("\n     unexpected: " + belowFree.ReplaceAllString(m.String(), "$1.…"))
	}
	return text.String()
}
