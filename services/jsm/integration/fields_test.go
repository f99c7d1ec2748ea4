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
	"github.com/tripware/tripware/services/jsm/integration"
)

// A3: the URL of a webhook is a secret, at any depth, and so are keys and tokens; what is sent has
// them.
func TestIntegrationsPrintWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	const secret = "ZQ7canary7QZ"
	fields, err := integration.FieldsOf(map[string]any{"url": "https://hooks.example.com/T0/" + secret, "nested": []any{map[string]any{"token": secret}}, "shown": true})
	require.NoError(t, err)
	var read integration.Integration
	require.NoError(t, json.Unmarshal([]byte(`{"id":"i","apiKey":"`+secret+`","typeSpecificProperties":`+mustJSON(t, fields)+`,"secretKey":"`+secret+`"}`), &read))
	var mapping integration.ActionMapping
	require.NoError(t, json.Unmarshal([]byte(`{"type":"postToUrl","parameter":`+mustJSON(t, fields)+`,"token":"`+secret+`"}`), &mapping))
	var action integration.Action
	require.NoError(t, json.Unmarshal([]byte(`{"id":"7","fieldMappings":`+mustJSON(t, fields)+`,"token":"`+secret+`"}`), &action))
	values := []any{
		fields, &fields, read, &read, action, mapping, read.Request(), action.Request(), integration.CreateRequest{Properties: fields},
		integration.ActionCreateRequest{Properties: fields, FieldMappings: fields, ActionMapping: mapping}, []integration.Integration{read},
		services.Result[integration.Action]{Value: action},
	}
	var shown []string
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
		assert.NotContains(t, fmt.Sprintf("%x", v), fmt.Sprintf("%x", secret))
	}
	for _, v := range values[:10] {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		shown = append(shown, log.String())
	}
	for _, text := range append(shown, fields.String(), fields.GoString()) {
		assert.NotContains(t, text, secret)
		assert.NotContains(t, text, "90 81 55 99 97 110", "nor as the numbers of its bytes")
		assert.Contains(t, text, "shown", "what is not a secret stays")
	}
	sent := mustJSON(t, integration.CreateRequest{Properties: fields})
	assert.Contains(t, sent, `"url":"https://hooks.example.com/T0/`+secret+`"`)
	assert.Equal(t, "{}", integration.Fields(nil).String())
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func TestFieldsAreSetAndRead(t *testing.T) {
	t.Parallel()
	type api struct {
		Write bool   `json:"allowWriteAccess"`
		Note  string `json:"note,omitzero"`
	}
	fields, err := integration.FieldsOf(api{Write: true})
	require.NoError(t, err)
	require.NoError(t, fields.Set("note", "n"))
	var read api
	require.NoError(t, fields.Read(&read))
	assert.Equal(t, api{Write: true, Note: "n"}, read)
	_, err = integration.FieldsOf(7)
	require.ErrorContains(t, err, "integration: write fields")
	require.ErrorContains(t, fields.Set("f", func() {}), "integration: set field f")
	require.ErrorContains(t, integration.Fields(nil).Set("f", 1), "make one by integration.Fields{}")
	require.NoError(t, fields.Set("note", 7))
	require.ErrorContains(t, fields.Read(&read), "integration: read fields")
}
