package alert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(writes(), unnoted(), refusals(), reads(), lists(t), attachments()))
}

func at(text string) shape.Time {
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return shape.Time{Time: when}
}

func reads() []row {
	return []row{
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, byAlias()))
			},
			Exchange: apitest.Exact("GET /v2/alerts/a%2Fb?identifierType=alias", "", 200, "get"),
			Want: alert.Alert{
				ID: "7c2e51b9-46d0-4f8a-9d13-e05b8f6c2a77-1748251800123", TinyID: "4821", Alias: "db-primary/replication-lag",
				Message: "Replication lag above 30s on db-primary", Status: "open", Acknowledged: true, IsSeen: true, Seen: true,
				Tags: []string{"db", "prod"}, Count: 3, LastOccurredAt: at("2026-05-26T09:41:12.908Z"),
				CreatedAt: at("2026-05-26T09:30:00.123Z"), UpdatedAt: at("2026-05-26T09:42:05.330Z"),
				Source: "prometheus", Owner: "ada@example.com", Priority: shape.P1,
				Responders: []shape.Responder{
					shape.TeamByID("c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"), shape.UserByID("1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0"),
				},
				Integration: alert.Integration{ID: "b7f06e29-3a5c-4d81-8e97-20c4d91fa365", Name: "Prometheus bridge", Type: "API"},
				OwnerTeamID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11",
				Report:      alert.Report{AckTime: 725207, AcknowledgedBy: "ada@example.com"},
				Actions:     []string{"Restart replica"}, Entity: "db-primary",
				Description: "Lag crossed the limit three times in ten minutes.\nSee the runbook.",
				Details:     map[string]string{"region": "eu-central", "cluster": "orders"},
			},
		},
		{
			Name: "Count",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Count(ctx, alert.CountRequest{SearchRef: alert.SearchByID("s-1"), Query: "status: open"}))
			},
			Exchange: apitest.Exact("GET /v2/alerts/count?searchIdentifier=s-1&searchIdentifierType=id&query=status%3A+open", "", 200, "count"),
			Want:     17,
		},
		{
			Name: "GetRequestStatus",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetRequestStatus(ctx, "r-1"))
			},
			Exchange: apitest.Exact("GET /v2/alerts/requests/r-1", "", 200, "request_status_success"),
			Want: alert.RequestStatus{
				RequestStatus: shape.RequestStatus{IsSuccess: true, Action: "Create", Status: "Created alert",
					ProcessedAt: at("2026-05-26T09:30:00.484Z"), IntegrationID: "b7f06e29-3a5c-4d81-8e97-20c4d91fa365"},
				AlertID: "7c2e51b9-46d0-4f8a-9d13-e05b8f6c2a77-1748251800123", Alias: "db-primary/replication-lag",
			},
		},
		{
			Name: "GetRequestStatus/failed is no error of the question",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetRequestStatus(ctx, "r-1"))
			},
			Exchange: apitest.Exact("GET /v2/alerts/requests/r-1", "", 200, "request_status_failed"),
			Want: alert.RequestStatus{RequestStatus: shape.RequestStatus{Action: "Acknowledge", Status: "Alert does not exist",
				ProcessedAt: at("2026-05-26T09:31:18.185Z"), IntegrationID: "b7f06e29-3a5c-4d81-8e97-20c4d91fa365"}},
		},
		{
			Name: "GetRequestStatus/it waits",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.GetRequestStatus(ctx, "r-1")
			},
			Exchange: func() apitest.Exchange {
				e := apitest.Exact("GET /v2/alerts/requests/r-1", "", 404, "request_status_pending_404")
				e.Header = map[string]string{"X-Opsgenie-Errortype": "RequestNotProcessed"}
				return e
			}(),
			Err: services.ErrNotProcessed,
		},
		{
			Name: "GetRequestStatus/any other 404",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.GetRequestStatus(ctx, "r-1")
			},
			Exchange: apitest.Exact("GET /v2/alerts/requests/r-1", "", 404, "request_status_pending_404"),
			Err:      services.ErrNotFound,
		},
		{
			Name: "ListRecipients",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListRecipients(ctx, byAlias()))
			},
			Exchange: apitest.Exact("GET /v2/alerts/a%2Fb/recipients?identifierType=alias", "", 200, "recipients"),
			Want: []alert.Recipient{{
				User:  shape.User{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0", Username: "ada@example.com"},
				State: "action", Method: "Acknowledge", CreatedAt: at("2026-05-26T09:30:02Z"), UpdatedAt: at("2026-05-26T09:42:05.330Z"),
			}},
		},
	}
}

var errStuck = errors.New("stuck")

func lists(t *testing.T) []row {
	t.Helper()
	const first = "GET /v2/alerts?searchIdentifier=Open+P1&searchIdentifierType=name&query=priority%3AP1&offset=4&limit=2&sort=report.ackTime&order=asc"
	request := alert.ListRequest{SearchRef: alert.SearchByName("Open P1"), Query: "priority:P1", Offset: 4, Limit: 2, Sort: alert.SortAckTime, Order: shape.Ascending}
	cursor := shape.Cursor{Offset: "1779788170000_1", Direction: shape.Previous, Limit: 2, Order: shape.Descending}
	const at = "?identifierType=alias&offset=1779788170000_1&direction=prev&limit=2&order=desc"
	return []row{
		{
			Name:     "List",
			Call:     func(ctx context.Context, s service) (any, error) { return s.List(ctx, request) },
			Exchange: apitest.Exact(first, "", 200, "list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				page, ok := got.(*services.Result[[]alert.Alert])
				require.True(tb, ok)
				require.Len(tb, page.Value, 2)
				assert.Equal(tb, "4820", page.Value[1].TinyID)
				assert.Equal(tb, "Alert API", page.Value[1].Report.ClosedBy)
				assert.Equal(tb, "/v2/alerts?query=priority%3AP1&limit=2&sort=createdAt&order=desc&offset=2", string(page.Meta.Paging.Next))
				assert.Equal(tb, 266*time.Millisecond, page.Meta.Took)
			},
		},
		{
			Name: "List/nothing asked for",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, alert.ListRequest{}))
			},
			Exchange: apitest.Exchange{Send: "GET /v2/alerts", Answer: `{"data":[],"took":0.1,"requestId":"r"}`},
			Want:     []alert.Alert{},
		},
		{ // S8: members of unexpected types cost neither an alert nor the list.
			Name: "List/members of other types",
			Call: func(ctx context.Context, s service) (any, error) {
				page, err := s.List(ctx, alert.ListRequest{})
				if err != nil {
					return nil, err
				}
				assert.Equal(t, []alert.Alert{
					{ID: "a", Details: map[string]string{"b": "c"}, Report: alert.Report{CloseTime: 7}}, {ID: "d", TinyID: "2"},
				}, page.Value)
				return page.Meta.Mismatches, nil
			},
			Exchange: apitest.Exchange{Send: "GET /v2/alerts", Answer: `{"data":[` +
				`{"id":"a","tinyId":1791,"createdAt":1490128372353,"details":{"a":7,"b":"c"},"report":{"ackTime":"soon","closeTime":7}},{"id":"d","tinyId":"2"}]}`},
			Want: []services.Mismatch{
				{Path: "data[0].tinyId", Got: "number"}, {Path: "data[0].createdAt", Got: "number"},
				{Path: "data[0].report.ackTime", Got: "string"}, {Path: "data[0].details.a", Got: "number"},
			},
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.All(ctx, request))
				return len(all), err
			},
			Exchange: apitest.Exact(first, "", 200, "list"),
			Then: []apitest.Exchange{
				apitest.Exact("GET /v2/alerts?query=priority%3AP1&limit=2&sort=createdAt&order=desc&offset=2", "", 200, "list_page2"),
				apitest.Exact("GET /v2/alerts?query=priority%3AP1&limit=2&sort=createdAt&order=desc&offset=4", "", 200, "list_last"),
			},
			Want: 5,
		},
		{
			Name: "All/in the largest pages",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.All(ctx, alert.ListRequest{}))
			},
			Exchange: apitest.Exchange{Send: "GET /v2/alerts?limit=100", Answer: `{"data":[{"id":"a"}]}`},
			Want:     []alert.Alert{{ID: "a"}},
		},
		{ // S11: each alert is tried once, also those that were passed over or are new, and failures are told by id.
			Name: "Each",
			Call: func(ctx context.Context, s service) (any, error) {
				var tried []string
				acted, err := s.Each(ctx, alert.ListRequest{Query: "status: open"}, func(_ context.Context, a alert.Alert) error {
					tried = append(tried, a.ID)
					if a.ID == "b" {
						return errStuck
					}
					return nil
				})
				return []any{tried, acted}, err
			},
			Exchange: apitest.Exchange{Send: "GET /v2/alerts?query=status%3A+open&limit=100", Answer: `{"data":[{"id":"a"},{"id":"b"}]}`},
			Then: []apitest.Exchange{
				{Send: "GET /v2/alerts?query=status%3A+open&limit=100", Answer: `{"data":[{"id":"b"},{"id":"c"}]}`},
				{Send: "GET /v2/alerts?query=status%3A+open&limit=100", Answer: `{"data":[{"id":"b"}]}`},
			},
			Want: []any{[]string{"a", "b", "c"}, services.Acted[string]{Tried: 3, Failures: []services.Failure[string]{{Key: "b", Err: errStuck}}}},
		},
		refused("Each/from an offset", "offset must be 0 to act on each alert", func(ctx context.Context, s service) (any, error) {
			return s.Each(ctx, alert.ListRequest{Offset: 20}, func(context.Context, alert.Alert) error { return nil })
		}),
		{
			Name: "ListNotes",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListNotes(ctx, alert.EntriesRequest{Ref: byAlias(), Cursor: cursor}))
			},
			Exchange: apitest.Exact("GET /v2/alerts/a%2Fb/notes"+at, "", 200, "notes"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				notes, ok := got.([]shape.Note)
				require.True(tb, ok)
				assert.Equal(tb, []string{"Failing over to replica 2", "Lag still rising"}, []string{notes[0].Note, notes[1].Note})
				assert.Equal(tb, "1779788170000_1779788170000000000", notes[1].Offset)
			},
		},
		{
			Name: "AllNotes",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.AllNotes(ctx, alert.EntriesRequest{Ref: byAlias()}))
				return len(all), err
			},
			Exchange: apitest.Exact("GET /v2/alerts/a%2Fb/notes?identifierType=alias&limit=100", "", 200, "notes"),
			Then: []apitest.Exchange{{
				Send:   "GET /v2/alerts/7c2e51b9-46d0-4f8a-9d13-e05b8f6c2a77-1748251800123/notes?identifierType=id&limit=2&order=desc&direction=next&offset=1779788170000_1779788170000000000",
				Answer: `{"data":[{"note":"first"}]}`,
			}},
			Want: 3,
		},
		{
			Name: "ListLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListLogs(ctx, alert.EntriesRequest{Ref: byAlias(), Cursor: cursor}))
			},
			Exchange: apitest.Exact("GET /v2/alerts/a%2Fb/logs"+at, "", 200, "logs"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				logs, ok := got.([]shape.Log)
				require.True(tb, ok)
				assert.Equal(tb, "Alert acknowledged via web", logs[0].Log)
				assert.Equal(tb, "system", logs[0].Type)
			},
		},
		{
			Name: "AllLogs",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.AllLogs(ctx, alert.EntriesRequest{Ref: byAlias()}))
				return len(all), err
			},
			Exchange: apitest.Exact("GET /v2/alerts/a%2Fb/logs?identifierType=alias&limit=100", "", 200, "logs"),
			Want:     1,
		},
	}
}

func attachments() []row {
	const at, as = "/v2/alerts/a%2Fb/attachments", "?alertIdentifierType=alias"
	file := services.File{Name: "lag.png", Type: "image/png", Content: strings.NewReader("PNG")}
	return []row{
		{
			Name: "AddAttachment",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: byAlias(), User: "ada", IndexFile: "index.html", File: file}))
			},
			Exchange: upload("POST "+at+as, "attachment_created", `user="ada" indexFile="index.html" file(lag.png image/png)="PNG"`),
			Repeat:   services.RetryIfRefused,
			Want:     alert.Attachment{ID: "1779788600123"},
		},
		{
			Name: "AddAttachment/only the file",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.AddAttachment(ctx, alert.AddAttachmentRequest{Ref: byAlias(), File: services.File{Name: "a.bin", Content: strings.NewReader("x")}}))
			},
			Exchange: upload("POST "+at+as, "attachment_created", `file(a.bin application/octet-stream)="x"`),
			Repeat:   services.RetryIfRefused,
			Want:     alert.Attachment{ID: "1779788600123"},
		},
		{
			Name: "ListAttachments",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListAttachments(ctx, byAlias()))
			},
			Exchange: apitest.Exact("GET "+at+as, "", 200, "attachments_list"),
			Want:     []alert.Attachment{{ID: "1779788600123", Name: "lag.png"}},
		},
		{
			Name: "ListAttachments/ids that are numbers",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListAttachments(ctx, alert.ByID("x")))
			},
			Exchange: apitest.Exchange{Send: "GET /v2/alerts/x/attachments?alertIdentifierType=id", Answer: `{"data":[{"id":1779788600123,"name":"a"},{"id":"f-1"}]}`},
			Want:     []alert.Attachment{{ID: "1779788600123", Name: "a"}, {ID: "f-1"}},
		},
		{
			Name: "GetAttachment",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.GetAttachment(ctx, byAlias(), "1779788600123"))
			},
			Exchange: apitest.Exact("GET "+at+"/1779788600123"+as, "", 200, "attachment_get"),
			Want:     alert.Attachment{Name: "lag.png", URL: "https://files.example.com/attachments/lag.png?sig=abc"},
		},
		{
			Name: "RemoveAttachment",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.RemoveAttachment(ctx, alert.RemoveAttachmentRequest{Ref: byAlias(), ID: "7", User: "ada"})
			},
			Exchange: apitest.Exact("DELETE "+at+"/7"+as+"&user=ada", "", 200, "deleted"),
		},
	}
}

// upload describes a form by its parts.
func upload(request, fixture, parts string) apitest.Exchange {
	e := apitest.Exchange{Send: request, Status: http.StatusCreated, Fixture: "testdata/" + fixture + ".json"}
	e.Inspect = func(req *http.Request, body []byte) error {
		_, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
		if err != nil {
			return err
		}
		form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		var got []string
		for {
			part, err := form.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			content, err := io.ReadAll(part)
			if err != nil {
				return err
			}
			name := part.FormName()
			if part.FileName() != "" {
				name += "(" + part.FileName() + " " + part.Header.Get("Content-Type") + ")"
			}
			got = append(got, name+`="`+string(content)+`"`)
		}
		if text := strings.Join(got, " "); text != parts {
			return errors.New("sent the form " + text)
		}
		return nil
	}
	return e
}

// S2: a response may have unknown members and values, and can be marshaled again.
func TestAResponseMayHaveWhatIsUnknown(t *testing.T) {
	t.Parallel()
	const odd = `{"id":"x","status":"dozing","priority":"P9","createdAt":"","snoozedUntil":null,"updatedAt":"2026-05-26T09:30:00+0200",
		"responders":[{"type":"oracle","at":"Delphi"},{"type":"user","id":"u"}],"report":{"ackTime":1500},"novelty":{"a":1}}`
	var a alert.Alert
	require.NoError(t, json.Unmarshal([]byte(odd), &a))
	assert.Equal(t, "dozing", a.Status)
	assert.Equal(t, shape.Priority("P9"), a.Priority)
	assert.True(t, a.CreatedAt.IsZero())
	assert.True(t, a.SnoozedUntil.IsZero())
	assert.Equal(t, 7, a.UpdatedAt.UTC().Hour())
	assert.Equal(t, 1500*time.Millisecond, a.Report.AckTime.Duration())

	kept, err := json.Marshal(a)
	require.NoError(t, err)
	var again alert.Alert
	require.NoError(t, json.Unmarshal(kept, &again))
	assert.Equal(t, a.Responders, again.Responders)
	assert.Equal(t, a.Report, again.Report)
	assert.NotContains(t, string(kept), "0001-01-01")
}

func TestAnAttachmentIDIsNothingElse(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{`true`, `{}`, `[1]`} {
		require.Error(t, json.Unmarshal([]byte(wrong), new(alert.AttachmentID)), wrong)
	}
}

func TestMillisecondsAreADuration(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 12*time.Minute+5207*time.Millisecond, alert.Milliseconds(725207).Duration())
	assert.Equal(t, "12m5.207s", alert.Milliseconds(725207).String())
	assert.Equal(t, -time.Second, alert.Milliseconds(-1000).Duration())
	for _, beyond := range []alert.Milliseconds{math.MaxInt64, math.MaxInt64 / 10} {
		assert.Greater(t, beyond.Duration(), 291*365*24*time.Hour)
		assert.Less(t, (-beyond).Duration(), -291*365*24*time.Hour)
	}
}
