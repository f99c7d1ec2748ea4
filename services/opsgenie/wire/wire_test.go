package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask returns what one call makes of an answer.
func ask(tb testing.TB, status int, header http.Header, body string) (*services.Result[[]string], error) {
	tb.Helper()
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, Body: readCloser{strings.NewReader(body)}, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: base}, "https://api.opsgenie.com", wire.Codec{Key: redact.NewSecret("k3y")})
	require.NoError(tb, err)
	return services.Do[[]string](tb.Context(), client, "GET /v2/things", nil, services.ByMethod)
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestAnEnvelopeIsUnwrapped(t *testing.T) {
	t.Parallel()
	got, err := ask(t, 200, nil, `{"data":["a"],"result":"Done","took":0.25,"requestId":"r-1","expandable":["x"],
		"paging":{"next":"https://api.opsgenie.com/v2/things?offset=1","first":"/v2/things"}}`)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, got.Value)
	assert.Equal(t, "Done", got.Meta.Result)
	assert.Equal(t, 250*time.Millisecond, got.Meta.Took)
	assert.Equal(t, "r-1", got.Meta.RequestID)
	assert.Equal(t, services.Paging{Next: "/v2/things?offset=1", First: "/v2/things"}, got.Meta.Paging)
}

// S8: a member of an unexpected type leaves the paging links alone, or a list would end early.
func TestAPageWithAMismatchKeepsItsLinks(t *testing.T) {
	t.Parallel()
	got, err := ask(t, 200, nil, `{"data":["a",7],"paging":{"next":"/v2/things?offset=2","first":"/v2/things"}}`)
	require.NoError(t, err)
	assert.Equal(t, []services.Mismatch{{Path: "data[1]", Got: "number"}}, got.Meta.Mismatches)
	assert.Equal(t, services.Paging{Next: "/v2/things?offset=2", First: "/v2/things"}, got.Meta.Paging)
}

func TestHeadersStandInForWhatTheBodyLacks(t *testing.T) {
	t.Parallel()
	header := http.Header{
		"X-Request-Id": {"r-2"}, wire.HeaderNext: {"https://api.opsgenie.com/v2/things?offset=2"},
		wire.HeaderPrev: {"/v2/things?offset=0"}, wire.HeaderFirst: {"/v2/things?offset=9"}, wire.HeaderLast: {"/v2/things?offset=8"},
	}
	got, err := ask(t, 200, header, `{"data":[],"took":-1,"paging":{"first":"/v2/things"}}`)
	require.NoError(t, err)
	assert.Equal(t, "r-2", got.Meta.RequestID)
	assert.Zero(t, got.Meta.Took)
	assert.Equal(t, services.Paging{Next: "/v2/things?offset=2", Prev: "/v2/things?offset=0", First: "/v2/things", Last: "/v2/things?offset=8"}, got.Meta.Paging)
}

// S2, S3: an error is read member by member, whatever their types.
func TestAnErrorIsReadAsFarAsItCanBe(t *testing.T) {
	t.Parallel()
	notYet := http.Header{wire.HeaderErrorType: {wire.RequestNotProcessed}}
	for name, row := range map[string]struct {
		status int
		header http.Header
		body   string
		want   services.Error
	}{
		"whole": {422, nil, `{"message":"no","code":42201,"took":0.006,"requestId":"r","errors":{"responders#type":"bad"}}`,
			services.Error{Message: "no", Code: 42201, Took: 6 * time.Millisecond, RequestID: "r", Fields: map[string]string{"responders#type": "bad"}, Kind: services.ErrInvalid}},
		"odd types": {400, nil, `{"message":7,"code":"40001","took":"0.5","requestId":7,"errors":{"tags":["a",1],"x":null,"y":{"z":1}}}`,
			services.Error{Code: 40001, Took: 500 * time.Millisecond, Fields: map[string]string{"tags": "a; 1", "x": "", "y": `{"z":1}`}, Kind: services.ErrInvalid}},
		"waits":            {404, notYet, `{"message":"not yet"}`, services.Error{Message: "not yet", Type: wire.RequestNotProcessed, Kind: services.ErrNotProcessed}},
		"waits, no body":   {404, notYet, ``, services.Error{Type: wire.RequestNotProcessed, Kind: wire.ErrNotProcessed}},
		"gone":             {404, http.Header{wire.HeaderErrorType: {"Gone"}}, ``, services.Error{Type: "Gone", Kind: services.ErrNotFound}},
		"not yet, but 500": {500, notYet, ``, services.Error{Type: wire.RequestNotProcessed, Kind: services.ErrServer}},
		"a gateway's page": {503, nil, `<html><h1>503</h1></html>`, services.Error{Kind: services.ErrServer}},
		"cut off":          {500, nil, `{"message":"Inter`, services.Error{Kind: services.ErrServer}},
		"no object":        {500, nil, `["no"]`, services.Error{Message: "no", Kind: services.ErrServer}},
		"the key, echoed": {
			401, http.Header{wire.HeaderErrorType: {"Bad-k3y"}, "X-Request-Id": {"k3y"}},
			`{"message":"Key k3y is wrong","errors":{"k3y":"k3y?"},"requestId":"r-k3y"}`,
			services.Error{
				Type: "Bad-***", Message: "Key *** is wrong", Fields: map[string]string{"***": "***?"}, RequestID: "r-***", Kind: services.ErrUnauthorised,
			},
		},
	} {
		_, err := ask(t, row.status, row.header, row.body)
		var got *services.Error
		require.ErrorAs(t, err, &got, name)
		said := services.Error{Message: got.Message, Code: got.Code, Took: got.Took, RequestID: got.RequestID, Fields: got.Fields, Type: got.Type, Kind: got.Kind}
		assert.Equal(t, row.want, said, name)
		assert.Equal(t, row.status, got.Status, name)
	}
}

// S8: the sentence of an error is in its text, whichever form the body has.
func TestTheSentenceOfAnErrorIsShown(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`{"error":`, n) + `"No"` + strings.Repeat("}", n) }
	for _, row := range []struct{ body, want string }{
		{`{"message":"No"}`, "No"},
		{`{"Message":"No"}`, "No"},
		{`{"message":{"text":"No"}}`, `{"text":"No"}`},
		{`{"message":{"message":"No"}}`, "No"},
		{`{"message":["No","Never"]}`, "No; Never"},
		{`{"errorMessages":["No","Never"],"errors":{},"status":429}`, "No; Never"},
		{`{"errorMessages":[],"errors":{"alias":"is too long"}}`, "alias: is too long"},
		{`{"errors":{"alias":["is too long","is odd"]}}`, "alias: is too long; is odd"},
		{`{"errorMessage":"No"}`, "No"},
		{`{"status":403,"error":"Forbidden"}`, "Forbidden"},
		{`{"status":403,"error":"Forbidden","message":"No"}`, "No"},
		{`{"error":"Forbidden","detail":"No"}`, "Forbidden: No"},
		{`{"error":true,"message":"No"}`, "No"},
		{`{"error":{"message":"No","status":7}}`, "No"},
		{`{"error":{"title":"No","detail":"Never"}}`, "No: Never"},
		{`{"error":{"reasons":["No"]}}`, `{"reasons":["No"]}`},
		{`{"detail":"No"}`, "No"},
		{`{"title":"No.","detail":"Never"}`, "No: Never"},
		{`{"errors":["No","Never",7,null]}`, "No; Never; 7"},
		{`{"errors":[{"title":"No","detail":"Never"},{"title":"Sorry"},{"message":"Well"}]}`, "No: Never; Sorry; Well"},
		{`{"errors":"No"}`, "No"},
		{`{"message":"No.","errors":["alias is odd","user is odd"]}`, "No: alias is odd; user is odd"},
		{`{"message":"No: alias is odd","errors":["alias is odd"]}`, "No: alias is odd"},
		{`["No",{"message":"Never"}]`, "No; Never"},
		{`"No"`, "No"},
		{` {"message":" No\n "} `, "No"},
		{`{"message":"apiKey=s3cret"}`, "apiKey=***"},
		{`{"error":{"hint":{"password":"s3cret"}}}`, `{"hint":{"password":"***"}}`},
		{`{"errors":["Key k3y is wrong"]}`, "Key *** is wrong"},
		{`{"message":"` + strings.Repeat("ü", 600) + `"}`, strings.Repeat("ü", 512) + "…"},
		{`{"took":0.1}`, ""},
		{`{"message":""}`, ""},
		{`{"message":null,"errors":[],"error":{}}`, ""},
		{deep(5), "No"},
		{deep(9), deep(4)},
		{`404`, ""},
		{`No`, ""},
	} {
		want := ": " + row.want
		if row.want == "" || strings.HasPrefix(row.want, "alias: ") {
			want = strings.TrimSuffix(" unprocessable entity"+want, ": ")
		}
		_, err := ask(t, 422, nil, row.body)
		require.EqualError(t, err, "services: GET /v2/things: 422"+want, row.body)
	}
}

// A3: the key is masked also where a text ends in the middle of it.
func TestAKeyThatIsCutOffIsMasked(t *testing.T) {
	t.Parallel()
	c := wire.Codec{Key: redact.NewSecret("0123456789ab-cdef")}
	for text, want := range map[string]string{
		"a 0123456789ab-cdef b 0123456789ab-cdef": "a *** b ***",
		"a 0123456789ab-cde":                      "a ***",
		"a 0123":                                  "a ***",
		"a 012":                                   "a 012",
		"":                                        "",
	} {
		assert.Equal(t, want, c.Mask(text))
	}
	assert.Equal(t, "a", wire.Codec{}.Mask("a"))
}

// S2: no body, however wrong, is a panic, and none stands in the error's text.
func FuzzAnErrorBodyIsReadOrLeft(f *testing.F) {
	for _, body := range []string{`{"errors":{"a":"b"}}`, `{"errors":[{"title":1}]}`, `{"code":"x","took":1e400}`, `null`, `{"message":"\ud800"}`} {
		f.Add(404, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 400 || status > 599 {
			return
		}
		_, err := ask(t, status, nil, body)
		var got *services.Error
		require.ErrorAs(t, err, &got)
		assert.Equal(t, status, got.Status)
		assert.NotContains(t, got.Error(), "\n")
	})
}

func ExampleCodec() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := readCloser{strings.NewReader(`{"message": "Your plan does not include this feature", "requestId": "r-1"}`)}
		return &http.Response{StatusCode: http.StatusPaymentRequired, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	_, err = services.Do[map[string]any](context.Background(), client, "GET /v1/incidents", nil, services.ByMethod)
	fmt.Println(err)
	// Output: services: GET /v1/incidents: 402: Your plan does not include this feature [request r-1]
}
