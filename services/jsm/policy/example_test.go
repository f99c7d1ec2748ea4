package policy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/policy"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
)

// serving returns a client of a server that prints what it gets and always sends a body.
func serving(body string) *services.Client {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent := []byte("nothing")
		var err error
		if req.Body != nil {
			sent, err = io.ReadAll(req.Body)
		}
		fmt.Println(req.Method, string(sent))
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.atlassian.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	s := policy.New(serving(`{"id":"9999","type":"ALERT"}`)) // the field AlertPolicies of a jsm.Client
	created, err := s.Create(context.Background(), policy.Policy{
		Name:    "Disks are urgent",
		Enabled: services.Set(true),
		Filter: services.Set(shape.MatchAllConditions(
			shape.Condition{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk"})),
		Action: policy.Alert{Message: "{{message}}", UpdatePriority: services.Set(true), Priority: services.Set(shape.P1)},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Value.ID, created.Value.Type)
	// Output:
	// POST {"type":"alert","name":"Disks are urgent","enabled":true,"filter":{"type":"match-all-conditions","conditions":[{"field":"message","not":false,"operation":"contains","expectedValue":"disk"}]},"message":"{{message}}","updatePriority":true,"priorityValue":"P1"}
	// 9999 alert
}

func ExampleNewTeam() {
	s := policy.NewTeam(serving(`{"id":"9999","type":"NOTIFICATION"}`)) // the field TeamPolicies of a jsm.Client
	created, err := s.Create(context.Background(), policy.Policy{
		TeamID:  "aaaa",
		Name:    "Quiet nights",
		Enabled: services.Set(true),
		Action: policy.Notification{
			Delay: services.Set(policy.Delay{Option: policy.NextTime, Until: services.Set(policy.TimeOfDay{Hours: 8})}),
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Value.ID, created.Value.Type)
	// Output:
	// POST {"type":"notification","name":"Quiet nights","teamId":"aaaa","enabled":true,"delayAction":{"delayOption":"nextTime","delayTime":{"hours":8,"minutes":0}}}
	// 9999 notification
}
