package services_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// S10: an Optional prints as its value, null or absent, also within a struct.
func TestAnOptionalPrintsWhatItIs(t *testing.T) {
	t.Parallel()
	type update struct {
		Name, Note services.Optional[string]
		Size       *int
		Age        services.Optional[int]
	}
	in := update{Note: services.Null[string](), Age: services.Set(0)}
	assert.Equal(t, "{absent null <nil> 0}", fmt.Sprint(in))
	assert.Equal(t, "{Name:absent Note:null Size:<nil> Age:0}", fmt.Sprintf("%+v", in))
	hidden := services.Set(redact.NewSecret("s3cr3t"))
	assert.NotContains(t, fmt.Sprintf("%v %+v %s", hidden, hidden, hidden), "s3cr3t")
}

// S7: metadata prints as one line, in which secrets are masked.
func TestMetadataPrintsAsOneLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if attempts++; attempts == 1 {
				return answer(req, 503, ""), nil
			}
			return answer(req, 200, `[{"id":7}]`, "X-Request-Id", "r-1", "X-Total-Count", "3",
				"Link", `<https://h/v1/items?apiKey=hunter2&page=2>; rel="next"`), nil
		})
		c := openJSON(t, services.JSON{}, transport.Chain(rt, retry.New(retry.WithBackoff(retry.Constant))))
		ctx := transport.WithTransactionID(t.Context(), "t-1")
		got, err := services.Do[[]item](ctx, c, "GET /v1/items", nil, services.ByMethod)
		require.NoError(t, err)
		for _, verb := range []string{"%v", "%+v", "%s"} {
			line := fmt.Sprintf(verb, got.Meta)
			assert.Equal(t, "GET /v1/items: 200 after 2 attempts in 1s, waited 1s, request r-1, call t-1, total 3, "+
				"next /v1/items?apiKey=***&page=2, mismatches [[0].id is a number]", line, verb)
		}
		odd := services.Metadata{Route: "GET /x", Status: 200, Attempts: 1, Elapsed: time.Second, Result: "done\napiKey=hunter2"}
		assert.Equal(t, "GET /x: 200 in 1s, done apiKey=***", odd.String())
		details := services.ResultDetails{Metadata: odd, Headers: map[string]string{"A": "b"}, Body: "{}"}
		assert.Equal(t, "GET /x: 200 in 1s, done apiKey=***, headers map[A:b], body of 2 bytes", fmt.Sprint(details))
	})
}

// S2: an object where a list is due leads to the field that takes it out.
func TestAListWithinAnObjectLeadsToJSONList(t *testing.T) {
	t.Parallel()
	const hint = ": if the list is a member of this object, set the field List of services.JSON"
	c := openJSON(t, services.JSON{}, always(200, `{"items":[{"id":"7"}]}`))
	_, err := services.Do[[]item](t.Context(), c, "GET /v1/items", nil, services.ByMethod)
	require.ErrorIs(t, err, services.ErrResponse)
	require.ErrorContains(t, err, "cannot unmarshal object")
	require.ErrorContains(t, err, hint)
	c = openJSON(t, services.JSON{}, always(200, `"text"`))
	_, err = services.Do[[]item](t.Context(), c, "GET /v1/items", nil, services.ByMethod)
	require.ErrorIs(t, err, services.ErrResponse)
	assert.NotContains(t, err.Error(), hint)
}
