package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
)

const file = "../../dashboard.json"

var update = flag.Bool("update", false, "write "+file)

// T1: the dashboard in the module is what the names of the metrics make of it.
func TestTheDashboardIsCurrent(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, write(&text))
	if *update {
		require.NoError(t, os.WriteFile(file, text.Bytes(), 0o600))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, text.String(), string(have), "go run ./internal/dashboard > dashboard.json makes it anew")
}

// T1: each metric is on a panel, and a panel names nothing else.
func TestEachMetricIsOnAPanel(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, m := range metric.All().List() {
		known[m.Name] = false
	}
	for _, r := range rows() {
		for _, p := range r.panels {
			for _, q := range p.targets {
				for _, found := range regexp.MustCompile(`tripware_(\w+)`).FindAllStringSubmatch(q.expr, -1) {
					name := strings.TrimSuffix(found[1], "_bucket")
					assert.Contains(t, known, name)
					known[name] = true
				}
			}
		}
	}
	for name, shown := range known {
		assert.True(t, shown, "%s is on no panel", name)
	}
}

func TestAPanelCannotNameALabelThatIsMissing(t *testing.T) {
	t.Parallel()
	assert.Panics(t, func() { sum(rate(metric.All().Overflows), metric.Host) })
	assert.Panics(t, func() { rate(metric.All().Calls, `reason="budget"`) })
	assert.Panics(t, func() { quantile("0.5", metric.All().CallDuration, metric.Code) })
}

// What a panel shows is said in its title, its description and its unit.
func TestPanelsAreDescribed(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		for _, p := range r.panels {
			assert.NotEmpty(t, p.title)
			assert.NotEmpty(t, p.about, p.title)
			assert.NotEmpty(t, p.unit, p.title)
		}
	}
}

// Grafana needs an id of its own for each panel, and panels that do not overlap.
func TestPanelsHaveIDsAndPlacesOfTheirOwn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var board struct {
		Panels []struct {
			ID      int
			GridPos struct{ X, Y, W, H int }
		}
	}
	require.NoError(t, json.Unmarshal(text, &board))
	ids, taken := map[int]bool{}, map[[2]int]bool{}
	for _, p := range board.Panels {
		assert.False(t, ids[p.ID])
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				assert.False(t, taken[at], "%v", at)
				taken[at] = true
				assert.Less(t, at[0], wholeWidth)
			}
		}
	}
	assert.NotEmpty(t, ids)
}
