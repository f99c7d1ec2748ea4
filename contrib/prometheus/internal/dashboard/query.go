package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
)

// selector returns the name of a metric and the labels to which the variables of the
// dashboard, and the matchers in where, limit it.
func selector(m metric.Metric, suffix string, where ...string) string {
	matchers := []string{`job=~"$job"`}
	for _, label := range []string{metric.Route, metric.Host} {
		if has(m, label) {
			matchers = append(matchers, fmt.Sprintf(`%s=~"$%s"`, label, label))
		}
	}
	for _, matcher := range where {
		mustHave(m, matcher[:strings.IndexAny(matcher, "=!")])
	}
	return metric.Namespace + "_" + m.Name + suffix + "{" + strings.Join(append(matchers, where...), ",") + "}"
}

func has(m metric.Metric, label string) bool { return slices.Contains(m.Labels(), label) }

// mustHave panics if the metric does not have the label: the program is wrong then.
func mustHave(m metric.Metric, label string) {
	if !has(m, label) {
		panic(fmt.Sprintf("dashboard: %s has no label %s", m.Name, label))
	}
}

// A vector is an expression, and the metric whose labels it has.
type vector struct {
	expr string
	of   metric.Metric
}

// rate returns the increase of a counter in a second.
func rate(m metric.Metric, where ...string) vector {
	return vector{"rate(" + selector(m, "", where...) + "[$__rate_interval])", m}
}

// now returns the value of a gauge.
func now(m metric.Metric) vector { return vector{selector(m, ""), m} }

// sum adds up the series with the same labels.
func sum(v vector, by ...string) string { return aggregate("sum", v, by...) }

func aggregate(how string, v vector, by ...string) string {
	if len(by) == 0 {
		return how + "(" + v.expr + ")"
	}
	for _, label := range by {
		mustHave(v.of, label)
	}
	return how + " by (" + strings.Join(by, ", ") + ") (" + v.expr + ")"
}

// quantile returns a quantile of a histogram.
func quantile(q string, m metric.Metric, by string) string {
	mustHave(m, by)
	return fmt.Sprintf("histogram_quantile(%s, sum by (le, %s) (rate(%s[$__rate_interval])))", q, by, selector(m, "_bucket"))
}
