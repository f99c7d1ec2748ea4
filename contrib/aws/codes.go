package aws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"

	awsretry "github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/tripware/tripware/middleware/retry"
)

// after returns a classifier that asks first, and then the codes of AWS.
func after(first retry.Classifier) retry.Classifier {
	return func(o retry.Outcome) retry.Answer {
		if first != nil {
			if answer := first(o); answer != retry.AsUsual {
				return answer
			}
		}
		return classify(o)
	}
}

// classify returns Yes if AWS has throttled a request, or has not received it completely.
// The operation was not executed in both cases, so its method does not matter.
func classify(o retry.Outcome) retry.Answer {
	if o.Status < http.StatusBadRequest {
		return retry.AsUsual
	}
	inHeader := o.Header.Get("X-Amzn-Errortype")
	inQueryHeader, _, _ := strings.Cut(o.Header.Get("X-Amzn-Query-Error"), ";")
	if retryable(inHeader) || retryable(inQueryHeader) || inHeader == "" && retryable(codeIn(o.Prefix())) {
		return retry.Yes
	}
	return retry.AsUsual
}

// retryable reports whether the code is in one of the SDK's lists. A code may have a
// namespace before it and a URI after it.
func retryable(code string) bool {
	code, _, _ = strings.Cut(code, ":")
	code = strings.TrimSpace(code[strings.LastIndexByte(code, '#')+1:])
	_, throttled := awsretry.DefaultThrottleErrorCodes[code]
	_, incomplete := awsretry.DefaultRetryableErrorCodes[code]
	return throttled || incomplete
}

// codeIn returns the code of an error from the beginning of its body, or an empty string.
// The body may be JSON, XML or CBOR, depending on the service's protocol.
func codeIn(prefix []byte) string {
	text := bytes.TrimSpace(prefix)
	switch {
	case bytes.HasPrefix(text, []byte("{")):
		return codeInJSON(text)
	case bytes.HasPrefix(text, []byte("<")):
		return codeInXML(text)
	}
	return codeInCBOR(prefix)
}

// codeInJSON returns the value of the member __type or code. Other members may be of any
// type, and the end may be missing.
func codeInJSON(text []byte) string {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return ""
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return ""
		}
		var value any
		if d.Decode(&value) != nil {
			return ""
		}
		if code, ok := value.(string); ok && (name == "__type" || name == "code") {
			return code
		}
	}
	return ""
}

// codeInXML returns the text of the first element Code. The end may be missing.
func codeInXML(text []byte) string {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "Code" {
			continue
		}
		var code string
		if d.DecodeElement(&code, &start) != nil {
			return ""
		}
		return code
	}
}

// codeInCBOR returns the value of the member __type, a text of less than 256 bytes: RFC 8949
// section 3.1, major type 3.
func codeInCBOR(prefix []byte) string {
	const textType, lengthInByte, longest = 0x60, 0x78, 0x17
	_, value, found := bytes.Cut(prefix, []byte("\x66__type"))
	if !found || len(value) < 2 {
		return ""
	}
	length, text := int(value[0])-textType, value[1:]
	if value[0] == lengthInByte {
		length, text = int(value[1]), value[2:]
	} else if length < 0 || length > longest {
		return ""
	}
	if length > len(text) {
		return ""
	}
	return string(text[:length])
}
