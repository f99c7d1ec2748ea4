//go:build !race

package opentelemetry_test

const raced = false
