package house_test

import (
	"fmt"
	"os"
	"testing"
)

// The rules name files by their paths from the root of the module.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	m.Run()
}
