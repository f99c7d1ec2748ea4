package dashboard_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A model is what each version of Grafana reads.
type model = dashboard.Dashboard //nolint:staticcheck // what is preferred to it needs a recent Grafana

func file(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../contrib/prometheus/dashboard.json")
	require.NoError(t, err)
	return string(text)
}

// faults returns what in a dashboard is missing, unknown or of another type than the schemas
// of Grafana say.
func faults(text string) string {
	cog.NewRuntime().RegisterPanelcfgVariant(timeseries.VariantConfig())
	cog.NewRuntime().RegisterDataqueryVariant(prometheus.VariantConfig())
	var board model
	if err := board.UnmarshalJSONStrict([]byte(text)); err != nil {
		return err.Error() // empty if nothing is wrong: then the error is an empty list
	}
	return ""
}

// T1: the dashboard, its panels and their queries follow the schemas of Grafana.
func TestTheDashboardFollowsTheSchemasOfGrafana(t *testing.T) {
	t.Parallel()
	text := file(t)
	require.Empty(t, faults(text))
	var board model // what is read strictly has no panels
	require.NoError(t, json.Unmarshal([]byte(text), &board))
	require.NoError(t, board.Validate())
	queries := 0
	for _, p := range board.Panels {
		if p.Panel == nil { // a row
			continue
		}
		assert.IsType(t, &timeseries.Options{}, p.Panel.Options)
		for _, target := range p.Panel.Targets {
			assert.IsType(t, &prometheus.Dataquery{}, target)
			queries++
		}
	}
	assert.Equal(t, strings.Count(text, `"expr": `), queries)
}

// A check that finds nothing must be one that would have found something.
func TestTheSchemasOfGrafanaFindFaults(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ old, new, fault string }{
		{`"showLegend": true`, `"showsLegend": true`, "showLegend"},
		{`"expr": "`, `"expression": "`, "expr"},
		{`"overrides": []`, `"overrides": 7`, "overrides"},
		{`"tags": [`, `"labels": [`, "labels"},
	} {
		broken := strings.Replace(file(t), row.old, row.new, 1)
		require.NotEqual(t, len(file(t)), len(broken), row.old)
		require.True(t, json.Valid([]byte(broken)))
		assert.Contains(t, faults(broken), row.fault)
	}
}
