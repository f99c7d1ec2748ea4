package metrics

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// The values of [CallEvent.Outcome].
const (
	OutcomeSuccess  = "success"  // a response with a status below 400
	OutcomeExpected = "expected" // an error status that the call expects: see transport.Call.Expects
	OutcomeFailure  = "failure"  // an error, or any other status of 400 and above
	OutcomeCanceled = "canceled" // the caller canceled the call, so the error is not a failure
)

// A CallEvent reports one round trip of the outermost chain, when it returns: with a
// response of any status, with an error, or refused before it was sent. A typed call has one
// for each of its round trips, such as the probes of a poll. Its duration ends with the
// response headers or the error.
//
// Outcome and ErrorClass are closed sets, and Reason and the causes of Waits are those of the
// layers; an event has at most nine causes, the last of which may be "_OTHER" for all others.
// Method and Host come from the caller: a sink that uses them as labels must bound how many
// it accepts.
type CallEvent struct {
	Common

	Outcome    string                // one of the Outcome constants
	StatusCode int                   // 0 if there is no response
	ErrorClass transport.ErrorClass  // empty if there is a response
	Error      string                // the error, with secrets masked; empty if there is a response
	Attempts   int                   // attempts of this round trip; 0 if nothing was sent, or if the call has no record
	Waits      []transport.WaitTotal // the waits of this round trip by cause, nil if there are none: do not modify it
	Reason     transport.Reason      // why retries ended; empty if no further retry was needed
	Method     string                // GET if the request has none
	Host       string                // of the URL, in lower case, without the port
	Port       int                   // of the URL, or the default of its scheme; 0 if unknown
	Scheme     string                // of the URL, in lower case
	Proto      string                // the version of HTTP, such as "1.1" or "2"; empty if there is no response

	RequestLength  int64     // of the body, in bytes; -1 if unknown
	ResponseLength int64     // the Content-Length, in bytes; -1 if unknown or if there is no response
	Hop            int       // how many earlier round trips of the same redirected call there are
	Begun          time.Time // when the round trip began
	Hedges         int       // attempts that a hedge made because an earlier one was slow
	HedgeWins      int       // how many of those had the result that was used
}

// Channel returns [ChannelCall].
func (CallEvent) Channel() Channel { return ChannelCall }
func (CallEvent) sealed()          {}

// A BodyEvent reports what was read of the body of a response, after the [CallEvent] of the
// same round trip. It is published when a Read reaches the end of the body or fails, or else
// when the body is closed. There is none if the response has no body, if the body can be
// written to, or if it is neither read to its end nor closed. Its duration runs from the
// beginning of the round trip.
type BodyEvent struct {
	Common

	StatusCode int
	Read       int64                // bytes that were read
	Complete   bool                 // all of the body was read
	ErrorClass transport.ErrorClass // of the error of a Read; empty if there was none
	Error      string               // that error, with secrets masked
	Method     string               // this and the others as in the [CallEvent]
	Host       string
	Port       int
	Scheme     string
	Proto      string
	Hop        int
}

// Channel returns [ChannelCall].
func (BodyEvent) Channel() Channel { return ChannelCall }
func (BodyEvent) sealed()          {}

// newCallEvent returns the event of a round trip that ended with resp or err.
func newCallEvent(req *http.Request, resp *http.Response, err error) CallEvent {
	done := record.TallyOf(req.Context())
	to := targetOf(req)
	e := CallEvent{
		Common: commonOf(req), ErrorClass: transport.ClassifyError(req, err),
		Attempts: done.Attempts, Waits: totals(done.Waits), Reason: transport.Reason(done.Reason), Hop: done.Hop,
		Hedges: done.Hedges, HedgeWins: done.Wins,
		Method: to.method, Host: to.host, Port: to.port, Scheme: to.scheme,
		RequestLength: lengthOf(req), ResponseLength: -1,
	}
	if err != nil {
		e.Error = errorText(req, err)
	} else {
		e.StatusCode, e.Proto, e.ResponseLength = resp.StatusCode, protoOf(resp), announced(resp)
	}
	switch {
	case e.ErrorClass == transport.ClassCanceled:
		e.Outcome = OutcomeCanceled
	case err != nil:
		e.Outcome = OutcomeFailure
	case resp.StatusCode < http.StatusBadRequest:
		e.Outcome = OutcomeSuccess
	case transport.CallFrom(req.Context()).Expects(resp):
		e.Outcome = OutcomeExpected
	default:
		e.Outcome = OutcomeFailure
	}
	return e
}

// A target is where a request is sent.
type target struct {
	method, host, scheme string
	port                 int
}

func targetOf(req *http.Request) target {
	t := target{method: redact.Cut(cmp.Or(req.Method, http.MethodGet), redact.MaxValue)}
	if req.URL == nil {
		return t
	}
	t.host = redact.Cut(strings.ToLower(req.URL.Hostname()), redact.MaxValue)
	t.scheme = redact.Cut(strings.ToLower(req.URL.Scheme), redact.MaxValue)
	t.port = portOf(req.URL.Port(), t.scheme)
	return t
}

func portOf(text, scheme string) int {
	switch {
	case text != "":
		if port, err := strconv.ParseUint(text, 10, 16); err == nil {
			return int(port)
		}
	case scheme == "http":
		return 80
	case scheme == "https":
		return 443
	}
	return 0
}

// lengthOf returns the length of the request's body, or -1 if it is unknown.
func lengthOf(req *http.Request) int64 {
	if req.ContentLength == 0 && req.Body != nil && req.Body != http.NoBody {
		return -1 // net/http takes 0 as unknown
	}
	return max(req.ContentLength, -1)
}

// announced returns the length that the response announces, or -1.
func announced(resp *http.Response) int64 {
	if resp.ContentLength == 0 && resp.Body != nil && resp.Body != http.NoBody {
		return -1 // not from net/http, which has no body then
	}
	return max(resp.ContentLength, -1)
}

func protoOf(resp *http.Response) string {
	switch {
	case resp.ProtoMajor == 1 && resp.ProtoMinor == 1:
		return "1.1"
	case resp.ProtoMajor == 0: // from a mock
		return ""
	case resp.ProtoMajor == 1:
		return "1." + strconv.Itoa(resp.ProtoMinor)
	}
	return strconv.Itoa(resp.ProtoMajor)
}

const (
	maxCauses  = 8        // causes of waits that an event lists
	otherCause = "_OTHER" // stands for the others
)

// totals sums waits by their causes, in the order of the first of each cause.
func totals(waits []record.Wait) (list []transport.WaitTotal) {
	for i := range waits {
		cause := redact.Cut(waits[i].Cause, redact.MaxValue)
		at := indexOf(list, cause)
		if at < 0 && len(list) >= maxCauses {
			cause = otherCause
			at = indexOf(list, cause)
		}
		if at < 0 {
			at, list = len(list), append(list, transport.WaitTotal{Cause: cause})
		}
		list[at].Count++
		list[at].Total += waits[i].For
	}
	return list
}

func indexOf(list []transport.WaitTotal, cause string) int {
	for i := range list {
		if list[i].Cause == cause {
			return i
		}
	}
	return -1
}
