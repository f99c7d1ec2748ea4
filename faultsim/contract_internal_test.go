package faultsim

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/rttest"
)

// C1, C2, C8: the base keeps the contract of http.RoundTripper, whatever the script says.
func TestTheBaseKeepsTheContract(t *testing.T) {
	t.Parallel()
	const reads = "a server of HTTP/1.1 reads the body before it responds"
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Method", r.Method)
		_, _ = io.Copy(w, r.Body)
	})
	cancels := []string{"body-closed-when-cancelled-before", "body-closed-when-cancelled-meanwhile", "cancel-passed-on", "goroutines-end"}
	fails := append([]string{
		"request-untouched", "request-arrays-untouched", "request-kept-after", "body-closed-on-success", "body-closed-on-error",
		"answer-closes-request-body", "answer-leaves-request", "defaults-untouched",
	}, cancels...)
	for _, row := range []struct {
		script  string
		handler http.Handler
		only    []string
	}{
		{"ok", nil, nil},
		{"ok", echo, nil},
		{"503 retry-after=1s", nil, nil},
		{"slow=1s", nil, nil},
		{"reset", nil, fails},
		{"refused", nil, fails},
		{"dns", nil, fails},
		{"timeout", nil, cancels},
	} {
		t.Run(row.script, func(t *testing.T) {
			t.Parallel()
			parsed, err := Parse(row.script)
			require.NoError(t, err)
			rttest.Run(t, func(http.RoundTripper) http.RoundTripper {
				return newSim(t, &monitor{}, parsed).Handler(row.handler).Base()
			}, rttest.Answers(), rttest.Only(row.only...), rttest.Skip("body-not-read-ahead", reads), rttest.Skip("early-response-comes-through", reads))
		})
	}
}
