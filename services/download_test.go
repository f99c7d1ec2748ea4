package services_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

type fileRequest struct {
	Name string `path:"name"`
}

func fileServer(status int, body io.Reader, accepted *string) transport.RoundTripperFunc {
	return func(req *http.Request) (*http.Response, error) {
		*accepted = req.Header.Get("Accept")
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body), Request: req}, nil
	}
}

func TestAFileIsCopiedAsItComes(t *testing.T) {
	t.Parallel()
	var accepted string
	c := open(t, fileServer(http.StatusOK, strings.NewReader("BEGIN:VCALENDAR"), &accepted))
	var to bytes.Buffer
	got, err := services.Download(t.Context(), c, "GET /v2/schedules/{name}", fileRequest{"a"}, "text/calendar", &to)
	require.NoError(t, err)
	assert.Equal(t, "BEGIN:VCALENDAR", to.String())
	assert.EqualValues(t, 15, got.Value)
	assert.Equal(t, "text/calendar", accepted)
	assert.Equal(t, http.StatusOK, got.Meta.Status)
}

// S2, S5: an error is no file, and a file that breaks off is an error.
func TestAnErrorIsNoFile(t *testing.T) {
	t.Parallel()
	var accepted string
	var to bytes.Buffer
	refused := open(t, fileServer(http.StatusNotFound, strings.NewReader(`{"message":"no"}`), &accepted))
	_, err := services.Download(t.Context(), refused, "GET /v2/schedules/{name}", fileRequest{"a"}, "text/calendar", &to)
	require.ErrorIs(t, err, services.ErrNotFound)
	assert.Empty(t, to.String())

	cut := errors.New("cut")
	broken := open(t, fileServer(http.StatusOK, io.MultiReader(strings.NewReader("BEGIN"), failing{cut}), &accepted))
	_, err = services.Download(t.Context(), broken, "GET /v2/schedules/{name}", fileRequest{"a"}, "text/calendar", &to)
	require.ErrorIs(t, err, cut)
	require.ErrorIs(t, err, services.ErrResponse)
	require.ErrorContains(t, err, "after 5 bytes")

	_, err = services.Download(t.Context(), broken, "GET /v2/schedules/{name}", fileRequest{}, "text/calendar", &to)
	require.ErrorIs(t, err, services.ErrArgument)
}

// S2, S5: bad input is refused before sending, a web page is not the file, and an error of the
// writer is not the server's.
func TestADownloadTellsWhoseErrorItIs(t *testing.T) {
	t.Parallel()
	sends := 0
	c := open(t, transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sends++
		return answer(req, http.StatusOK, "<html>sign in</html>", "Content-Type", "text/html; charset=utf-8"), nil
	}))
	_, err := services.Download(t.Context(), c, "GET /v2/schedules/{name}", fileRequest{"a"}, "text/calendar", nil)
	require.ErrorIs(t, err, services.ErrArgument)
	require.EqualError(t, err, "services: GET /v2/schedules/{name}: argument writer is nil")
	assert.Zero(t, sends)

	var to bytes.Buffer
	_, err = services.Download(t.Context(), c, "GET /v2/schedules/{name}", fileRequest{"a"}, "text/calendar", &to)
	require.ErrorIs(t, err, services.ErrResponse)
	require.ErrorContains(t, err, "response from api.example.com is a web page (text/html), not text/calendar")
	assert.Empty(t, to.String())

	full := errors.New("disk full")
	c = open(t, always(http.StatusOK, "BEGIN"))
	_, err = services.Download(t.Context(), c, "GET /v2/schedules/{name}", fileRequest{"a"}, "text/calendar", writerFunc(func([]byte) (int, error) { return 0, full }))
	require.ErrorIs(t, err, full)
	require.NotErrorIs(t, err, services.ErrResponse)
	require.ErrorContains(t, err, "write response after 0 bytes")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAnOptionalTellsNothingFromNullFromZero(t *testing.T) {
	t.Parallel()
	type fields struct {
		Nothing services.Optional[int] `json:"nothing,omitzero"`
		Null    services.Optional[int] `json:"null,omitzero"`
		Zero    services.Optional[int] `json:"zero,omitzero"`
	}
	sent := fields{Null: services.Null[int](), Zero: services.Set(0)}
	text, err := json.Marshal(sent)
	require.NoError(t, err)
	assert.JSONEq(t, `{"null":null,"zero":0}`, string(text))
	var got fields
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Equal(t, sent, got)
	value, ok := got.Zero.Get()
	assert.True(t, ok)
	assert.Zero(t, value)
	_, ok = got.Null.Get()
	assert.False(t, ok)
	require.Error(t, json.Unmarshal([]byte(`{"zero":"x"}`), &got))
}
