package opsgenie_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/maintenance"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func connect(ctx context.Context, client *opsgenie.Client) error {
	bridge, err := integration.API("Bridge", integration.Incoming{AllowWriteAccess: services.Set(true)})
	if err != nil {
		return err
	}
	created, err := client.Integrations.Create(ctx, bridge)
	if err != nil {
		return err
	}
	whole, err := client.Integrations.Get(ctx, created.Value.ID)
	if err != nil {
		return err
	}
	if err := whole.Value.Fields.Set("suppressNotifications", true); err != nil { // all other fields go back as they came
		return err
	}
	_, err = client.Integrations.Update(ctx, whole.Value)
	if err != nil {
		return err
	}
	_, err = client.IntegrationActions.Create(ctx, created.Value.ID, integration.Ignore("Noise", integration.Filter{
		Match:      shape.FilterMatchAllConditions,
		Conditions: []shape.Condition{{Field: shape.FieldTags, Operation: shape.Contains, ExpectedValue: "test"}},
	}))
	return err
}

func Example_integrations() {
	run(connect,
		`201 {"data": {"id": "i-1", "name": "Bridge", "type": "API", "enabled": true}}`,
		`200 {"data": {"id": "i-1", "name": "Bridge", "type": "API", "enabled": true, "a-field-of-tomorrow": 1}}`,
		`200 {"data": {"id": "i-1", "name": "Bridge", "type": "API", "enabled": true}}`,
		`201 {"data": {"ignore": [{"type": "ignore", "name": "Noise", "filter": {"conditionMatchType": "match-all-conditions"}}]}}`)
	// Output:
	// POST /v2/integrations
	//   {"type":"API","name":"Bridge","allowWriteAccess":true}
	// GET /v2/integrations/i-1
	// PUT /v2/integrations/i-1
	//   {"id":"i-1","type":"API","name":"Bridge","enabled":true,"a-field-of-tomorrow":1,"suppressNotifications":true}
	// POST /v2/integrations/i-1/actions
	//   {"type":"ignore","name":"Noise","filter":{"conditionMatchType":"match-all-conditions","conditions":[{"field":"tags","operation":"contains","expectedValue":"test"}]}}
}

func mute(ctx context.Context, client *opsgenie.Client) error {
	begins := time.Date(2026, 6, 1, 22, 0, 0, 0, time.UTC)
	planned, err := client.Maintenance.Create(ctx, maintenance.CreateRequest{
		Description: "Database upgrade",
		Time:        maintenance.Between(begins, begins.Add(2*time.Hour)), // or maintenance.For1Hour()
		Rules: []maintenance.Rule{
			{State: maintenance.Disabled, Entity: maintenance.Entity{ID: "i-1", Type: maintenance.Integration}},
		},
	})
	if err != nil {
		return err
	}
	_, err = client.Maintenance.ChangeEndDate(ctx, maintenance.ChangeEndDateRequest{ID: planned.Value.ID, EndDate: begins.Add(time.Hour)})
	if err != nil {
		return err
	}
	coming, err := client.Maintenance.List(ctx, maintenance.ListRequest{Type: maintenance.SelectNonExpired})
	if err != nil {
		return err
	}
	fmt.Println(len(coming.Value), coming.Value[0].Status)
	return nil
}

func Example_maintenance() {
	run(mute,
		`201 {"data": {"id": "m-1", "status": "planned"}}`,
		`200 {"data": {"id": "m-1", "status": "planned"}}`,
		`200 {"data": [{"id": "m-1", "status": "planned", "description": "Database upgrade"}]}`)
	// Output:
	// POST /v1/maintenance
	//   {"description":"Database upgrade","time":{"type":"schedule","startDate":"2026-06-01T22:00:00Z","endDate":"2026-06-02T00:00:00Z"},"rules":[{"state":"disabled","entity":{"id":"i-1","type":"integration"}}]}
	// POST /v1/maintenance/m-1/change-end-date
	//   {"endDate":"2026-06-01T23:00:00Z"}
	// GET /v1/maintenance?type=non-expired
	// 1 planned
}

func quieten(ctx context.Context, client *opsgenie.Client) error {
	batch := shape.Condition{Field: shape.FieldTags, Operation: shape.Contains, ExpectedValue: "batch"}
	morning := policy.Delay{Option: policy.NextWeekday, UntilHour: services.Set(8), UntilMinute: services.Set(0)}
	night, err := client.Policies.Create(ctx, policy.Policy{
		Name: "Until morning", TeamID: "t-1", Enabled: services.Set(true),
		Filter: services.Set(shape.MatchAnyCondition(batch)),
		Action: policy.Notification{Delay: services.Set(morning)},
	})
	if err != nil {
		return err
	}
	ref := policy.Ref{ID: night.Value.ID, TeamID: "t-1"}
	_, err = client.Policies.ChangeOrder(ctx, policy.ChangeOrderRequest{Ref: ref, TargetIndex: 0})
	if err != nil {
		return err
	}
	got, err := client.Policies.Get(ctx, ref)
	if err != nil {
		return err
	}
	switch action := got.Value.Action.(type) {
	case policy.Alert:
		fmt.Println("changes alerts:", action.Message)
	case policy.Notification:
		fmt.Println("delays notifications:", !action.Delay.IsZero())
	}
	return nil
}

func Example_policies() {
	run(quieten,
		`201 {"data": {"id": "p-1", "name": "Until morning", "type": "notification", "enabled": true}}`,
		`200 {"result": "Updated"}`,
		`200 {"data": {"id": "p-1", "name": "Until morning", "type": "notification", "enabled": true,
			"delayAction": {"delayOption": "next-weekday", "untilHour": 8, "untilMinute": 0}}}`)
	// Output:
	// POST /v2/policies?teamId=t-1
	//   {"type":"notification","name":"Until morning","teamId":"t-1","enabled":true,"filter":{"type":"match-any-condition","conditions":[{"field":"tags","operation":"contains","expectedValue":"batch"}]},"delayAction":{"delayOption":"next-weekday","untilHour":8,"untilMinute":0}}
	// POST /v2/policies/p-1/change-order?teamId=t-1
	//   {"targetIndex":0}
	// GET /v2/policies/p-1?teamId=t-1
	// delays notifications: true
}

func offer(ctx context.Context, client *opsgenie.Client) error {
	checkout, err := client.Services.Create(ctx, service.CreateRequest{
		Name: "Checkout", TeamID: "t-1", Visibility: service.OpsgenieUsers,
	})
	if err != nil {
		return err
	}
	_, err = client.ServiceIncidentRules.Create(ctx, service.CreateIncidentRuleRequest{
		ServiceID: checkout.Value.ID,
		MatchType: shape.FilterMatchAll,
		Incident: shape.IncidentProperties{
			Message: "Checkout is failing", Priority: shape.P1,
			Stakeholders: shape.Stakeholders{Enable: services.Set(true), Message: "We are on it"},
		},
	})
	if err != nil {
		return err
	}
	_, err = client.ServiceAudienceTemplates.Update(ctx, service.UpdateAudienceRequest{
		ServiceID:  checkout.Value.ID,
		Responders: services.Set(service.AudienceResponders{Teams: services.Set([]string{"t-1"})}), // stakeholders keep their values
	})
	return err
}

func Example_services() {
	run(offer,
		`201 {"data": {"id": "s-1", "name": "Checkout"}}`,
		`201 {"data": {"id": "r-1"}}`,
		`200 {"result": "Updated"}`)
	// Output:
	// POST /v1/services
	//   {"name":"Checkout","teamId":"t-1","visibility":"OPSGENIE_USERS"}
	// POST /v1/services/s-1/incident-rules
	//   {"conditionMatchType":"match-all","incidentProperties":{"message":"Checkout is failing","priority":"P1","stakeholderProperties":{"enable":true,"message":"We are on it"}}}
	// PATCH /v1/services/s-1/audience-templates
	//   {"responder":{"teams":["t-1"]}}
}
