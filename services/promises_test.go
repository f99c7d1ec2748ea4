package services_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// L1: what an answer says of rate limits stands typed in the result of a
// success and in the error of a failure.
func TestTheRateLimitStandsInEveryResult(t *testing.T) {
	t.Parallel()
	headers := []string{"X-Request-Id", "r-0", "Vendor-Took", "250ms", "Vendor-State", "SLOW", "Vendor-Period", "60s", "Retry-After", "7"}
	for _, status := range []int{200, 404, 429, 500} {
		c := open(t, transport.Chain(always(status, `{"data":{}}`, headers...), transport.Identity(), limits()))
		got, err := get(t.Context(), c)
		var said transport.RateLimit
		if status == 200 {
			require.NoError(t, err)
			said = got.Meta.RateLimit
		} else {
			failed := asError(t, err)
			said = failed.RateLimit
			assert.Equal(t, "7s", failed.RetryAfter().String())
			assert.Equal(t, "r-0", failed.RequestID)
			assert.Equal(t, 1, failed.Attempts)
		}
		assert.Equal(t, transport.RateLimit{
			State: "SLOW", Throttled: true, Period: time.Minute, RequestID: "r-0", ResponseTime: 250 * time.Millisecond,
			RetryAfter: 7 * time.Second, HasRetryAfter: true,
		}, said, status)
	}
}

// S2: an error keeps 4 KiB of the body, and an answer may be 10 MiB long.
func TestTheBoundsAreWhatIsPromised(t *testing.T) {
	t.Parallel()
	_, err := get(t.Context(), open(t, always(502, strings.Repeat("x", 5<<10))))
	assert.Len(t, asError(t, err).Body, 4<<10)
	assert.Equal(t, 10<<20, services.DefaultMaxBody)
	blanks := strings.Repeat(" ", 10<<20-len(`{"data":{}}`))
	_, err = get(t.Context(), open(t, always(200, `{"data":{}}`+blanks)))
	require.NoError(t, err)
	_, err = get(t.Context(), open(t, always(200, `{"data":{}}`+blanks+" ")))
	require.ErrorIs(t, err, services.ErrTooLarge)
}

// S4: a link that somebody kept leads below the client's own base, too, whatever
// origin stands in it.
func TestAKeptLinkDoesNotLeaveTheOrigin(t *testing.T) {
	t.Parallel()
	for _, link := range []services.Link{
		"https://evil.test/v1/items?o=1", "http://api.example.com/v1/items?o=1", "https://api.example.com:444/v1/items?o=1",
		"//evil.test/v1/items?o=1", "https://u:p@evil.test/v1/items?o=1#f", "/v1/items?o=1",
	} {
		server := &pages{byURI: map[string]string{"/v1/items?o=1": page("", "a")}}
		got, err := services.Follow[[]item](t.Context(), open(t, server), "GET /v1/items", link)
		require.NoError(t, err, link)
		assert.Equal(t, []item{{ID: "a"}}, got.Value)
		assert.Equal(t, []string{base + "/v1/items?o=1"}, server.asked, link)
	}
}

// C9, S6: two clients over one http.Client follow redirects by their own base,
// and that client stays as it was.
func TestClientsOverOneClientDoNotMix(t *testing.T) {
	t.Parallel()
	shared := &http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/v1/items" {
			return answer(req, http.StatusTemporaryRedirect, "", "Location", "https://a.example.com/end"), nil
		}
		return answer(req, 200, `{"data":{"id":"end"}}`), nil
	})}
	var clients []*services.Client
	for _, at := range []string{"https://a.example.com", "https://b.example.com"} {
		c, err := services.New(shared, at, vendor{})
		require.NoError(t, err)
		clients = append(clients, c)
	}
	got, err := get(t.Context(), clients[0])
	require.NoError(t, err)
	assert.Equal(t, "end", got.Value.ID)
	_, err = get(t.Context(), clients[1])
	require.ErrorIs(t, err, services.ErrRedirect)
	assert.Nil(t, shared.CheckRedirect)
}

// O2, O3: the redirects of a typed call belong to its one record.
func TestARedirectedTypedCallIsOneCall(t *testing.T) {
	t.Parallel()
	var ids []string
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		ids = append(ids, req.Header.Get(transport.HeaderTransactionID))
		if req.URL.Path == "/v2/items" {
			return answer(req, 302, "", "Location", "/v3/items"), nil
		}
		return answer(req, 200, `{"data":{"id":"7"}}`), nil
	}), transport.Identity())
	ctx, call := transport.Begin(t.Context())
	got, err := services.Do[item](ctx, open(t, rt), "GET /v2/items", nil, services.ByMethod)
	require.NoError(t, err)
	assert.Equal(t, []string{got.Meta.TransactionID, got.Meta.TransactionID}, ids)
	assert.Equal(t, 2, call.AttemptCount())
	assert.Nil(t, call.Previous())
	assert.Contains(t, call.String(), "#1 302 in ")
}
