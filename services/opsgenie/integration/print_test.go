package integration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/integration"
)

// A3: the whole URL of a webhook is a secret, at any depth, and so are the values of its headers.
func TestIntegrationsPrintWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	const secret = "ZQ7canary7QZ"
	hook, err := integration.Webhook("hook", "https://hooks.example.com/T0/"+secret)
	require.NoError(t, err)
	require.NoError(t, hook.Fields.Set("apiKey", secret))
	require.NoError(t, hook.Fields.Set("headers", []any{map[string]string{"name": "Authorization", "value": "Bearer " + secret}}))
	require.NoError(t, hook.Fields.Set("addAlertDetails", true))
	require.NoError(t, hook.Fields.Set("callbacks", []any{map[string]any{"callbackUrl": secret, "to": "https://example.com/" + secret, "token": secret}}))
	require.NoError(t, json.Unmarshal([]byte(`{"ownerTeam":{"apiKey":"`+secret+`"}}`), &struct{ OwnerTeam any }{&hook.OwnerTeam}))

	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("x", "fields", hook.Fields, "integration", hook, "pointer", &hook)
	}
	shown := []string{log.String(), hook.Fields.String(), hook.Fields.GoString(), hook.String(), hook.GoString()}
	for _, v := range []any{hook, &hook, hook.Fields, []integration.Integration{hook}, struct{ Integration *integration.Integration }{&hook}, services.Result[integration.Integration]{Value: hook}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
		shown = append(shown, fmt.Sprintf("%x", v))
		assert.NotContains(t, shown[len(shown)-1], fmt.Sprintf("%x", secret))
	}
	for _, text := range shown {
		assert.NotContains(t, text, secret)
		assert.Contains(t, text, "addAlertDetails", "what is not a secret stays")
	}
	raw, err := json.Marshal(hook)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"url":"https://hooks.example.com/T0/`+secret+`"`, "the wire gets all")
	assert.Equal(t, "***", integration.Fields{"n": json.RawMessage(secret)}.String())
	assert.Equal(t, "***", integration.Integration{Fields: integration.Fields{"n": json.RawMessage(secret)}}.String())
	want := `{"big":9007199254740993,"html":"<&>"}` // byte by byte
	assert.Equal(t, want, integration.Fields{"big": json.RawMessage(`9007199254740993`), "html": json.RawMessage(`"<&>"`)}.String())
	assert.Equal(t, "{}", integration.Fields(nil).String())
}
