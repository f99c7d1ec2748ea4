package alert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
)

var codec = wire.Codec{}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(creations(), writes(), refusals(), reads(), statuses(), lists(), entries(), attachments()))
}

func when(text string) shape.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return shape.Time{Time: parsed}
}

// disk is the alert of the fixtures.
func disk() alert.Alert {
	return alert.Alert{
		ID: id, TinyID: "42", Alias: "disk-full-host1", Message: "Disk is full", Description: "Volume /data at 97 %", Status: "open", Seen: true,
		Count: 3, CreatedAt: when("2026-11-27T08:00:00.123Z"), UpdatedAt: when("2026-11-27T08:05:00Z"), LastOccuredAt: when("2026-11-27T08:04:59.5Z"),
		Entity: "host1", Source: "demo", Owner: "Demo User", Priority: shape.P2,
		Responders: []shape.Responder{shape.TeamByID("aaaaaaaa-0000-4000-8000-000000000001")},
		Actions:    []string{"Restart"}, Tags: []string{"disk", "demo"}, Details: map[string]string{"region": "eu"},
		IntegrationType: "API", IntegrationName: "Demo API",
	}
}

func reads() []row {
	get := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, alert.ByID(id))) }
	return []row{
		{Name: "Get", Call: get, Exchange: exact("GET "+at, "", 200, "alert_get"), Want: disk()},
		{
			Name: "Get/the other spelling, and an unknown status",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.Get(ctx, alert.ByID(id))
				if err != nil {
					return nil, err
				}
				return []any{got.Value.LastOccurred().Unix(), got.Value.Status, string(got.Raw())}, nil
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at, Answer: ` {"id":"a","lastOccurredAt":"1970-01-01T00:00:07+0000","status":"paused","more":[1]} `},
			Want:     []any{int64(7), "paused", `{"id":"a","lastOccurredAt":"1970-01-01T00:00:07+0000","status":"paused","more":[1]}`},
		},
		{ // S8: members of unexpected types do not fail the call.
			Name: "Get/members of other types",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.Get(ctx, alert.ByID(id))
				if err != nil {
					return nil, err
				}
				return []any{got.Value.ID, got.Meta.Mismatches}, nil
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at, Answer: `{"id":"a","tinyId":42,"count":"3"}`},
			Want:     []any{"a", []services.Mismatch{{Path: "tinyId", Got: "number"}, {Path: "count", Got: "string"}}},
		},
		{
			Name: "GetByAlias",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetByAlias(ctx, "disk/host1&a=b"))
			},
			Exchange: exact("GET /v1/alerts/alias?alias=disk%2Fhost1%26a%3Db", "", 200, "alert_by_alias"),
			Want:     disk(),
		},
		{Name: "Get/not found", Call: get, Exchange: apitest.Exchange{Send: "GET " + prefix + at, Status: 404, Answer: `{"errors":[{"title":"Alert does not exist"}]}`}, Err: services.ErrNotFound},
		{Name: "Get/the plan", Call: get, Exchange: apitest.Exchange{Send: "GET " + prefix + at, Status: 402, Answer: `{"errors":[{"title":"upgrade"}]}`}, Err: services.ErrPlan},
		{Name: "Get/a list", Call: get, Exchange: apitest.Exchange{Send: "GET " + prefix + at, Answer: `[]`}, Err: services.ErrResponse},
		{Name: "Get/null", Call: get, Exchange: apitest.Exchange{Send: "GET " + prefix + at, Answer: `null`}, Err: services.ErrResponse},
		{Name: "Get/nothing", Call: get, Exchange: apitest.Exchange{Send: "GET " + prefix + at}, Err: services.ErrResponse},
	}
}

// S4: a status is asked for once; any 404 means that the request was not processed yet.
func statuses() []row {
	get := func(ctx context.Context, s service) (any, error) {
		return apitest.Value(s.GetRequestStatus(ctx, "r-1"))
	}
	const path = "GET /v1/alerts/requests/r-1"
	return []row{
		{Name: "GetRequestStatus", Call: get, Exchange: exact(path, "", 200, "request_status_done"), Want: alert.RequestStatus{
			IsSuccess: true, Action: "Create", Status: "Created alert", ProcessedAt: when("2026-11-27T08:00:00.456Z"),
			IntegrationID: "ffffffff-0000-4000-8000-000000000001", AlertID: id, Alias: "disk-full-host1",
		}},
		{Name: "GetRequestStatus/failed is no error of the question", Call: get, Exchange: exact(path, "", 200, "request_status_failed"), Want: alert.RequestStatus{
			Action: "Acknowledge", Status: "Alert does not exist", ProcessedAt: when("2026-11-27T08:00:02Z"), IntegrationID: "ffffffff-0000-4000-8000-000000000001",
		}},
		{Name: "GetRequestStatus/not processed yet", Call: get, Exchange: exact(path, "", 404, "request_status_pending"), Err: services.ErrNotProcessed},
	}
}

var errStuck = errors.New("stuck")

func lists() []row {
	const first = "GET /v1/alerts?query=status%3A+open&offset=4&size=2&sort=priority&order=asc&from=1&to=2"
	request := alert.ListRequest{Query: "status: open", Offset: 4, Limit: 2, Sort: alert.SortPriority, Order: shape.Ascending, From: 1, To: 2}
	const second = "GET /v1/alerts?offset=20&size=20&sort=insertedAt&order=desc&query=status%3A+open&from=1&to=2" // also what the link lacks
	all := func(in alert.ListRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) {
			items, err := apitest.Collect(s.All(ctx, in))
			return len(items), err
		}
	}
	bare := apitest.Exchange{Send: "GET " + prefix + "/v1/alerts?size=100", Answer: `[{"id":"a"},{"id":"b"}]`}
	return []row{
		{
			Name:     "List",
			Call:     func(ctx context.Context, s service) (any, error) { return s.List(ctx, request) },
			Exchange: exact(first, "", 200, "alert_list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				page, ok := got.(*services.Result[[]alert.Alert])
				require.True(tb, ok)
				require.Len(tb, page.Value, 2)
				assert.Equal(tb, disk(), page.Value[0])
				assert.Equal(tb, "/v1/alerts?offset=20&size=20&sort=insertedAt&order=desc&query=status%3A+open&from=1&to=2", string(page.Meta.Paging.Next))
			},
		},
		{Name: "List/no values", Call: all(alert.ListRequest{}), Exchange: apitest.Exchange{Send: bare.Send, Answer: `{"links":{}}`}, Err: services.ErrResponse, Want: 0},
		{Name: "All", Call: all(request), Exchange: exact(first, "", 200, "alert_list"), Then: []apitest.Exchange{exact(second, "", 200, "alert_list_last")}, Want: 3},
		{Name: "All/without links", Call: all(alert.ListRequest{}), Exchange: exact("GET /v1/alerts?size=100", "", 200, "alert_list_nolinks"), Want: 0},
		{Name: "All/a bare list", Call: all(alert.ListRequest{}), Exchange: bare, Want: 2},
		{ // S11: each alert is tried once, also those that were passed over, and failures are told by id.
			Name: "Each",
			Call: func(ctx context.Context, s service) (any, error) {
				acted, err := s.Each(ctx, alert.ListRequest{}, func(_ context.Context, a alert.Alert) error {
					if a.ID == "b" {
						return errStuck
					}
					return nil
				})
				return acted, err
			},
			Exchange: bare,
			Then: []apitest.Exchange{
				{Send: bare.Send, Answer: `{"values":[{"id":"b"},{"id":"c"}]}`}, {Send: bare.Send, Answer: `{"values":[{"id":"b"}]}`},
			},
			Want: services.Acted[string]{Tried: 3, Failures: []services.Failure[string]{{Key: "b", Err: errStuck}}},
		},
		refused("Each/from an offset", "offset must be 0 to act on each alert", func(ctx context.Context, s service) (any, error) {
			return s.Each(ctx, alert.ListRequest{Offset: 20}, func(context.Context, alert.Alert) error { return nil })
		}),
	}
}

func entries() []row {
	ref := alert.ByID(id)
	in := alert.EntriesRequest{Ref: ref, Cursor: shape.Cursor{After: "a+b", Limit: 2}}
	note := alert.Note{ID: "1764230400123000000", Note: "Looking at it", Owner: "Demo User", CreatedAt: when("2026-11-27T08:01:00Z")}
	added := note
	added.UpdatedAt = note.CreatedAt
	return []row{
		{
			Name: "AddNote",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.AddNote(ctx, alert.AddNoteRequest{Ref: ref, Note: "Looking at it"}))
			},
			Exchange: exact("POST "+at+"/notes", `{"note":"Looking at it"}`, 200, "note_add"), Repeat: services.RetryIfRefused, Want: added,
		},
		{
			Name: "UpdateNote",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.UpdateNote(ctx, alert.UpdateNoteRequest{Ref: ref, ID: "7", Note: "n"}))
			},
			Exchange: exact("PATCH "+at+"/notes/7", `{"note":"n"}`, 200, "note_add"), Repeat: services.SafeToRetry, Want: added,
		},
		{
			Name:     "DeleteNote",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.DeleteNote(ctx, ref, "7")) },
			Exchange: exact("DELETE "+at+"/notes/7", "", 204, ""), Want: services.None{},
		},
		{
			Name:     "DeleteNote/200 without a body",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.DeleteNote(ctx, ref, "7")) },
			Exchange: exact("DELETE "+at+"/notes/7", "", 200, ""), Want: services.None{},
		},
		{
			Name:     "ListNotes",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.ListNotes(ctx, in)) },
			Exchange: exact("GET "+at+"/notes?after=a%2Bb&size=2", "", 200, "note_list"), Want: []alert.Note{note},
		},
		{
			Name: "AllNotes",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.AllNotes(ctx, alert.EntriesRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: exact("GET "+at+"/notes?size=100", "", 200, "note_list"),
			Then:     []apitest.Exchange{{Send: "GET " + prefix + at + "/notes?after=1764230400123000000&size=20", Answer: `{"values":[{"id":"2"}],"links":{"next":""}}`}},
			Want:     2,
		},
		{
			Name:     "ListLogs",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.ListLogs(ctx, in)) },
			Exchange: exact("GET "+at+"/logs?after=a%2Bb&size=2", "", 200, "alert_logs"),
			Want:     []alert.Log{{Log: "Alert was created", Type: "system", Owner: "System", CreatedAt: when("2026-11-27T08:00:00Z")}},
		},
		{
			Name: "AllLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.AllLogs(ctx, alert.EntriesRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: exact("GET "+at+"/logs?size=100", "", 200, "alert_logs"), Want: 1,
		},
	}
}

func attachments() []row {
	ref := alert.ByID(id)
	file := alert.Attachment{ID: "1764230400123", Name: "demo.txt", CreatedAt: when("2026-11-27T08:03:00Z")}
	const path = at + "/attachments"
	return []row{
		{
			Name: "AddAttachment",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: ref, File: services.File{Name: "demo.txt", Type: "text/plain", Content: strings.NewReader("x")}}))
			},
			Exchange: upload("POST "+prefix+path, "attachment_add", `file(demo.txt text/plain)="x"`), Repeat: services.RetryIfRefused, Want: file,
		},
		{
			Name: "ListAttachments",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListAttachments(ctx, alert.EntriesRequest{Ref: ref}))
			},
			Exchange: exact("GET "+path, "", 200, "attachment_list"), Want: []alert.Attachment{file},
		},
		{
			Name: "AllAttachments/ids that are numbers",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.AllAttachments(ctx, alert.EntriesRequest{Ref: ref}))
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + path + "?size=100", Answer: `{"values":[{"id":7},{"id":"f-1"}]}`},
			Want:     []alert.Attachment{{ID: "7"}, {ID: "f-1"}},
		},
		{
			Name: "GetAttachment",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetAttachment(ctx, ref, "1764230400123"))
			},
			Exchange: exact("GET "+path+"/1764230400123", "", 200, "attachment_get"),
			Want:     alert.Attachment{URL: "https://files.example.com/demo.txt?signature=demo"},
		},
		{
			Name: "RemoveAttachment",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.RemoveAttachment(ctx, ref, "7"))
			},
			Exchange: exact("DELETE "+path+"/7", "", 204, ""), Want: services.None{},
		},
	}
}

// upload describes a request whose body is a form.
func upload(send, fixture, want string) apitest.Exchange {
	return apitest.Exchange{Send: send, Fixture: "testdata/" + fixture + ".json", Inspect: func(req *http.Request, body []byte) error {
		_, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
		if err != nil {
			return err
		}
		var got []string
		for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
			part, err := parts.NextPart()
			if err == io.EOF { //nolint:errorlint // as it comes
				break
			}
			if err != nil {
				return err
			}
			text, err := io.ReadAll(part)
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprintf("%s(%s %s)=%q", part.FormName(), part.FileName(), part.Header.Get("Content-Type"), text))
		}
		if strings.Join(got, " ") != want {
			return fmt.Errorf("sent the form %s, not %s", got, want)
		}
		return nil
	}}
}

// aliasServer notes the aliases of the alerts that are created.
type aliasServer struct{ seen []string }

func (a *aliasServer) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent struct{ Alias string }
	if err := json.NewDecoder(req.Body).Decode(&sent); err != nil {
		return nil, err
	}
	a.seen = append(a.seen, sent.Alias)
	body := io.NopCloser(strings.NewReader(`{"requestId":"r"}`))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, Request: req}, nil
}
