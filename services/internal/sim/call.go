package sim

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

// A Call is one request to the server.
type Call struct {
	Method  string
	Arrived string // the path as it arrived, escaped
	Host    string
	Header  http.Header
	Query   url.Values
	Body    []byte
	TooLong bool
	ID      string
	At      time.Time
	Route   *Route // nil if no route matches
	Path    map[string]string
	Allowed []string // if the method is wrong: the methods of the path
	entry   *Request // in the journal
}

// receive reads a request completely and records it in the journal. It returns an error
// if the body cannot be read.
func (e *Engine) receive(w http.ResponseWriter, r *http.Request) (*Call, error) {
	c := &Call{Method: r.Method, Arrived: r.URL.EscapedPath(), Host: r.Host, Header: r.Header, Query: r.URL.Query(), At: e.Base.Now().Time}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, e.cfg.maxBody))
	if _, c.TooLong = errors.AsType[*http.MaxBytesError](err); err != nil && !c.TooLong {
		return nil, err
	}
	c.Body = body
	if path, inside := e.api.Locate(c.Arrived); inside {
		c.Route, c.Path, c.Allowed = e.Router.Find(c.Method, path)
	}
	e.Mu.Lock()
	defer e.Mu.Unlock()
	c.ID = e.Base.Dice.UUID()
	e.journal.enter(c)
	return c, nil
}

// Decode decodes the JSON body into v. It returns 400 if the body is not JSON and 422 if
// it does not fit v.
func (c *Call) Decode(v any) error {
	if !json.Valid(c.Body) {
		return Refuse(http.StatusBadRequest, "Request body is not valid JSON")
	}
	if trimmed := bytes.TrimSpace(c.Body); trimmed[0] != '{' {
		return Problems{"body": "Request body must be an object."}.Err()
	}
	if err := json.Unmarshal(c.Body, v); err != nil {
		field := "body"
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			field = wrong.Field
		}
		return Problems{field: "Value of [" + field + "] has the wrong type."}.Err()
	}
	return nil
}

// Choice returns a query parameter that must be one of values. The first is the default.
func (c *Call) Choice(param string, values ...string) (string, error) {
	value := c.Query.Get(param)
	if value == "" {
		return values[0], nil
	}
	if !slices.Contains(values, value) {
		return "", Problems{param: "Must be one of " + strings.Join(values, ", ") + "."}.Err()
	}
	return value, nil
}

// Number returns a whole number in the query.
func (c *Call) Number(p Problems, name string, fallback, least, most int) int {
	text := c.Query.Get(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	p.Add(err != nil || n < least || n > most, name, "Must be a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+".")
	return n
}

// Date returns the date in the query, or now if there is none.
func (c *Call) Date(p Problems, now Time) Time {
	text := c.Query.Get("date")
	if text == "" {
		return now
	}
	t, ok := ParseTime(text)
	p.Add(!ok, "date", "Must be a time in ISO 8601.")
	return t
}
