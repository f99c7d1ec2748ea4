// Package otlp tests that spans and measurements leave a program over OTLP as they should. It
// is a module of its own, because the exporters require much. It exports nothing.
package otlp
