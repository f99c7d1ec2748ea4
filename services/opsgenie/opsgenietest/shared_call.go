package opsgenietest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A rawCall is one request to the server.
type rawCall struct {
	method  string
	arrived string // the path as it arrived, escaped
	host    string
	header  http.Header
	query   url.Values
	body    []byte
	tooLong bool
	id      string
	at      time.Time
	route   *rawRoute // nil if no route matches
	path    map[string]string
	allowed []string // if the method is wrong: the methods of the path
	entry   *Request // in the journal
}

// receive reads a request completely and records it in the journal. It returns an error
// if the body cannot be read.
func (e *engine) receive(w http.ResponseWriter, r *http.Request) (*rawCall, error) {
	c := &rawCall{method: r.Method, arrived: r.URL.EscapedPath(), host: r.Host, header: r.Header, query: r.URL.Query(), at: e.base.now().Time}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, e.cfg.maxBody))
	if _, c.tooLong = errors.AsType[*http.MaxBytesError](err); err != nil && !c.tooLong {
		return nil, err
	}
	c.body = body
	if path, inside := e.api.locate(c.arrived); inside {
		c.route, c.path, c.allowed = e.router.find(c.method, path)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c.id = e.base.dice.uuid()
	e.journal.enter(c)
	return c, nil
}

// decode decodes the JSON body into v. It returns 400 if the body is not JSON and 422 if
// it does not fit v.
func (c *rawCall) decode(v any) error {
	if !json.Valid(c.body) {
		return refuse(http.StatusBadRequest, "Request body is not valid JSON")
	}
	if trimmed := bytes.TrimSpace(c.body); trimmed[0] != '{' {
		return problems{"body": "Request body must be an object."}.err()
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		field := "body"
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			field = wrong.Field
		}
		return problems{field: "Value of [" + field + "] has the wrong type."}.err()
	}
	return nil
}

// choice returns a query parameter that must be one of values. The first is the default.
func (c *rawCall) choice(param string, values ...string) (string, error) {
	value := c.query.Get(param)
	if value == "" {
		return values[0], nil
	}
	if !slices.Contains(values, value) {
		return "", problems{param: "Must be one of " + strings.Join(values, ", ") + "."}.err()
	}
	return value, nil
}

// number returns a whole number in the query.
func (c *rawCall) number(p problems, name string, fallback, least, most int) int {
	text := c.query.Get(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	p.add(err != nil || n < least || n > most, name, "Must be a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+".")
	return n
}

// date returns the date in the query, or now if there is none.
func (c *rawCall) date(p problems, now Time) Time {
	text := c.query.Get("date")
	if text == "" {
		return now
	}
	t, ok := parseTime(text)
	p.add(!ok, "date", "Must be a time in ISO 8601.")
	return t
}
