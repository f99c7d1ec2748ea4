package prometheus

import (
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

// observeWith adds a value to a histogram, with labels as its exemplar if they are valid.
func observeWith(to prometheus.Observer, seconds float64, labels prometheus.Labels) {
	if histogram, able := to.(prometheus.ExemplarObserver); able && valid(labels) {
		histogram.ObserveWithExemplar(seconds, labels)
		return
	}
	to.Observe(seconds)
}

// valid reports whether labels can be an exemplar. A histogram panics if they cannot.
func valid(labels prometheus.Labels) bool {
	length := 0
	for name, value := range labels {
		if !model.LegacyValidation.IsValidLabelName(name) || !utf8.ValidString(value) {
			return false
		}
		length += utf8.RuneCountInString(name) + utf8.RuneCountInString(value)
	}
	return len(labels) > 0 && length <= prometheus.ExemplarMaxRunes
}
