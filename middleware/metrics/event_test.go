package metrics_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

// everyFormOf returns the event in all the ways in which it may be printed.
func everyFormOf(t *testing.T, e metrics.Event) string {
	t.Helper()
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("event", "event", e)
	text, err := json.Marshal(e)
	require.NoError(t, err)
	return fmt.Sprintf("%+v %#v %s %s", e, e, text, log.String())
}

// What every HTTPEvent has behind its request.
const (
	emptyJSON = `,"errorClass":null,"method":"","host":"","port":0,"scheme":"","requestLength":0,"responseLength":0,"waited":0,"resendCount":0}`
	emptyText = ` e.method="" e.host="" e.port=0 e.scheme="" e.requestLength=0 e.responseLength=0 e.waited=0s e.resendCount=0`
)

// O4, T1: the page's names, in JSON and in slog.
func TestEventsMarshalUnderTheNamesOfThePage(t *testing.T) {
	t.Parallel()
	common := metrics.Common{TransactionID: "t-1", Duration: 1500 * time.Millisecond, ResourcePath: "/v2/alerts/1", Route: "GET /v2/alerts/{identifier}"}
	for _, row := range []struct {
		event      metrics.Event
		json, slog string
	}{
		{
			metrics.APIEvent{
				Common: common,
				Result: metrics.ResultMetadata{
					RequestID: "r-1", ResponseTime: 250 * time.Millisecond, RateLimitState: "OK",
					RateLimitReason: "ACCOUNT", RateLimitPeriod: time.Minute, RetryCount: 2,
				},
				Body: `{"took":0.25}`,
			},
			`{"transactionId":"t-1","duration":1.5,"resourcePath":"/v2/alerts/1","route":"GET /v2/alerts/{identifier}",` +
				`"resultMetadata":{"RequestId":"r-1","ResponseTime":0.25,"RateLimitState":"OK","RateLimitReason":"ACCOUNT","RateLimitPeriod":60,"RetryCount":2},` +
				`"httpResponse":"{\"took\":0.25}"}`,
			`e.transactionId=t-1 e.duration=1.5s e.resourcePath=/v2/alerts/1 e.route="GET /v2/alerts/{identifier}" ` +
				`e.resultMetadata.RequestId=r-1 e.resultMetadata.ResponseTime=250ms e.resultMetadata.RateLimitState=OK ` +
				`e.resultMetadata.RateLimitReason=ACCOUNT e.resultMetadata.RateLimitPeriod=1m0s e.resultMetadata.RetryCount=2 e.httpResponse="{\"took\":0.25}"`,
		},
		{
			metrics.APIEvent{},
			`{"transactionId":"","duration":0,"resourcePath":"",` +
				`"resultMetadata":{"RequestId":"","ResponseTime":0,"RateLimitState":"","RateLimitReason":"","RateLimitPeriod":0,"RetryCount":0}}`,
			`e.transactionId="" e.duration=0s e.resourcePath="" e.resultMetadata.RequestId="" e.resultMetadata.ResponseTime=0s ` +
				`e.resultMetadata.RateLimitState="" e.resultMetadata.RateLimitReason="" e.resultMetadata.RateLimitPeriod=0s e.resultMetadata.RetryCount=0`,
		},
		{
			metrics.HTTPEvent{
				Common: common, RetryCount: 1, Status: "200 OK", StatusCode: 200,
				Request: metrics.RequestView{
					Method: "POST", URL: "https://api.example.com/v2/alerts/1", ContentLength: 7, Attempt: 2,
					Header: metrics.RequestHeader{Accept: "a", ContentEncoding: "b", ContentType: "c", UserAgent: "d", TransactionID: "t-1"},
				},
				ErrorClass: "_OTHER", Method: "POST", Host: "api.example.com", Port: 443, Scheme: "https", Proto: "1.1",
				RequestLength: 7, ResponseLength: -1, Waited: 250 * time.Millisecond, ResendCount: 3, RetryCause: "status 503",
			},
			`{"transactionId":"t-1","duration":1.5,"resourcePath":"/v2/alerts/1","route":"GET /v2/alerts/{identifier}",` +
				`"retryCount":1,"error":null,"status":"200 OK","statusCode":200,"request":{"method":"POST","url":"https://api.example.com/v2/alerts/1",` +
				`"header":{"Accept":"a","Content-Encoding":"b","Content-Type":"c","User-Agent":"d","X-Transaction-Id":"t-1"},"contentLength":7,"attempt":2},` +
				`"errorClass":"_OTHER","method":"POST","host":"api.example.com","port":443,"scheme":"https","proto":"1.1",` +
				`"requestLength":7,"responseLength":-1,"waited":0.25,"resendCount":3,"retryCause":"status 503"}`,
			`e.transactionId=t-1 e.duration=1.5s e.resourcePath=/v2/alerts/1 e.route="GET /v2/alerts/{identifier}" e.retryCount=1 ` +
				`e.status="200 OK" e.statusCode=200 e.request.method=POST e.request.url=https://api.example.com/v2/alerts/1 e.request.header.Accept=a ` +
				`e.request.header.Content-Encoding=b e.request.header.Content-Type=c e.request.header.User-Agent=d e.request.header.X-Transaction-Id=t-1 ` +
				`e.request.contentLength=7 e.request.attempt=2 e.errorClass=_OTHER e.method=POST e.host=api.example.com e.port=443 e.scheme=https e.proto=1.1 ` +
				`e.requestLength=7 e.responseLength=-1 e.waited=250ms e.resendCount=3 e.retryCause="status 503"`,
		},
		{
			metrics.HTTPEvent{Status: "404 Not Found", StatusCode: 404, Expected: true},
			`{"transactionId":"","duration":0,"resourcePath":"","retryCount":0,"error":null,"status":"404 Not Found","statusCode":404,"expected":true,` +
				`"request":{"method":"","url":"","header":{},"contentLength":0,"attempt":0}` + emptyJSON,
			`e.transactionId="" e.duration=0s e.resourcePath="" e.retryCount=0 e.status="404 Not Found" e.statusCode=404 e.expected=true ` +
				`e.request.method="" e.request.url="" e.request.contentLength=0 e.request.attempt=0` + emptyText,
		},
		{
			metrics.HTTPEvent{Error: "EOF"},
			`{"transactionId":"","duration":0,"resourcePath":"","retryCount":0,"error":"EOF","status":null,"statusCode":null,` +
				`"request":{"method":"","url":"","header":{},"contentLength":0,"attempt":0}` + emptyJSON,
			`e.transactionId="" e.duration=0s e.resourcePath="" e.retryCount=0 e.error=EOF e.request.method="" e.request.url="" ` +
				`e.request.contentLength=0 e.request.attempt=0` + emptyText,
		},
		{
			metrics.CallEvent{
				Common: common, Outcome: metrics.OutcomeSuccess, StatusCode: 200, Attempts: 3,
				Waits:  []transport.WaitTotal{{Cause: "backoff", Count: 2, Total: 1500 * time.Millisecond}, {Cause: "limit", Count: 1, Total: time.Second}},
				Method: "GET", Host: "api.example.com", Port: 443, Scheme: "https", Proto: "2",
				ResponseLength: 12, Hop: 1, Begun: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC),
			},
			`{"transactionId":"t-1","duration":1.5,"resourcePath":"/v2/alerts/1","route":"GET /v2/alerts/{identifier}",` +
				`"outcome":"success","statusCode":200,"errorClass":null,"error":null,"attempts":3,` +
				`"waits":[{"cause":"backoff","count":2,"total":1.5},{"cause":"limit","count":1,"total":1}],` +
				`"method":"GET","host":"api.example.com","port":443,"scheme":"https","proto":"2",` +
				`"requestLength":0,"responseLength":12,"hop":1,"begun":"2026-11-27T08:00:00Z"}`,
			`e.transactionId=t-1 e.duration=1.5s e.resourcePath=/v2/alerts/1 e.route="GET /v2/alerts/{identifier}" e.outcome=success e.statusCode=200 ` +
				`e.attempts=3 e.waits.backoff.count=2 e.waits.backoff.total=1.5s e.waits.limit.count=1 e.waits.limit.total=1s ` +
				`e.method=GET e.host=api.example.com e.port=443 e.scheme=https e.proto=2 e.requestLength=0 e.responseLength=12 e.hop=1 e.begun=2026-11-27T08:00:00.000Z`,
		},
		{
			metrics.CallEvent{Outcome: metrics.OutcomeFailure, ErrorClass: transport.ClassDNS, Error: "no such host", Reason: "unknown host"},
			`{"transactionId":"","duration":0,"resourcePath":"","outcome":"failure","statusCode":null,"errorClass":"dns","error":"no such host","attempts":0,` +
				`"waits":[],"reason":"unknown host","method":"","host":"","port":0,"scheme":"","requestLength":0,"responseLength":0,"hop":0,"begun":"0001-01-01T00:00:00Z"}`,
			`e.transactionId="" e.duration=0s e.resourcePath="" e.outcome=failure e.errorClass=dns e.error="no such host" e.attempts=0 e.reason="unknown host" ` +
				`e.method="" e.host="" e.port=0 e.scheme="" e.requestLength=0 e.responseLength=0 e.hop=0 e.begun=0001-01-01T00:00:00.000Z`,
		},
		{
			metrics.BodyEvent{
				Common: common, StatusCode: 200, Read: 7, ErrorClass: transport.ClassReset, Error: "reset",
				Method: "GET", Host: "api.example.com", Port: 80, Scheme: "http", Proto: "1.1",
			},
			`{"transactionId":"t-1","duration":1.5,"resourcePath":"/v2/alerts/1","route":"GET /v2/alerts/{identifier}","statusCode":200,` +
				`"read":7,"complete":false,"errorClass":"connection_reset","error":"reset",` +
				`"method":"GET","host":"api.example.com","port":80,"scheme":"http","proto":"1.1","hop":0}`,
			`e.transactionId=t-1 e.duration=1.5s e.resourcePath=/v2/alerts/1 e.route="GET /v2/alerts/{identifier}" e.statusCode=200 ` +
				`e.errorClass=connection_reset e.error=reset e.read=7 e.complete=false e.method=GET e.host=api.example.com e.port=80 e.scheme=http e.proto=1.1 e.hop=0`,
		},
		{
			metrics.SDKEvent{Common: common, ErrorType: metrics.ErrorTypeValidation, ErrorMessage: "no message", Request: map[string]any{"a": 1}, Result: "r"},
			`{"transactionId":"t-1","duration":1.5,"resourcePath":"/v2/alerts/1","route":"GET /v2/alerts/{identifier}",` +
				`"errorType":"request-validation-error","errorMessage":"no message","sdkRequestDetails":{"a":1},"sdkResultDetails":"r"}`,
			`e.transactionId=t-1 e.duration=1.5s e.resourcePath=/v2/alerts/1 e.route="GET /v2/alerts/{identifier}" ` +
				`e.errorType=request-validation-error e.errorMessage="no message" e.sdkRequestDetails=map[a:1] e.sdkResultDetails=r`,
		},
		{
			metrics.SDKEvent{},
			`{"transactionId":"","duration":0,"resourcePath":"","errorType":null,"errorMessage":null,"sdkRequestDetails":null,"sdkResultDetails":null}`,
			`e.transactionId="" e.duration=0s e.resourcePath=""`,
		},
	} {
		text, err := json.Marshal(row.event)
		require.NoError(t, err)
		assert.Equal(t, row.json, string(text))
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "e", row.event)
		_, attrs, _ := strings.Cut(strings.TrimSpace(log.String()), "msg=m ")
		assert.Equal(t, row.slog, attrs)
	}
}

func TestViewRequestShowsTheLengthAsItIsKnown(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		body   io.Reader
		length int64
	}{
		{nil, 0},
		{http.NoBody, 0},
		{strings.NewReader("seven.."), 7},
		{io.MultiReader(strings.NewReader("who knows")), -1},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/", row.body)
		require.NoError(t, err)
		assert.Equal(t, row.length, metrics.ViewRequest(req, 0).ContentLength)
	}
}
