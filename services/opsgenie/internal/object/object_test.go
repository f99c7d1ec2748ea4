package object_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/object"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

type common struct {
	ID string `json:"id,omitzero"`
}

type known struct {
	common

	Name string `json:"name"`
	Kept string `json:"-"`
}

func TestWhatIsUnknownIsKeptAndSentBackAsItCame(t *testing.T) {
	t.Parallel()
	var k known
	rest, err := object.Split([]byte(`{"name":"n","size":9007199254740993,"id":"x","a":{"b":[1.50]}}`), &k)
	require.NoError(t, err)
	assert.Equal(t, known{common: common{ID: "x"}, Name: "n"}, k)
	assert.Len(t, rest, 2)
	rest["name"] = json.RawMessage(`"another"`) // the field's is sent
	k.Name = "m"
	text, err := object.Join(k, rest)
	require.NoError(t, err)
	want := `{"id":"x","name":"m","a":{"b":[1.50]},"size":9007199254740993}` // byte by byte
	assert.Equal(t, want, string(text))

	text, err = object.Join(struct{}{}, object.Members{"b": json.RawMessage(`1`), "a": json.RawMessage(`2`)})
	require.NoError(t, err)
	assert.Equal(t, `{"a":2,"b":1}`, string(text))

	rest, err = object.Split([]byte(`{"name":"n"}`), &k)
	require.NoError(t, err)
	assert.Nil(t, rest)
	for _, wrong := range []string{`[]`, `{"name":7}`, `"x"`} {
		_, err = object.Split([]byte(wrong), &k)
		require.Error(t, err, wrong)
	}
	_, err = object.Join(struct {
		F func() `json:"f"`
	}{}, nil)
	require.Error(t, err)
}

type request struct {
	ID   string          `path:"id"`
	Team string          `query:"team"`
	Body json.RawMessage `json:"..."`
}

type picky struct {
	Body json.RawMessage `json:"..."`
}

func (p picky) Check() error { return errors.New("never right") }

// send returns what the request sends.
func send(t *testing.T, route string, in any) (path, body string, err error) {
	t.Helper()
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(req.Body)
		path, body = req.URL.RequestURI(), string(sent)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{}`)), Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	require.NoError(t, err)
	_, err = services.Do[services.None](context.Background(), client, route, object.Spread(in))
	return path, body, err
}

func TestTheMembersOfAFieldBecomeTheBody(t *testing.T) {
	t.Parallel()
	text := `{"b":{"x":[1.50]},"-":null,"feature-type":"x","ключ":1,"$a.b/c":true}`
	path, body, err := send(t, "POST /v2/things/{id}", request{ID: "a/b", Team: "t", Body: json.RawMessage(text)})
	require.NoError(t, err)
	assert.Equal(t, "/v2/things/a%2Fb?team=t", path)
	assert.Equal(t, text, body)
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[]`:            "body cannot be written as JSON: body: is no object",
		`{"":1}`:        `the member "" cannot be sent`,
		`{"a,b":1}`:     `the member "a,b" cannot be sent`,
		`{"a\"b":1}`:    `the member "a\"b" cannot be sent`,
		`{"a\u0000":1}`: `cannot be sent`,
		`{"a":1,"a":2}`: "is the second field called a",
		`{`:             "unexpected end of JSON input",
	} {
		_, _, err := send(t, "POST /v2/things", bodyOf(text))
		require.ErrorIs(t, err, services.ErrArgument, text)
		require.ErrorContains(t, err, want, text)
	}
	_, _, err := send(t, "POST /v2/things/{id}", request{Body: json.RawMessage(`{"a":1}`)})
	require.ErrorContains(t, err, "argument id")
	_, _, err = send(t, "POST /v2/things", picky{Body: json.RawMessage(`{"a":1}`)})
	require.ErrorContains(t, err, "never right")
}

func bodyOf(text string) any {
	return struct {
		Body json.RawMessage `json:"..."`
	}{json.RawMessage(text)}
}
