package wire_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A server answers every request in the same way.
type server struct {
	status int
	header http.Header
	body   string
}

func (s server) RoundTrip(req *http.Request) (*http.Response, error) {
	header := s.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: s.status, Header: header, Body: io.NopCloser(strings.NewReader(s.body)), Request: req}, nil
}

func ask[T any](tb testing.TB, s server, route string) (*services.Result[T], error) {
	tb.Helper()
	codec := wire.Codec{Secrets: []redact.Secret{redact.NewSecret("t0k3n"), redact.NewSecret("bWU6dDBrM24=")}}
	client, err := services.New(&http.Client{Transport: s}, "https://api.atlassian.com/p", codec)
	require.NoError(tb, err)
	return services.Do[T](tb.Context(), client, route, nil, services.SafeToRetry)
}

func fixture(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	require.NoError(tb, err)
	return string(text)
}

type thing struct {
	ID string `json:"id"`
}

// Objects stand alone, lists are in a frame or alone, and an accepted request has an id.
func TestResponsesAreReadInEachForm(t *testing.T) {
	t.Parallel()
	one, err := ask[thing](t, server{200, http.Header{"Atl-Traceid": {"trace-1"}}, `{"id":"a","values":1,"requestId":"not of the call"}`}, "GET /v1/x")
	require.NoError(t, err)
	assert.Equal(t, thing{"a"}, one.Value)
	assert.Equal(t, "trace-1", one.Meta.RequestID)
	for _, body := range []string{`{"values":[{"id":"a"}],"links":{"next":null}}`, ` [{"id":"a"}]`, `{"platformTeams":[{"id":"a"}]}`} {
		many, err := ask[[]thing](t, server{200, nil, body}, "GET /v1/x")
		require.NoError(t, err, body)
		assert.Equal(t, []thing{{"a"}}, many.Value, body)
		assert.JSONEq(t, `[{"id":"a"}]`, string(many.Raw()), body)
		assert.Zero(t, many.Meta.Paging, body)
	}
	for status, body := range map[int]string{
		200: `{"requestId":"r","result":"ok","took":0.5,"data":{}}`, 201: `{"requestId":"r","result":"ok","took":0.5}`, 202: `{"result":"ok","took":0.5,"requestId":"r"}`,
	} {
		accepted, err := ask[services.None](t, server{status, nil, body}, "POST /v1/x")
		require.NoError(t, err, body)
		assert.Equal(t, []any{"r", "ok", 500 * time.Millisecond}, []any{accepted.Meta.RequestID, accepted.Meta.Result, accepted.Meta.Took}, body)
	}
	pong, err := ask[services.None](t, server{202, nil, `{"message":"PONG - Heartbeat received"}`}, "GET /v1/x")
	require.NoError(t, err)
	assert.Equal(t, "PONG - Heartbeat received", pong.Meta.Result)
	raw, err := ask[json.RawMessage](t, server{200, nil, `{"values":[7]}`}, "GET /v1/x")
	require.NoError(t, err)
	assert.JSONEq(t, `{"values":[7]}`, string(raw.Value), "an operation without a type here")
}

// Any 2xx is a success, with whatever body if the call expects none.
func TestAnySuccessWillDo(t *testing.T) {
	t.Parallel()
	for _, s := range []server{{200, nil, ""}, {204, nil, ""}, {201, nil, `null`}, {202, nil, `[]`}, {299, nil, `"deleted"`}} {
		_, err := ask[services.None](t, s, "DELETE /v1/x")
		require.NoError(t, err, "%d %s", s.status, s.body)
	}
	for _, body := range []string{``, `null`, `{"links":{}}`, `{"values":null}`, `<html>`, `7`, `{"values":7}`, `{"platformTeams":7}`, `{"platformTeams":null}`} {
		_, err := ask[[]thing](t, server{200, nil, body}, "GET /v1/x")
		require.ErrorIs(t, err, services.ErrResponse, "%q is no list", body)
	}
}

// S8: members of unexpected types are named where they are in the response.
func TestMismatchesAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	for body, path := range map[string]string{`{"values":[{"id":7}],"links":{"next":"/v1/x?offset=1"}}`: "values[0].id", `[{"id":7}]`: "[0].id", `{"platformTeams":[{"id":7}]}`: "platformTeams[0].id"} {
		got, err := ask[[]thing](t, server{200, nil, body}, "GET /v1/x")
		require.NoError(t, err, body)
		assert.Equal(t, []services.Mismatch{{Path: path, Got: "number"}}, got.Meta.Mismatches, body)
	}
	got, err := ask[[]thing](t, server{200, nil, `{"values":[],"links":7}`}, "GET /v1/x")
	require.NoError(t, err)
	assert.Equal(t, []services.Mismatch{{Path: "links", Got: "number"}}, got.Meta.Mismatches)
}

// S2: an error says what the server said, in each form of its body.
func TestErrorBodiesAreReadInEachForm(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		status int
		body   string
		want   services.Error
	}{
		{"a title", 400, fixture(t, "error_errors"), services.Error{Message: "Query is malformed", Kind: services.ErrInvalid}},
		{"a code", 404, fixture(t, "error_errors_code"), services.Error{Message: "Alert does not exist", Type: "NOT_FOUND", Kind: services.ErrNotFound}},
		{"a detail", 422, fixture(t, "error_errors_detail"), services.Error{Message: "size must be at most 100: size", Type: "UNPROCESSABLE", Kind: services.ErrInvalid}},
		{"the alert engine", 422, fixture(t, "error_legacy"), services.Error{
			Message: "Request body is not processable", Took: 4 * time.Millisecond, RequestID: "12345678-0000-4000-8000-000000000001", Kind: services.ErrInvalid,
		}},
		{"a code of five digits", 403, fixture(t, "error_opsgenie_access"), services.Error{
			Message: "Account does not have access to Opsgenie.", Code: 40301, Took: 62 * time.Millisecond, Kind: services.ErrForbidden,
		}},
		{"throttled", 429, fixture(t, "error_429"), services.Error{Message: "Rate limit exceeded", Kind: services.ErrThrottled}},
		{"the plan", 402, `{"errors":[{"title":"upgrade your pricing plan"}]}`, services.Error{Message: "upgrade your pricing plan", Kind: services.ErrPlan}},
		{"a page", 502, `<html>bad gateway</html>`, services.Error{Kind: services.ErrServer}},
		{"nothing", 401, ``, services.Error{Kind: services.ErrUnauthorised}},
		{"odd types", 400, `{"errors":[{"title":7,"code":8}],"code":"x"}`, services.Error{Message: `{"title":7,"code":8}`, Code: 8, Type: "x", Kind: services.ErrInvalid}},
		{"secrets", 401, `{"message":"t0k3n bWU6dDBrM24=","requestId":"t0k3n"}`, services.Error{Message: "*** ***", RequestID: "***", Kind: services.ErrUnauthorised}},
	} {
		_, err := ask[thing](t, server{row.status, nil, row.body}, "GET /v1/x")
		got, ok := errors.AsType[*services.Error](err)
		require.True(t, ok, row.name)
		said := services.Error{Message: got.Message, Code: got.Code, Type: got.Type, Took: got.Took, RequestID: got.RequestID, Kind: got.Kind}
		assert.Equal(t, row.want, said, row.name)
		assert.Equal(t, row.status, got.Status, row.name)
	}
	_, err := ask[thing](t, server{502, http.Header{"Content-Type": {"text/html"}}, `<html>`}, "GET /v1/x")
	require.ErrorContains(t, err, "response from api.atlassian.com is a web page (text/html)")
	_, err = ask[thing](t, server{404, http.Header{"Atl-Traceid": {"trace-2"}}, ``}, "GET /v1/x")
	require.ErrorContains(t, err, "[request trace-2")
}

// S3: only the 404 of a status says that a request waits.
func TestA404OfAStatusIsPending(t *testing.T) {
	t.Parallel()
	for route, kind := range map[string]error{
		"GET /v1/alerts/requests/r-1": services.ErrNotProcessed, "GET /v1/teams/t-1/requests/r-1": services.ErrNotProcessed,
		"GET /v1/alerts/r-1": services.ErrNotFound, "GET /v1/requests/r/x": services.ErrNotFound, "POST /v1/alerts/requests/r-1": services.ErrNotFound,
	} {
		_, err := ask[thing](t, server{404, nil, `{"errors":[{"title":"Request not found"}]}`}, route)
		require.ErrorIs(t, err, kind, route)
	}
	_, err := ask[thing](t, server{403, nil, ``}, "GET /v1/alerts/requests/r-1")
	require.ErrorIs(t, err, services.ErrForbidden)
}

// S2: a 401 for a missing scope is distinguished from an invalid credential, and names the
// scopes that the operation needs.
func TestAMissingScopeIsNamed(t *testing.T) {
	t.Parallel()
	_, err := ask[thing](t, server{401, nil, fixture(t, "error_scope")}, "DELETE /v1/alerts/x")
	require.ErrorIs(t, err, services.ErrUnauthorised)
	missing, ok := errors.AsType[*wire.ScopeError](err)
	require.True(t, ok)
	assert.Equal(t, []string{"read:ops-alert:jira-service-management", "delete:ops-alert:jira-service-management"}, missing.Scopes)
	assert.EqualError(t, err, "services: DELETE /v1/alerts/x: 401 (401): Unauthorized; scope does not match: the credential lacks a scope: "+
		"the operation needs read:ops-alert:jira-service-management and delete:ops-alert:jira-service-management")
	_, err = ask[thing](t, server{401, nil, fixture(t, "error_scope")}, "GET /v1/alerts/x/attachments")
	require.ErrorContains(t, err, "documents none for this operation: use auth.Basic with an API token")
	for _, s := range []server{{401, nil, `{"code":401,"message":"Unauthorized"}`}, {403, nil, `{"message":"scope does not match"}`}} {
		_, err = ask[thing](t, s, "GET /v1/alerts")
		_, ok = errors.AsType[*wire.ScopeError](err)
		assert.False(t, ok, s.body)
	}
}

// The scopes by rule are those of the table of operations. Where the table has the scope for
// reading alone for a change, the rule adds that for writing or deleting.
func TestScopesAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("../testdata/operations.tsv")
	require.NoError(t, err)
	compared, added := 0, 0
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if cells[4] != "ops" && cells[4] != "services" {
			continue
		}
		compared++
		route := cells[2] + " " + cells[3]
		documented := strings.Fields(cells[5])
		if cells[5] == "-" {
			documented = nil
		}
		got := wire.Scopes(route)
		if len(documented) == 1 && len(got) == 2 && got[0] == documented[0] {
			added++
			adding := slices.ContainsFunc([]string{"/policies", "/v1/roles", "/enable-ops"}, func(part string) bool { return strings.Contains(cells[3], part) })
			assert.True(t, adding, "%s: %s", route, got)
			continue
		}
		assert.Equal(t, documented, got, route)
	}
	assert.Equal(t, 171, compared)
	assert.Equal(t, 14, added)
}

// L1: the platform's headers, in the forms in which it sends them.
func TestReadLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, time.May, 5, 18, 1, 0, 0, time.UTC)
	for _, row := range []struct {
		name   string
		header http.Header
		hint   time.Duration // of a 429
		want   transport.RateLimit
	}{
		{"nothing", http.Header{}, 0, transport.RateLimit{}},
		{"a reset without seconds", http.Header{"X-Ratelimit-Reset": {"2024-05-05T18:02Z"}}, time.Minute, transport.RateLimit{Reset: time.Minute}},
		{"a reset with a zone", http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"2024-05-05T20:02:00+02:00"}, "X-Ratelimit-Limit": {"360000"}},
			time.Minute, transport.RateLimit{Limit: 360000, Reset: time.Minute, HasQuota: true}},
		{"Retry-After first", http.Header{"Retry-After": {"7"}, "X-Ratelimit-Reset": {"2024-05-05T18:02Z"}}, 7 * time.Second,
			transport.RateLimit{RetryAfter: 7 * time.Second, HasRetryAfter: true, Reset: time.Minute}},
		{"a structured field", http.Header{"Ratelimit": {`"global-app-quota";r=0;t=120`}, "Ratelimit-Policy": {`"global-app-quota";q=65000;w=3600`}}, 2 * time.Minute,
			transport.RateLimit{Reset: 2 * time.Minute, HasQuota: true}},
		{"reason, nearness and id", http.Header{"Ratelimit-Reason": {"jira-burst-based"}, "X-Ratelimit-Nearlimit": {" TRUE "}, "Atl-Traceid": {"t"}}, 0,
			transport.RateLimit{Reason: "jira-burst-based", NearLimit: true, RequestID: "t"}},
		{"Opsgenie's words do not apply", http.Header{"X-Ratelimit-State": {"THROTTLED"}, "X-Ratelimit-Period-In-Sec": {"60"}}, 0, transport.RateLimit{}},
		{"informational", http.Header{"Beta-Ratelimit": {`"x";r=0;t=9`}}, 0, transport.RateLimit{}},
	} {
		got := wire.ReadLimit(row.header, transport.ParseRateLimit(row.header, now))
		assert.Equal(t, row.want, got, row.name)
		assert.Equal(t, row.hint, got.Hint(429), row.name)
	}
}
