package members_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/examples/typed/members"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
)

const base = "https://books.example/v1/members"

func open(t *testing.T) (*members.Client, *httpmock.MockTransport) {
	t.Helper()
	mock := httpmock.NewMockTransport()
	client, err := tripware.New(tripware.WithBase(mock), tripware.WithRetry(retry.WithBaseDelay(0)))
	require.NoError(t, err)
	c, err := members.New(client, "https://books.example")
	require.NoError(t, err)
	return c, mock
}

func TestAllFollowsPageNumbers(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	mock.RegisterResponder("GET", base, httpmock.NewStringResponder(200, `{"items":[{"id":"1"},{"id":"2"}],"page":1,"pages":2}`))
	mock.RegisterResponder("GET", base+"?page=2", httpmock.NewStringResponder(200, `{"items":[{"id":"3"}],"page":2,"pages":2}`))
	var ids []string
	for member, err := range c.All(t.Context()) {
		require.NoError(t, err)
		ids = append(ids, member.ID)
	}
	assert.Equal(t, []string{"1", "2", "3"}, ids)
}

// An absent field is not sent, a null one is, and so is one that is set to its zero value.
func TestUpdateSendsWhatIsMentioned(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	var body string
	mock.RegisterResponder("PATCH", base+"/7", func(req *http.Request) (*http.Response, error) {
		raw, err := io.ReadAll(req.Body)
		body = string(raw)
		return httpmock.NewStringResponse(200, `{"id":"7","name":"Tom","phone":null}`), err
	})
	got, err := c.Update(t.Context(), members.UpdateRequest{ID: "7", Phone: services.Null[string]()})
	require.NoError(t, err)
	assert.JSONEq(t, `{"phone":null}`, body)
	assert.Equal(t, "null: there is none", got.Value.PhoneText())

	_, err = c.Update(t.Context(), members.UpdateRequest{ID: "7", Name: services.Set("")})
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":""}`, body)

	assert.Equal(t, "not in the response", members.Member{}.PhoneText())
	assert.Equal(t, "123", members.Member{Phone: services.Set("123")}.PhoneText())
}

// Each attempt sends the whole file.
func TestAPhotoIsSentAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tom.png")
	require.NoError(t, os.WriteFile(path, []byte("png"), 0o600))
	c, mock := open(t)
	var files []string
	mock.RegisterResponder("PUT", base+"/7/photo", func(req *http.Request) (*http.Response, error) {
		file, head, err := req.FormFile("photo")
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(file)
		if files = append(files, head.Filename+": "+string(raw)); len(files) == 1 {
			return httpmock.NewStringResponse(503, ""), err
		}
		return httpmock.NewStringResponse(204, ""), err
	})
	_, err := c.SetPhoto(t.Context(), "7", path)
	require.NoError(t, err)
	assert.Equal(t, []string{"tom.png: png", "tom.png: png"}, files)
}

// The API's own form of an error is read, and that of a gateway as services.JSON does it.
func TestErrorsOfTheAPIAndOfAGateway(t *testing.T) {
	t.Parallel()
	c, mock := open(t)
	mock.RegisterResponder("PATCH", base+"/7", httpmock.NewStringResponder(409, `{"fault":{"name":"too_many_members","number":17,"says":"Buy more"}}`))
	_, err := c.Update(t.Context(), members.UpdateRequest{ID: "7"})
	require.ErrorIs(t, err, services.ErrPlan)
	require.EqualError(t, err, "services: PATCH /v1/members/{id}: 409 (17): Buy more")
	e, ok := errors.AsType[*services.Error](err)
	require.True(t, ok)
	assert.Equal(t, "too_many_members", e.Type)

	mock.RegisterResponder("PATCH", base+"/7", httpmock.NewStringResponder(404, `{"message":"no route"}`))
	_, err = c.Update(t.Context(), members.UpdateRequest{ID: "7"})
	require.EqualError(t, err, "services: PATCH /v1/members/{id}: 404: no route")
}
