package prometheus_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	client "github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"
)

func gather(t *testing.T, registry client.Gatherer) []*dto.MetricFamily {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	return families
}

// exposition returns what a scrape gets.
func exposition(t *testing.T, registry client.Gatherer) string {
	t.Helper()
	var text bytes.Buffer
	for _, family := range gather(t, registry) {
		_, err := expfmt.MetricFamilyToText(&text, family)
		require.NoError(t, err)
	}
	return text.String()
}

// series returns the series of a scrape, without help and types.
func series(t *testing.T, registry client.Gatherer) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(exposition(t, registry)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

var port = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// counts returns the series that do not depend on time: of a histogram how many values it
// has, and of seconds only that there are some. Ports of loopback are left out.
func counts(t *testing.T, registry client.Gatherer) string {
	t.Helper()
	var kept strings.Builder
	for _, line := range series(t, registry) {
		name, value, _ := strings.Cut(line, " ")
		if at := strings.LastIndex(line, "} "); at > 0 {
			name, value = line[:at+1], line[at+2:]
		}
		switch {
		case strings.Contains(name, "_bucket{"), strings.Contains(name, "_sum{"):
			continue
		case strings.Contains(name, "wait_seconds_total{"):
			if value != "0" {
				value = "some"
			}
		}
		fmt.Fprintln(&kept, port.ReplaceAllString(name, "127.0.0.1:PORT"), value)
	}
	return kept.String()
}
