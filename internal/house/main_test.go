package house_test

import (
	"fmt"
	"os"
	"testing"
)

// The tests use file paths relative to the module's root.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	m.Run()
}
