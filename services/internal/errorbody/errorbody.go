// Package errorbody reads the body of an HTTP response that reports an error: problem details
// (RFC 9457), and the JSON that common vendors, frameworks and gateways write.
package errorbody

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/tripware/tripware/transport/redact"
)

// A Body is what the body of an error says. The texts are as an error may show them.
type Body struct {
	Message   string            // its sentence, with those that do not belong to a field
	Type      string            // the name or URI of the error
	Code      int               // the vendor's number of the error
	RequestID string            // the server's id of the request
	Took      time.Duration     // as the server measured it
	Fields    map[string]string // problems with fields of the request, by name
}

// Read reads a body. It reads each member separately, so that one of an unexpected type does
// not affect the others. The zero Body is returned for a body that is not JSON. Mask removes
// the client's secrets from a text; it may be nil.
func Read(raw []byte, mask func(string) string) Body {
	b := parse(raw)
	b.Message = shown(b.Message, redact.MaxError, mask)
	b.Type = shown(b.Type, redact.MaxValue, mask)
	b.RequestID = shown(b.RequestID, redact.MaxValue, mask)
	fields := make(map[string]string, len(b.Fields))
	for name, problem := range b.Fields {
		fields[shown(name, redact.MaxValue, mask)] = shown(problem, redact.MaxError, mask)
	}
	if b.Fields = nil; len(fields) > 0 {
		b.Fields = fields
	}
	return b
}

func shown(text string, most int, mask func(string) string) string {
	if mask != nil {
		text = mask(text)
	}
	return redact.Cut(text, most)
}

// parse reads a body, of which the texts are as they came.
func parse(raw []byte) Body {
	said := object(raw)
	if said == nil { // perhaps a list, or a text
		return Body{Message: sentence(raw, 0)}
	}
	b := Body{Message: said.message(), Fields: said.fields(), Took: took(said["took"])}
	inner := object(said["error"])
	for _, m := range []members{said, inner, first(said["errors"])} {
		b.Type = cmp.Or(b.Type, m.name())
		b.Code = cmp.Or(b.Code, m.code())
		for _, name := range [...]string{"requestid", "request_id", "traceid"} {
			b.RequestID = cmp.Or(b.RequestID, text(m[name]))
		}
	}
	b.Type = cmp.Or(b.Type, text(inner["status"]))
	if b.Type == "" && text(said["error_description"]) != "" { // RFC 6749 section 5.2
		b.Type = text(said["error"])
	}
	return b
}

// first returns the first object of a list of errors, or nil. It must not be about a field of
// the request.
func first(list json.RawMessage) members {
	var items []json.RawMessage
	if read(list, &items); len(items) == 0 {
		return nil
	}
	if field, _ := problem(items[0]); field != "" {
		return nil
	}
	return object(items[0])
}

// took returns a number of seconds, which may be in quotation marks.
func took(raw json.RawMessage) time.Duration {
	var seconds float64
	read(bytes.Trim(raw, `"`), &seconds)
	return Seconds(seconds)
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

// name returns the name of the error for programs.
func (m members) name() string {
	for _, member := range [...]string{"type", "code", "errorcode", "__type"} {
		if name := text(m[member]); name != "" && name != "about:blank" && strings.Trim(name, "0123456789") != "" {
			return name
		}
	}
	return ""
}

func (m members) code() (code int) {
	for _, member := range [...]string{"code", "errorcode"} {
		if code == 0 {
			read(bytes.Trim(m[member], `"`), &code) // it may be in quotation marks
		}
	}
	return code
}

// message returns what the body of an error says: its sentence, and those in errors that do
// not belong to a field of the request.
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

// sentence returns the sentence of an object that describes an error. Most vendors have
// message, Jira errorMessages, AWS errorMessage, RFC 9457 title and detail, RFC 6749
// error_description; frameworks have error, which may be the text of the status and then
// says the least.
func (m members) sentence(depth int) string {
	for _, name := range [...]string{"message", "errormessage", "errormessages", "error_message", "msg"} {
		if text := sentence(m[name], depth); text != "" {
			return text
		}
	}
	title := cmp.Or(sentence(m["title"], depth), sentence(m["error"], depth))
	detail := cmp.Or(sentence(m["detail"], depth), sentence(m["error_description"], depth))
	if title == "" || detail == "" {
		return cmp.Or(title, detail)
	}
	return strings.TrimRight(title, ".: ") + ": " + detail
}

// deepest bounds how deep in a body a sentence is looked for.
const deepest = 4

// sentence returns the text of a JSON value: a string, the sentences of a list, or the
// sentence of an object. An object without one is shown as JSON. Other values have no text,
// except in a list. Items of a list that belong to a field are left to [members.fields].
func sentence(raw json.RawMessage, depth int) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || depth > deepest {
		return ""
	}
	switch raw[0] {
	case '"':
		return text(raw)
	case '[':
		var items []json.RawMessage
		read(raw, &items)
		texts := make([]string, 0, len(items))
		for _, item := range items {
			if field, _ := problem(item); depth == 0 && field != "" {
				continue
			}
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

// text returns the string that raw is, and the empty string for anything else.
func text(raw json.RawMessage) (text string) {
	read(raw, &text)
	return strings.TrimSpace(text)
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
