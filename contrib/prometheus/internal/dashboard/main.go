// Dashboard writes dashboard.json, a Grafana dashboard of the metrics, to standard output.
// It takes the names and labels from the list by which the collector makes its metrics.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(to io.Writer) error {
	out := json.NewEncoder(to)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(dashboardOf(rows()))
}
