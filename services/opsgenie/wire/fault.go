package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware/internal/errorbody"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

// Pending reports whether resp says that a request was accepted but has not been processed
// yet: a 404 with the error type [RequestNotProcessed].
//
// API: https://docs.opsgenie.com/docs/alert-api#get-request-status
func (Codec) Pending(resp *http.Response) bool {
	return resp.StatusCode == http.StatusNotFound && first(resp.Header, HeaderErrorType) == RequestNotProcessed
}

// shortest is the number of bytes of the beginning of a key that, at the end of a text, are
// recognized as the key.
const shortest = 4

// Mask returns text with the key replaced by [redact.Mask], also if the text ends in the
// middle of the key.
func (c Codec) Mask(text string) string {
	key := c.Key.Reveal()
	if key == "" {
		return text
	}
	text = strings.ReplaceAll(text, key, redact.Mask)
	for n := len(key) - 1; n >= shortest; n-- {
		if rest, found := strings.CutSuffix(text, key[:n]); found {
			return rest + redact.Mask
		}
	}
	return text
}

// show returns text from the server as an error may show it.
func (c Codec) show(text string) string { return redact.Cut(c.Mask(text), redact.MaxError) }

// Fault sets the fields of e that an error response has. It reads each member of the body
// separately, so one of an unexpected type does not affect the others, and accepts the
// bodies of Opsgenie, of Jira Service Management and of common gateways. If the body is not
// JSON, only the headers count.
func (c Codec) Fault(resp *http.Response, body []byte, e *services.Error) {
	e.Type = redact.Cut(c.Mask(first(resp.Header, HeaderErrorType)), redact.MaxValue)
	if c.Pending(resp) {
		e.Kind = services.ErrNotProcessed
	}
	said := errorbody.Read(body)
	e.RequestID = c.Mask(cmp.Or(said.RequestID, e.RequestID))
	e.Took = tookOf(body)
	e.Code = said.Code
	e.Message = c.show(said.Message)
	if len(said.Fields) > 0 {
		e.Fields = make(map[string]string, len(said.Fields))
	}
	for name, problem := range said.Fields {
		e.Fields[c.show(name)] = c.show(problem)
	}
}

// tookOf returns the time that the server needed, which may be in quotation marks, or zero.
func tookOf(body []byte) time.Duration {
	var said struct{ Took json.RawMessage }
	var took float64
	if json.Unmarshal(body, &said) != nil || json.Unmarshal(bytes.Trim(said.Took, `"`), &took) != nil {
		return 0
	}
	return seconds(took)
}
