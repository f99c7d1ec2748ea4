//go:build race

package opentelemetry_test

const raced = true // the race detector is on
