//go:build !race

package logging_test

const raced = false
