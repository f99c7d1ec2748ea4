package opentelemetry_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// C10: invalid options are one error when the client is made, and refuse every call of a
// chain made by hand.
func TestInvalidOptionsAreRefused(t *testing.T) {
	t.Parallel()
	for want, option := range map[string]opentelemetry.Option{
		"opentelemetry: the tracer provider is nil: leave WithTracerProvider out for the default":            opentelemetry.WithTracerProvider(nil),
		"opentelemetry: the meter provider is nil: leave WithMeterProvider out for the default":              opentelemetry.WithMeterProvider(nil),
		"opentelemetry: the propagator is nil: leave WithPropagator out for the default":                     opentelemetry.WithPropagator(nil),
		"opentelemetry: the function for templates is nil: leave WithRouteTemplate out for the default":      opentelemetry.WithRouteTemplate(nil),
		`opentelemetry: header "Authorization" cannot be an attribute: it is empty or holds a secret`:        opentelemetry.WithRequestHeaders("Accept", "Authorization"),
		`opentelemetry: header "cookie" cannot be an attribute: it is empty or holds a secret`:               opentelemetry.WithRequestHeaders("cookie"),
		`opentelemetry: header "" cannot be an attribute: it is empty or holds a secret`:                     opentelemetry.WithRequestHeaders(""),
		`opentelemetry: header "x-api-key" cannot be an attribute: it is empty or holds a secret`:            opentelemetry.WithRequestHeaders("x-api-key"),
		`opentelemetry: header "X-Amz-Security-Token" cannot be an attribute: it is empty or holds a secret`: opentelemetry.WithRequestHeaders("X-Amz-Security-Token"),
		`opentelemetry: limiter "alerts" is nil`:                                                             opentelemetry.WithLimiter("alerts", nil, "a"),
		`opentelemetry: budget "default" is nil, which has no limit`:                                         opentelemetry.WithBudget("default", nil),
	} {
		_, err := tripware.New(opentelemetry.With(option))
		require.EqualError(t, err, "tripware: "+want)
		for _, mw := range []transport.Middleware{opentelemetry.Calls(option), opentelemetry.Attempts(option)} {
			rt := mw(&scripted{statuses: []int{200}})
			_, err = rt.RoundTrip(httptest.NewRequest(http.MethodGet, somewhere, http.NoBody))
			require.EqualError(t, err, want)
			require.Error(t, transport.Check(rt))
		}
	}
	_, err := tripware.New(opentelemetry.With(nil))
	require.NoError(t, err, "nil options are skipped")
}

// C10: a chain with the layers in the wrong place is refused.
func TestAMisplacedLayerIsFound(t *testing.T) {
	t.Parallel()
	base := &scripted{statuses: []int{200}}
	require.NoError(t, transport.Check(transport.Chain(base, opentelemetry.Calls(), retry.New(), opentelemetry.Attempts())))
	require.Error(t, transport.Check(transport.Chain(base, retry.New(), opentelemetry.Calls())))
	require.Error(t, transport.Check(transport.Chain(base, opentelemetry.Attempts(), retry.New())))
}
