package fromopsgenie_test

import (
	"fmt"

	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/opsgenie/alert"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

func ExampleAlert() {
	in := alert.CreateRequest{
		Message: "Disk full on db-1",
		User:    "disk watcher",
		Responders: []opsgenie.Responder{
			opsgenie.TeamByName("Storage"), opsgenie.UserByName("ada@example.com"), opsgenie.UserByName("bob@example.com"),
		},
	}
	ids := map[string]string{ // made from lists of both sides
		"team Storage":         "aaaaaaaa-0000-4000-8000-000000000001",
		"user ada@example.com": "712020:dddddddd-0000-4000-8000-000000000001",
	}
	out, lost := fromopsgenie.Alert(in, func(kind shape.Kind, _, name string) string {
		return ids[string(kind)+" "+name]
	})
	fmt.Println(len(out.Responders), "responders")
	for _, loss := range lost {
		fmt.Println(loss)
	}
	// Output:
	// 2 responders
	// responders[2]: the lookup knows no user with id "" and name "bob@example.com"
	// user: there is no such member
}
