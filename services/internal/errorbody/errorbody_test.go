package errorbody_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/internal/errorbody"
)

// S2: errors in the forms of common vendors and frameworks are read.
func TestErrorsInCommonFormsAreRead(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		body string
		want errorbody.Body
	}{
		"problem details": {
			`{"type":"https://example.com/probs/credit","title":"Out of credit","status":403,"detail":"Balance is 30","instance":"/a/1"}`,
			errorbody.Body{Message: "Out of credit: Balance is 30", Type: "https://example.com/probs/credit"},
		},
		"blank problem": {`{"type":"about:blank","title":"Not Found","status":404}`, errorbody.Body{Message: "Not Found"}},
		"invalid-params": {
			`{"title":"Invalid","invalid-params":[{"name":"age","reason":"must be positive"}]}`,
			errorbody.Body{Message: "Invalid", Fields: map[string]string{"age": "must be positive"}},
		},
		"pointers": {
			`{"title":"Invalid","errors":[{"detail":"must be positive","pointer":"#/age"}]}`,
			errorbody.Body{Message: "Invalid", Fields: map[string]string{"/age": "must be positive"}},
		},
		"ASP.NET": {
			`{"title":"One or more validation errors occurred.","status":400,"traceId":"00-1","errors":{"Name":["is required","is odd"]}}`,
			errorbody.Body{
				Message: "One or more validation errors occurred.", RequestID: "00-1",
				Fields: map[string]string{"Name": "is required; is odd"},
			},
		},
		"GitHub": {
			`{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"},{"message":"odd"}]}`,
			errorbody.Body{Message: "Validation Failed: odd", Fields: map[string]string{"title": "missing_field"}},
		},
		"a list of errors": {
			`{"errors":[{"title":"No such alert","code":"NOT_FOUND"},{"title":"odd"}],"took":"0.5"}`,
			errorbody.Body{Message: "No such alert; odd", Type: "NOT_FOUND", Took: 500 * time.Millisecond},
		},
		"Google": {
			`{"error":{"code":404,"message":"No such book","status":"NOT_FOUND"}}`,
			errorbody.Body{Message: "No such book", Code: 404, Type: "NOT_FOUND"},
		},
		"Stripe": {
			`{"error":{"message":"Your card was declined.","type":"card_error","code":"card_declined"}}`,
			errorbody.Body{Message: "Your card was declined.", Type: "card_error"},
		},
		"OAuth 2.0": {
			`{"error":"invalid_grant","error_description":"The code has expired"}`,
			errorbody.Body{Message: "invalid_grant: The code has expired", Type: "invalid_grant"},
		},
		"FastAPI": {
			`{"detail":[{"loc":["body","tags",0],"msg":"field required","type":"value_error.missing"}]}`,
			errorbody.Body{Fields: map[string]string{"body.tags.0": "field required"}},
		},
		"JSON:API": {
			`{"errors":[{"status":"422","title":"Invalid","source":{"pointer":"/data/name"}}]}`,
			errorbody.Body{Fields: map[string]string{"/data/name": "Invalid"}},
		},
		"AWS":          {`{"__type":"ThrottlingException","Message":"Rate exceeded"}`, errorbody.Body{Message: "Rate exceeded", Type: "ThrottlingException"}},
		"Slack":        {`{"ok":false,"error":"channel_not_found"}`, errorbody.Body{Message: "channel_not_found"}},
		"quoted code":  {`{"message":"no","code":"40001","request_id":"r-1"}`, errorbody.Body{Message: "no", Code: 40001, RequestID: "r-1"}},
		"odd types":    {`{"message":7,"code":{},"errors":7,"type":[],"error":[],"detail":{}}`, errorbody.Body{}},
		"not JSON":     {`<html>`, errorbody.Body{}},
		"a text":       {`"no such book"`, errorbody.Body{Message: "no such book"}},
		"deeply empty": {strings.Repeat(`{"error":`, 50) + `1` + strings.Repeat(`}`, 50), errorbody.Body{Message: strings.Repeat(`{"error":`, 45) + `1` + strings.Repeat(`}`, 45)}},
	} {
		assert.Equal(t, row.want, errorbody.Read([]byte(row.body), nil), name)
	}
}
