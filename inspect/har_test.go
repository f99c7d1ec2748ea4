package inspect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// A rule is what HAR 1.2 says of a member. docs/har-validate checks the same with a public
// schema.
type rule struct {
	kind     string // string, number, integer, date, array or object
	optional bool
	members  map[string]rule // of an object, or of each element of an array
}

func harRules() rule {
	pairs := rule{kind: "array", members: map[string]rule{"name": {kind: "string"}, "value": {kind: "string"}, "comment": {kind: "string", optional: true}}}
	text := rule{kind: "string", optional: true}
	timing := rule{kind: "number", optional: true}
	entry := rule{kind: "array", members: map[string]rule{
		"startedDateTime": {kind: "date"}, "time": {kind: "number"}, "cache": {kind: "object"},
		"request": {kind: "object", members: map[string]rule{
			"method": {kind: "string"}, "url": {kind: "string"}, "httpVersion": {kind: "string"}, "cookies": {kind: "array"}, "headers": pairs, "queryString": pairs,
			"headersSize": {kind: "integer"}, "bodySize": {kind: "integer"},
			"postData": {kind: "object", optional: true, members: map[string]rule{"mimeType": {kind: "string"}, "text": text, "comment": text}},
		}},
		"response": {kind: "object", members: map[string]rule{
			"status": {kind: "integer"}, "statusText": {kind: "string"}, "httpVersion": {kind: "string"}, "cookies": {kind: "array"}, "headers": pairs,
			"redirectURL": {kind: "string"}, "headersSize": {kind: "integer"}, "bodySize": {kind: "integer"},
			"content": {kind: "object", members: map[string]rule{"size": {kind: "integer"}, "mimeType": {kind: "string"}, "text": text, "comment": text}},
		}},
		"timings": {kind: "object", members: map[string]rule{
			"send": {kind: "number"}, "wait": {kind: "number"}, "receive": {kind: "number"}, "blocked": timing, "dns": timing, "connect": timing, "ssl": timing,
		}},
	}}
	return rule{kind: "object", members: map[string]rule{"log": {kind: "object", members: map[string]rule{
		"version": {kind: "string"}, "creator": {kind: "object", members: map[string]rule{"name": {kind: "string"}, "version": {kind: "string"}}}, "entries": entry,
	}}}}
}

var dateForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)$`)

// check returns what in v breaks the rule.
func (r rule) check(at string, v any) (faults []string) {
	is := func(ok bool) {
		if !ok {
			faults = append(faults, fmt.Sprintf("%s is %T %v, not a %s", at, v, v, r.kind))
		}
	}
	number, isNumber := v.(float64)
	text, isText := v.(string)
	object, isObject := v.(map[string]any)
	list, isList := v.([]any)
	switch r.kind {
	case "string":
		is(isText)
	case "date":
		is(dateForm.MatchString(text))
	case "number":
		is(isNumber && number >= -1)
	case "integer":
		is(isNumber && number == math.Trunc(number) && number >= -1)
	case "array":
		is(isList)
		for i, element := range list {
			if r.members != nil {
				faults = append(faults, rule{kind: "object", members: r.members}.check(fmt.Sprintf("%s[%d]", at, i), element)...)
			}
		}
	case "object":
		is(isObject)
		for name, member := range r.members {
			if value, has := object[name]; has {
				faults = append(faults, member.check(at+"."+name, value)...)
			} else if !member.optional {
				faults = append(faults, at+"."+name+" is missing")
			}
		}
		for name := range object {
			if _, known := r.members[name]; r.members != nil && !known && !strings.HasPrefix(name, "_") {
				faults = append(faults, at+"."+name+" is not in HAR 1.2")
			}
		}
	}
	return faults
}

// entries checks a HAR and returns its entries.
func entries(t *testing.T, data []byte) (list []map[string]any) {
	t.Helper()
	var har any
	require.NoError(t, json.Unmarshal(data, &har), "%s", data)
	require.Empty(t, harRules().check("har", har))
	all, _ := member(har, "log", "entries").([]any)
	for _, e := range all {
		entry, _ := e.(map[string]any)
		list = append(list, entry)
	}
	return list
}

// member returns a member of an object's members.
func member(v any, names ...string) any {
	for _, name := range names {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// A check that finds nothing must be one that would have found something.
func TestTheRulesOfHARFindFaults(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"log":{"version":1,"creator":{"name":"a","version":"1"},"entries":[]}}`, `{"log":{"creator":{"name":"a","version":"1"},"entries":[]}}`,
		`{"log":{"version":"1.2","creator":{"name":"a","version":"1"},"entries":[{}]}}`, `{"log":{"version":"1.2","creator":{"name":"a","version":"1"},"entries":[],"x":1}}`,
	} {
		var har any
		require.NoError(t, json.Unmarshal([]byte(text), &har))
		assert.NotEmpty(t, harRules().check("har", har), text)
	}
}

// T3: a HAR has an entry for each attempt, with its phases and the wait before it.
func TestHAR(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New(inspect.WithPhases(), inspect.WithBodies(16))
		c := client(t, in, script(
			step{dns: 2 * ms, connect: 3 * ms, tls: 10 * ms, wait: 20 * ms, status: 429, header: http.Header{"Retry-After": {"1"}}, body: body("slow down", 0)},
			step{reused: true, wait: 5 * ms, err: errReset},
			step{reused: true, wait: 40 * ms, status: 200, body: body(`{"token":"s3cr3t","more":"than sixteen bytes"}`, 7*ms)},
		))
		req := request(t, http.MethodPut, "https://api.example.com/v2/things?limit=5&q=a%20b&sig=s3cr3t", strings.NewReader("password=s3cr3t&a=b"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, _ := send(t, c, req)
		var data, kept bytes.Buffer
		require.NoError(t, inspect.WriteHAR(&data, nil, transport.CallOf(resp)))
		require.NoError(t, in.WriteHAR(&kept, nil))
		assert.Equal(t, withoutTimes(entries(t, data.Bytes())), withoutTimes(entries(t, kept.Bytes())), "from the record and from what is kept")
		assert.NotContains(t, data.String(), "s3cr3t")

		list := entries(t, data.Bytes())
		require.Len(t, list, 3)
		first, second, third := list[0], list[1], list[2]
		assert.Equal(t, map[string]any{"blocked": 0., "dns": 2., "connect": 13., "ssl": 10., "send": 0., "wait": 20., "receive": 0.}, first["timings"])
		assert.InDelta(t, 35, first["time"], 0.01)
		assert.InDelta(t, 1, first["_attempt"], 0)
		assert.Equal(t, "status 429", second["_waitReason"])
		assert.Equal(t, "backoff", second["_waitCause"])
		assert.Equal(t, "connection_reset", second["_errorClass"])
		assert.Contains(t, second["_error"], "reset by peer")
		assert.Equal(t, map[string]any{"blocked": 0., "dns": -1., "connect": -1., "ssl": -1., "send": 0., "wait": 40., "receive": 7.}, third["timings"])
		assert.Contains(t, member(third, "request", "queryString"), any(map[string]any{"name": "q", "value": "a b"}))
		assert.Contains(t, member(third, "request", "queryString"), any(map[string]any{"name": "sig", "value": "***"}))
		assert.Equal(t, map[string]any{
			"mimeType": "application/x-www-form-urlencoded", "text": "password=***&", "comment": "the beginning of 19 bytes",
		}, member(third, "request", "postData"))
		assert.Equal(t, map[string]any{
			"mimeType": "application/json", "size": 46., "text": `{"token":"***`, "comment": "the beginning of 46 bytes",
		}, member(third, "response", "content"))
	})
}

// An attempt that waited for the retry loop and then for the limiter has both waits.
func TestHAROfAnAttemptThatWaitedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New()
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.5, 1), ratelimit.WithJitter(func() float64 { return 0 }))
		c := client(t, in, script(step{status: 503}, step{status: 200}), tripware.WithLimiter(limiter))
		send(t, c, request(t, http.MethodGet, "https://a.example.com/", nil))
		var data bytes.Buffer
		require.NoError(t, in.WriteHAR(&data, nil))
		list := entries(t, data.Bytes())
		require.Len(t, list, 2)
		assert.InDelta(t, 2000, list[1]["_waitMs"], 1)
		assert.Equal(t, "backoff, limit", list[1]["_waitCause"])
		assert.Contains(t, list[1]["_waitReason"], "status 503, ")
	})
}

// withoutTimes drops what a record and a layer measure a moment apart.
func withoutTimes(list []map[string]any) []map[string]any {
	for _, e := range list {
		delete(e, "startedDateTime")
	}
	return list
}

// A call that was not sent, and one that is redirected, have their entries too.
func TestHAROfOtherEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inspect.New()
		c := client(t, in, script(step{wait: ms, status: 302, header: http.Header{"Location": {"https://b.example.com/to?code=s3cr3t"}}}, step{wait: ms, status: 200}))
		resp, _ := send(t, c, request(t, http.MethodGet, "https://a.example.com/from", nil))
		var data bytes.Buffer
		require.NoError(t, inspect.WriteHAR(&data, transport.CallOf(resp)))
		list := entries(t, data.Bytes())
		require.Len(t, list, 2)
		assert.Equal(t, "https://b.example.com/to?code=***", member(list[0], "response", "redirectURL"))

		data.Reset()
		refusing := func(http.RoundTripper) http.RoundTripper {
			return roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused: token=s3cr3t") })
		}
		rt := transport.Chain(roundTripper(memory), in.Calls(), refusing, in.Attempts())
		_, err := rt.RoundTrip(request(t, http.MethodGet, "https://a.example.com/never", nil))
		require.Error(t, err)
		require.NoError(t, in.WriteHAR(&data, func(s inspect.Summary) bool { return s.Outcome == "failure" && s.Host == "a.example.com" }))
		list = entries(t, data.Bytes())
		require.Len(t, list, 1)
		assert.Equal(t, "refused: token=***", list[0]["_error"])
		assert.InDelta(t, 0, list[0]["_attempt"], 0)
	})
}

// T3: a HAR is written entry by entry, and the writer's error ends it.
func TestHARReturnsTheErrorOfItsWriter(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	send(t, client(t, in, roundTripper(memory)), request(t, http.MethodGet, "https://a.example.com/", nil))
	full := errors.New("disk full")
	require.ErrorIs(t, in.WriteHAR(writer(func([]byte) (int, error) { return 0, full }), nil), full)
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
