package wire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
)

// S2, S4: whatever a response says, it is read or a typed error; times are not negative, and a
// link is a query on the path of the list.
func FuzzAResponseIsReadOrAnError(f *testing.F) {
	for _, body := range []string{
		`{"values":[{"id":"a"}],"links":{"next":"/v1/x?offset=1"}}`, `[{"id":7}]`, `{"values":{}}`, `null`, ``, ` `, `{"links":{"next":"//h?a"},"values":[]}`,
		`{"errors":[{"title":"a","code":"b"}]}`, `{"code":401,"message":"scope"}`, `{"took":-1,"requestId":7}`, `{"took":1e400}`, "\xef\xbb\xbf[]", `[[]]`,
	} {
		f.Add(200, body)
		f.Add(401, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 299 && status < 400 || status > 599 {
			return
		}
		list, err := ask[[]thing](t, server{status, nil, body}, "GET /v1/x")
		checkError(t, err)
		if err == nil {
			next := string(list.Meta.Paging.Next)
			require.True(t, !strings.Contains(next, "?") || strings.HasPrefix(next, "/v1/x?"), next)
		}
		accepted, err := ask[services.None](t, server{status, nil, body}, "POST /v1/x")
		checkError(t, err)
		if err == nil {
			require.GreaterOrEqual(t, accepted.Meta.Took.Nanoseconds(), int64(0))
		}
	})
}

func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	_, ok := errors.AsType[*services.Error](err)
	require.True(t, ok, "%T", err)
	require.NotContains(t, err.Error(), "\n")
}
