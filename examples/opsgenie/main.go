// Opsgenie creates an alert, waits until the service has processed it, and reads it back.
// It needs a key in OPSGENIE_API_KEY.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
)

func main() {
	client, err := opsgenie.New(os.Getenv("OPSGENIE_API_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{Message: "disk full", Alias: "db-1/disk"})
	if err != nil {
		log.Fatal(err)
	}
	got, err := pending.Alert(ctx) // polls until the request is processed, then reads the alert
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.Value.TinyID, got.Value.Status, got.Meta.RequestID, pending.Meta.Attempts, pending.Meta.Waited)
}
