package wire_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

// S2, S4: whatever a success says, it is read or a typed error; times are no
// negative ones, and links are followed below the base or not at all.
func FuzzAnEnvelopeIsReadOrAnError(f *testing.F) {
	for _, seed := range []string{
		`{"data":["a"],"took":0.1,"requestId":"r","result":"ok","paging":{"next":"https://h/v2/x?offset=1"}}`,
		`{"data":null}`, `{"data":{}}`, `[]`, ``, `{"took":1e400}`, `{"took":-1,"data":[]}`, `{"data":[],"paging":7}`, "\xef\xbb\xbf{}", `{"data":["\ud800"]}`,
	} {
		f.Add(seed, "https://u:p@evil.example.com/../x?apiKey=k")
	}
	f.Fuzz(func(t *testing.T, body, link string) {
		got, err := ask(t, http.StatusOK, http.Header{wire.HeaderNext: {link}}, body)
		if err != nil {
			_, ok := errors.AsType[*services.Error](err)
			require.True(t, ok, "%T", err)
			require.ErrorIs(t, err, services.ErrResponse)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.GreaterOrEqual(t, got.Meta.Took, time.Duration(0))
		next := got.Meta.Paging.Next
		if next == "" || strings.HasPrefix(string(next), "/") {
			return // a path below the base
		}
		base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
			t.Errorf("%q was followed", string(next))
			return nil, http.ErrNotSupported
		})
		client, err := services.New(&http.Client{Transport: base}, "https://api.opsgenie.com", wire.Codec{})
		require.NoError(t, err)
		_, err = services.Follow[[]string](t.Context(), client, "GET /v2/things", next)
		require.ErrorIs(t, err, services.ErrArgument)
	})
}

// L1: whatever the headers hold, times are not negative, and only the word of the
// server throttles.
func FuzzReadLimit(f *testing.F) {
	for _, seed := range []string{"", "OK", "THROTTLED", "60", "0.25", "-1", "1e308", "NaN", "true"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, state, number string) {
		header := http.Header{
			wire.HeaderState: {state}, wire.HeaderReason: {number}, wire.HeaderPeriod: {number}, wire.HeaderResponseTime: {number, state},
		}
		known := transport.RateLimit{RetryAfter: time.Second, HasRetryAfter: true}
		said := wire.ReadLimit(header, known)
		require.GreaterOrEqual(t, said.Period, time.Duration(0))
		require.Equal(t, said.Period, said.ResponseTime)
		require.Equal(t, state, said.State)
		require.Equal(t, strings.EqualFold(state, "THROTTLED"), said.Throttled)
		require.Equal(t, known.Hint(503), said.Hint(503))
	})
}
