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

// O4: the page's names, in JSON and in slog.
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
			},
			`{"transactionId":"t-1","duration":1.5,"resourcePath":"/v2/alerts/1","route":"GET /v2/alerts/{identifier}",` +
				`"retryCount":1,"error":null,"status":"200 OK","statusCode":200,"request":{"method":"POST","url":"https://api.example.com/v2/alerts/1",` +
				`"header":{"Accept":"a","Content-Encoding":"b","Content-Type":"c","User-Agent":"d","X-Transaction-Id":"t-1"},"contentLength":7,"attempt":2}}`,
			`e.transactionId=t-1 e.duration=1.5s e.resourcePath=/v2/alerts/1 e.route="GET /v2/alerts/{identifier}" e.retryCount=1 ` +
				`e.status="200 OK" e.statusCode=200 e.request.method=POST e.request.url=https://api.example.com/v2/alerts/1 e.request.header.Accept=a ` +
				`e.request.header.Content-Encoding=b e.request.header.Content-Type=c e.request.header.User-Agent=d e.request.header.X-Transaction-Id=t-1 ` +
				`e.request.contentLength=7 e.request.attempt=2`,
		},
		{
			metrics.HTTPEvent{Status: "404 Not Found", StatusCode: 404, Expected: true},
			`{"transactionId":"","duration":0,"resourcePath":"","retryCount":0,"error":null,"status":"404 Not Found","statusCode":404,"expected":true,` +
				`"request":{"method":"","url":"","header":{},"contentLength":0,"attempt":0}}`,
			`e.transactionId="" e.duration=0s e.resourcePath="" e.retryCount=0 e.status="404 Not Found" e.statusCode=404 e.expected=true ` +
				`e.request.method="" e.request.url="" e.request.contentLength=0 e.request.attempt=0`,
		},
		{
			metrics.HTTPEvent{Error: "EOF"},
			`{"transactionId":"","duration":0,"resourcePath":"","retryCount":0,"error":"EOF","status":null,"statusCode":null,` +
				`"request":{"method":"","url":"","header":{},"contentLength":0,"attempt":0}}`,
			`e.transactionId="" e.duration=0s e.resourcePath="" e.retryCount=0 e.error=EOF e.request.method="" e.request.url="" e.request.contentLength=0 e.request.attempt=0`,
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
