package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

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
	said := object(body)
	var id string
	var took float64
	read(said["requestid"], &id)
	read(unquoted(said["took"]), &took)
	e.RequestID = c.Mask(cmp.Or(id, e.RequestID))
	e.Took = seconds(took)
	read(unquoted(said["code"]), &e.Code)
	e.Message = c.show(said.message())
	if said == nil { // perhaps a list, or a text
		e.Message = c.show(sentence(body, 0))
	}
	e.Fields = c.fields(said["errors"])
}

// fields returns the problems with fields of the request by the names of the fields, or nil
// if errors is not an object.
func (c Codec) fields(errors json.RawMessage) map[string]string {
	var named map[string]json.RawMessage
	read(errors, &named)
	if len(named) == 0 {
		return nil
	}
	fields := make(map[string]string, len(named))
	for name, problem := range named {
		fields[c.show(name)] = c.show(cmp.Or(sentence(problem, 0), scalar(problem)))
	}
	return fields
}

// members are the members of a JSON object, by their names in lower case.
type members map[string]json.RawMessage

// object returns the members of a JSON object, or nil if raw is anything else.
func object(raw json.RawMessage) members {
	var named map[string]json.RawMessage
	read(raw, &named)
	if len(named) == 0 {
		return nil
	}
	found := make(members, len(named))
	for name, value := range named {
		folded := strings.ToLower(name)
		if _, exact := named[folded]; !exact || name == folded {
			found[folded] = value
		}
	}
	return found
}

// message returns what the body of an error says: its sentence, and those in errors, unless
// errors names the fields of the request.
func (m members) message() string {
	said, listed := m.sentence(0), ""
	if object(m["errors"]) == nil {
		listed = sentence(m["errors"], 0)
	}
	switch {
	case said == "":
		return listed
	case listed == "" || strings.Contains(said, listed):
		return said
	}
	return strings.TrimRight(said, ".: ") + ": " + listed
}

// sentence returns the sentence of an object that describes an error. Opsgenie has message,
// Jira errorMessages, AWS errorMessage, RFC 9457 title and detail; frameworks have error,
// which may be the text of the status and then says the least.
func (m members) sentence(depth int) string {
	for _, name := range [...]string{"message", "errormessage", "errormessages"} {
		if text := sentence(m[name], depth); text != "" {
			return text
		}
	}
	title := cmp.Or(sentence(m["title"], depth), sentence(m["error"], depth))
	detail := sentence(m["detail"], depth)
	if title == "" || detail == "" {
		return cmp.Or(title, detail)
	}
	return strings.TrimRight(title, ".: ") + ": " + detail
}

// deepest bounds how deep in a body a sentence is looked for.
const deepest = 4

// sentence returns the text of a JSON value: a string, the sentences of a list, or the
// sentence of an object. An object without one is shown as JSON. Other values have no text,
// except in a list.
func sentence(raw json.RawMessage, depth int) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || depth > deepest {
		return ""
	}
	switch raw[0] {
	case '"':
		var text string
		read(raw, &text)
		return strings.TrimSpace(text)
	case '[':
		var items []json.RawMessage
		read(raw, &items)
		texts := make([]string, 0, len(items))
		for _, item := range items {
			if text := cmp.Or(sentence(item, depth+1), scalar(item)); text != "" {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, "; ")
	case '{':
		if found := object(raw); found != nil {
			return cmp.Or(found.sentence(depth+1), string(raw))
		}
	}
	return ""
}

// scalar returns a number or a boolean as JSON, and the empty string for anything else.
func scalar(raw json.RawMessage) string {
	if text := string(bytes.TrimSpace(raw)); text != "" && !strings.ContainsRune(`"[{n`, rune(text[0])) {
		return text
	}
	return ""
}

// read decodes a value into v if it is of v's type. Otherwise v stays as it is.
func read[T any](raw json.RawMessage, v *T) {
	var value T
	if len(raw) > 0 && json.Unmarshal(raw, &value) == nil {
		*v = value
	}
}

// unquoted returns a number, which may be in quotation marks, without them.
func unquoted(raw json.RawMessage) json.RawMessage { return bytes.Trim(raw, `"`) }
