package integration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/integration"
)

// A3: a webhook's URL is a secret as a whole, and so is what stands in its headers.
func TestFieldsPrintWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	const secret = "ZQ7canary7QZ"
	hook, err := integration.Webhook("hook", "https://hooks.example.com/T0/"+secret)
	require.NoError(t, err)
	require.NoError(t, hook.Fields.Set("apiKey", secret))
	require.NoError(t, hook.Fields.Set("headers", []any{map[string]string{"name": "Authorization", "value": "Bearer " + secret}}))
	require.NoError(t, hook.Fields.Set("addAlertDetails", true))

	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("x", "fields", hook.Fields, "integration", hook, "pointer", &hook)
	}
	shown := []string{log.String(), hook.Fields.String(), hook.Fields.GoString()}
	for _, v := range []any{hook, &hook, hook.Fields, []integration.Integration{hook}, integration.CreateRequest{Integration: hook}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
		shown = append(shown, fmt.Sprintf("%x", v))
		assert.NotContains(t, shown[len(shown)-1], fmt.Sprintf("%x", secret))
	}
	for _, text := range shown {
		assert.NotContains(t, text, secret)
		assert.Contains(t, text, "addAlertDetails", "what is no secret stays")
	}
	raw, err := json.Marshal(hook)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"url":"https://hooks.example.com/T0/`+secret+`"`, "the wire gets all")
	assert.Equal(t, "***", integration.Fields{"n": json.RawMessage(secret)}.String())
	assert.Equal(t, "{}", integration.Fields(nil).String())
}
