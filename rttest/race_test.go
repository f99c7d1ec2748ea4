//go:build race

package rttest_test

const raceEnabled = true
