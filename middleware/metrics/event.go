package metrics

import (
	"cmp"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// A Channel is one of the four streams of events.
type Channel string

// The channels. All but CALL have the names of Opsgenie's Python SDK.
const (
	ChannelAPI  Channel = "API"  // one event for each call with a response
	ChannelHTTP Channel = "HTTP" // one event for each attempt, with or without a response
	ChannelSDK  Channel = "SDK"  // one event for each typed call, even if it was refused before sending
	ChannelCall Channel = "CALL" // one event for each call, however it ends, and one for the body of its response
)

// An Event is a [CallEvent], a [BodyEvent], an [APIEvent], an [HTTPEvent] or an [SDKEvent]. Events are values, which an
// observer may store. Their JSON has the field names of Opsgenie's Python SDK
// (https://docs.opsgenie.com/docs/opsgenie-python-api), slog logs them as a group, and
// they contain no credentials.
type Event interface {
	// Channel returns the channel of the event.
	Channel() Channel
	// Shared returns the fields that all events have.
	Shared() Common

	sealed()
}

// Common holds the fields that all events have.
type Common struct {
	TransactionID string        // the same in all events of a call; empty if the call has no record
	Duration      time.Duration // of the call or attempt; in JSON in seconds
	ResourcePath  string        // the escaped path of the URL, without host and query
	Route         string        // the name of the operation, suitable as a metric label: see transport.WithRoute
}

// Shared returns c.
func (c Common) Shared() Common { return c }

// commonOf returns the common fields for req, without the duration.
func commonOf(req *http.Request) Common {
	call := transport.CallFrom(req.Context())
	route, _ := transport.Fact[transport.Route](call)
	c := Common{TransactionID: call.TransactionID(), Route: string(route)}
	if call == nil {
		c.TransactionID = sent(req, transport.HeaderTransactionID)
	}
	if req.URL != nil {
		c.ResourcePath = redact.Cut(req.URL.EscapedPath(), redact.MaxValue)
	}
	return c
}

// An APIEvent reports a call that ended with a response of any status. Its duration ends
// when the body is closed or, for a typed call, decoded.
type APIEvent struct {
	Common

	Result ResultMetadata // what the server said about the request and its rate limits
	Body   string         // the beginning of the body, with secrets masked; empty unless the observer used [WithBodies]
}

// Channel returns [ChannelAPI].
func (APIEvent) Channel() Channel { return ChannelAPI }
func (APIEvent) sealed()          {}

// ResultMetadata holds values from the headers of a response or, for a typed call, from its
// body. Missing values are zero.
type ResultMetadata struct {
	RequestID       string        // the server's id of the request
	ResponseTime    time.Duration // as the server measured it, from a header if there is one; in JSON in seconds
	RateLimitState  string        // the server's word for its state; empty unless a reader of package ratelimit finds it
	RateLimitReason string        // the server's word for what was limited; likewise
	RateLimitPeriod time.Duration // the window in which the server counts; in JSON in seconds
	RetryCount      int           // number of retries
}

// ResultOf returns the metadata for a call with the rate limit of its last response and
// its number of retries.
func ResultOf(rate transport.RateLimit, retries int) ResultMetadata {
	return ResultMetadata{
		RequestID:       redact.Cut(rate.RequestID, redact.MaxValue),
		ResponseTime:    rate.ResponseTime,
		RateLimitState:  redact.Cut(rate.State, redact.MaxValue),
		RateLimitReason: redact.Cut(rate.Reason, redact.MaxValue),
		RateLimitPeriod: rate.Period,
		RetryCount:      retries,
	}
}

// An HTTPEvent reports one attempt. Its duration ends with the response headers or the
// error.
type HTTPEvent struct {
	Common

	RetryCount int         // number of earlier attempts of the call
	Error      string      // the error, with secrets masked; empty if there is a response
	Status     string      // the code and its standard text, such as "200 OK"; empty if there is no response
	StatusCode int         // 0 if there is no response
	Expected   bool        // the call expects this status, so it is not a failure: see transport.Call.Expects
	Request    RequestView // the request that was sent

	ErrorClass transport.ErrorClass // empty if there is a response
	Method     string               // this and the others as in a [CallEvent]
	Host       string
	Port       int
	Scheme     string
	Proto      string

	RequestLength  int64
	ResponseLength int64
	Waited         time.Duration // all waits before this attempt, since the previous one; in JSON in seconds
	ResendCount    int           // attempts of the call before this one: of its round trip, and of earlier hops of a redirect
	RetryCause     string        // why it follows an earlier attempt of its round trip, such as "status 503"; empty if it is the first
	Leg            int           // which of the attempts of a hedge it is, counted from 1; 0 if it belongs to none
	Lost           bool          // another attempt of the hedge had responded before this one ended
}

// Channel returns [ChannelHTTP].
func (HTTPEvent) Channel() Channel { return ChannelHTTP }
func (HTTPEvent) sealed()          {}

// A RequestView holds the parts of a request that are safe to show. It is a copy.
type RequestView struct {
	Method        string        `json:"method"`
	URL           string        `json:"url"`           // without user and password, and with secret query values masked
	Header        RequestHeader `json:"header"`        // headers that cannot hold a secret
	ContentLength int64         `json:"contentLength"` // of the body, in bytes; -1 if unknown
	Attempt       int           `json:"attempt"`       // from 1; 0 if the request was not sent
}

// A RequestHeader holds the first value of each header that is safe to show, or the empty
// string if the header is not set.
type RequestHeader struct {
	Accept          string `json:"Accept,omitzero"`
	ContentEncoding string `json:"Content-Encoding,omitzero"`
	ContentType     string `json:"Content-Type,omitzero"`
	UserAgent       string `json:"User-Agent,omitzero"`
	TransactionID   string `json:"X-Transaction-Id,omitzero"`
}

// ViewRequest returns the view of req in an attempt, which is counted from 1, or 0 if req
// was not sent.
func ViewRequest(req *http.Request, attempt int) RequestView {
	return RequestView{
		Method: cmp.Or(req.Method, http.MethodGet),
		URL:    redact.URL(req.URL),
		Header: RequestHeader{
			Accept:          sent(req, "Accept"),
			ContentEncoding: sent(req, "Content-Encoding"),
			ContentType:     sent(req, "Content-Type"),
			UserAgent:       sent(req, "User-Agent"),
			TransactionID:   sent(req, transport.HeaderTransactionID),
		},
		ContentLength: lengthOf(req),
		Attempt:       attempt,
	}
}

// sent returns the first value of a header as it is sent.
func sent(req *http.Request, name string) string {
	if values := record.OutgoingHeader(req, name); len(values) > 0 {
		return redact.Cut(values[0], redact.MaxValue)
	}
	return ""
}

// The values of [SDKEvent.ErrorType], as in Opsgenie's Go SDK. There are no others except
// the empty string, which means that there was no error, or that the call expects the
// status that it got ([transport.Call.Expects]).
const (
	ErrorTypeValidation = "request-validation-error"    // refused before sending: an argument is missing or invalid
	ErrorTypeSDK        = "sdk-error"                   // no response: not sent, connection lost, canceled, timed out
	ErrorTypeAPI        = "api-error"                   // the server returned an error
	ErrorTypeParsing    = "http-response-parsing-error" // the response could not be read or decoded
)

// An SDKEvent reports one typed call, even if it was refused before it was sent. Its
// duration is that of the whole call. Request and Result marshal to JSON without
// credentials. If Result has a method LimitBody(bytes int) any, each observer receives what
// the method returns for its own limit: see [WithBodies].
type SDKEvent struct {
	Common

	ErrorType    string // one of the ErrorType constants, or empty
	ErrorMessage string // the text of the error, without secrets, or empty
	Request      any    // sdkRequestDetails, such as services.RequestDetails: the request of the call
	Result       any    // sdkResultDetails, such as services.ResultDetails: the response to it; nil if there is none
}

// bodied is implemented by the Result of an [SDKEvent] that holds the beginning of a
// response body. LimitBody returns the result with at most this many bytes of it.
type bodied interface{ LimitBody(bytes int) any }

// Channel returns [ChannelSDK].
func (SDKEvent) Channel() Channel { return ChannelSDK }
func (SDKEvent) sealed()          {}
