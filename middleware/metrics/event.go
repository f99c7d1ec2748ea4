package metrics

import (
	"cmp"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// Channel names one of the three streams of events.
type Channel string

// The channels, by the names that Opsgenie's Python SDK gives them.
const (
	ChannelAPI  Channel = "API"  // once per call that ended with a response
	ChannelHTTP Channel = "HTTP" // once per attempt, with or without a response
	ChannelSDK  Channel = "SDK"  // once per typed call, also when it was refused before sending
)

// An Event is an [APIEvent], an [HTTPEvent] or an [SDKEvent]; there are no
// others. Events are values: an observer may keep one for as long as it likes.
// They marshal to JSON under the field names of the Python SDK's page
// (https://docs.opsgenie.com/docs/opsgenie-python-api), print to slog as a group,
// and hold no credential.
type Event interface {
	// Channel returns the stream that the event belongs to.
	Channel() Channel
	// Shared returns what the events of all channels have.
	Shared() Common

	sealed()
}

// Common is what the events of all channels have.
type Common struct {
	TransactionID string        // joins the events of one call; empty without a record of it
	Duration      time.Duration // how long what the event tells of took; in JSON a number of seconds
	ResourcePath  string        // the path of the URL, escaped: no host, no query
	Route         string        // of a typed call or of transport.WithRoute: a label of which there are finitely many
}

// Shared returns c.
func (c Common) Shared() Common { return c }

// commonOf tells of req, but for the duration.
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

// An APIEvent tells of a call that ended with a response, whatever its status.
// Its duration runs from the call's beginning until its body was closed or, in
// a typed call, decoded.
type APIEvent struct {
	Common

	Result ResultMetadata // what the server said of the request and of rate limits
	Body   string         // the body's text, bounded and with secrets masked; empty unless the observer asked by [WithBodies]
}

// Channel returns [ChannelAPI].
func (APIEvent) Channel() Channel { return ChannelAPI }
func (APIEvent) sealed()          {}

// ResultMetadata is what a response said of itself. What it did not say is zero.
type ResultMetadata struct {
	RequestID       string        // the server's id of the request
	ResponseTime    time.Duration // as the server measured it; in JSON a number of seconds
	RateLimitState  string        // the server's own word for its state; empty unless a reader of package ratelimit finds it
	RateLimitReason string        // the server's own word for what was limited; likewise
	RateLimitPeriod time.Duration // the window in which the server counted the requests; in JSON a number of seconds
	RetryCount      int           // how many attempts followed the first
}

// ResultOf returns the metadata of a call whose last response said rate, after
// so many retries.
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

// An HTTPEvent tells of one attempt. Its duration runs until the head of the
// response, or the error.
type HTTPEvent struct {
	Common

	RetryCount int         // how many attempts of the call came before this one
	Error      string      // why there was no response, with secrets masked; empty with a response
	Status     string      // the code with its standard text, such as "200 OK"; empty without a response
	StatusCode int         // 0 without a response
	Request    RequestView // what was sent
}

// Channel returns [ChannelHTTP].
func (HTTPEvent) Channel() Channel { return ChannelHTTP }
func (HTTPEvent) sealed()          {}

// A RequestView is what may be shown of a request. It shares nothing with it.
type RequestView struct {
	Method        string        `json:"method"`
	URL           string        `json:"url"`           // without user and password, secret query values masked
	Header        RequestHeader `json:"header"`        // those few that are known to hold no secret
	ContentLength int64         `json:"contentLength"` // of the body, in bytes; -1 if unknown
	Attempt       int           `json:"attempt"`       // counted from 1; 0 if it was not sent
}

// RequestHeader holds the headers of a request that are shown: the first value
// of each, empty if it was not set.
type RequestHeader struct {
	Accept          string `json:"Accept,omitzero"`
	ContentEncoding string `json:"Content-Encoding,omitzero"`
	ContentType     string `json:"Content-Type,omitzero"`
	UserAgent       string `json:"User-Agent,omitzero"`
	TransactionID   string `json:"X-Transaction-Id,omitzero"`
}

// ViewRequest returns what may be shown of req, as sent in an attempt counted
// from 1; 0 says that it was not sent.
func ViewRequest(req *http.Request, attempt int) RequestView {
	length := req.ContentLength
	if length == 0 && req.Body != nil && req.Body != http.NoBody {
		length = -1 // what net/http means by it
	}
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
		ContentLength: length,
		Attempt:       attempt,
	}
}

// sent returns the first value of a header as it will be sent.
func sent(req *http.Request, name string) string {
	if values := record.OutgoingHeader(req, name); len(values) > 0 {
		return redact.Cut(values[0], redact.MaxValue)
	}
	return ""
}

// The values of [SDKEvent.ErrorType], which are those of Opsgenie's Go SDK; the
// list is closed. The empty string says that there was no error.
const (
	ErrorTypeValidation = "request-validation-error"    // refused before sending: an argument is missing or impossible
	ErrorTypeSDK        = "sdk-error"                   // no response: not sent, connection lost, cancelled, out of time
	ErrorTypeAPI        = "api-error"                   // the server answered with an error
	ErrorTypeParsing    = "http-response-parsing-error" // the response could not be read or decoded
)

// An SDKEvent tells of one typed call, also of one that was refused before it
// was sent. Its duration is that of the whole call.
type SDKEvent struct {
	Common

	ErrorType    string // one of the constants above; empty without an error
	ErrorMessage string // the error's text, which holds no secret; empty without an error
	Request      any    // sdkRequestDetails: what the call was asked to do; marshals to JSON and holds no credential
	Result       any    // sdkResultDetails: what came of it; nil without a response
}

// Channel returns [ChannelSDK].
func (SDKEvent) Channel() Channel { return ChannelSDK }
func (SDKEvent) sealed()          {}
