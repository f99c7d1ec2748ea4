package opsgenietest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/maintenance"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func maintenanceRules() []maintenance.Rule {
	return []maintenance.Rule{
		{State: maintenance.Disabled, Entity: maintenance.Entity{ID: "i-1", Type: maintenance.Integration}},
		{State: maintenance.Enabled, Entity: maintenance.Entity{ID: "p-1", Type: maintenance.Policy}},
	}
}

// plain returns a maintenance without the texts of its dates, which the server writes with
// milliseconds.
func plain(m maintenance.Maintenance) maintenance.Maintenance {
	m.Time.Other = services.Other{}
	return m
}

// The status of a maintenance follows the server's clock.
func TestAMaintenanceBeginsAndEnds(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	all, ctx := connect(t, s).Maintenance, t.Context()
	start := clock.now().Add(time.Hour)
	made := must[maintenance.Maintenance](t)(all.Create(ctx, maintenance.CreateRequest{
		Description: "Move the orders cluster", Time: maintenance.Between(start, start.Add(time.Hour)), Rules: maintenanceRules(),
	}))
	want := maintenance.Maintenance{
		ID: made.ID, Status: maintenance.Planned, Description: "Move the orders cluster", Time: maintenance.Between(start, start.Add(time.Hour)),
	}
	assert.Equal(t, want, plain(made), "only Get tells the rules")
	want.Rules = maintenanceRules()
	get := func() maintenance.Maintenance {
		return plain(must[maintenance.Maintenance](t)(all.Get(ctx, made.ID)))
	}
	assert.Equal(t, want, get())
	clock.move(time.Hour)
	assert.Equal(t, maintenance.Active, get().Status)
	later, _ := must[services.Optional[maintenance.Maintenance]](t)(all.ChangeEndDate(ctx, maintenance.ChangeEndDateRequest{ID: made.ID, EndDate: start.Add(2 * time.Hour)})).Get()
	assert.Equal(t, maintenance.Between(start, start.Add(2*time.Hour)), plain(later).Time)
	clock.move(90 * time.Minute)
	assert.Equal(t, maintenance.Active, get().Status)
	clock.move(30 * time.Minute)
	assert.Equal(t, maintenance.Past, get().Status)
	require.NoError(t, second(all.Cancel(ctx, made.ID)))
	assert.Equal(t, maintenance.Past, get().Status, "what is over cannot be cancelled")

	require.NoError(t, second(all.Update(ctx, maintenance.UpdateRequest{ID: made.ID, Time: maintenance.Indefinitely(), Rules: maintenanceRules()[:1]})))
	got := get()
	assert.Equal(t, maintenance.Active, got.Status)
	assert.Empty(t, got.Description, "a PUT replaces")
	assert.Equal(t, maintenanceRules()[:1], got.Rules)
	assert.Equal(t, clock.now(), got.Time.Start.Time)
	assert.True(t, got.Time.End.IsZero())
	require.NoError(t, second(all.Delete(ctx, made.ID)))
	refusedWith(t, 404, second(all.Get(ctx, made.ID)))
}

func TestAMaintenanceLastsAsLongAsItIsCalled(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	all, ctx := connect(t, s).Maintenance, t.Context()
	for _, row := range []struct {
		window maintenance.Window
		length time.Duration
	}{
		{maintenance.For5Minutes(), 5 * time.Minute}, {maintenance.For30Minutes(), 30 * time.Minute}, {maintenance.For1Hour(), time.Hour},
	} {
		made := must[maintenance.Maintenance](t)(all.Create(ctx, maintenance.CreateRequest{Time: row.window, Rules: maintenanceRules()}))
		assert.Equal(t, row.window.Kind, made.Time.Kind)
		assert.Equal(t, clock.now(), made.Time.Start.Time)
		assert.Equal(t, clock.now().Add(row.length), made.Time.End.Time)
	}
	forever := must[maintenance.Maintenance](t)(all.Create(ctx, maintenance.CreateRequest{Time: maintenance.Indefinitely(), Rules: maintenanceRules()}))
	cancelled := must[maintenance.Maintenance](t)(all.Create(ctx, maintenance.CreateRequest{Time: maintenance.Indefinitely(), Rules: maintenanceRules()}))
	require.NoError(t, second(all.Cancel(ctx, cancelled.ID)))
	clock.move(30 * time.Minute)

	statuses := func(which maintenance.Selection) (all2 []maintenance.Status) {
		for _, each := range must[[]maintenance.Maintenance](t)(all.List(ctx, maintenance.ListRequest{Type: which})) {
			all2 = append(all2, each.Status)
		}
		return all2
	}
	past, active := maintenance.Past, maintenance.Active
	assert.Equal(t, []maintenance.Status{past, past, active, active, maintenance.Cancelled}, statuses(""))
	assert.Equal(t, []maintenance.Status{past, past, maintenance.Cancelled}, statuses(maintenance.SelectPast))
	assert.Equal(t, []maintenance.Status{active, active}, statuses(maintenance.SelectNonExpired))
	again := maintenance.UpdateRequest{ID: cancelled.ID, Time: maintenance.For1Hour(), Rules: maintenanceRules()}
	assert.Equal(t, active, must[maintenance.Maintenance](t)(all.Update(ctx, again)).Status, "it is planned anew")
	ended, _ := must[services.Optional[maintenance.Maintenance]](t)(all.ChangeEndDate(ctx, maintenance.ChangeEndDateRequest{ID: forever.ID, EndDate: clock.now()})).Get()
	assert.Equal(t, past, ended.Status)
	assert.Equal(t, maintenance.WindowSchedule, ended.Time.Kind)
}

func TestAMaintenanceThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	const at, rule = "/v1/maintenance", `"rules":[{"entity":{"id":"i","type":"integration"}}]`
	c.refuses(
		refusedRequest{"POST", at, `{"time":{"type":"for-1-hour"}}`, 422, "rules"},
		refusedRequest{"POST", at, `{` + rule + `}`, 422, "time"},
		refusedRequest{"POST", at, `{"time":{},` + rule + `}`, 422, "time.type"},
		refusedRequest{"POST", at, `{"time":{"type":"for-2-hours"},` + rule + `}`, 422, "time.type"},
		refusedRequest{"POST", at, `{"time":{"type":"schedule","startDate":"x"},` + rule + `}`, 422, "time.startDate"},
		refusedRequest{"POST", at, `{"time":{"type":"schedule","startDate":"2026-05-26T10:00:00Z","endDate":"2026-05-26T09:00:00Z"},` + rule + `}`, 422, "time.endDate"},
		refusedRequest{"POST", at, `{"time":{"type":"for-1-hour"},"rules":[{"state":"off","entity":{"id":"i","type":"integration"}}]}`, 422, "rules.state"},
		refusedRequest{"POST", at, `{"time":{"type":"for-1-hour"},"rules":[{"entity":{"type":"integration"}}]}`, 422, "rules.entity.id"},
		refusedRequest{"POST", at, `{"time":{"type":"for-1-hour"},"rules":[{"entity":{"id":"i","type":"team"}}]}`, 422, "rules.entity.type"},
		refusedRequest{"POST", at, `{"time":{"type":"for-1-hour"},"rules":[7]}`, 422, "rules.entity"},
		refusedRequest{"GET", at + "?type=some", ``, 422, "type"},
		refusedRequest{"POST", at + "/none/cancel", ``, 404, ""},
		refusedRequest{"POST", at + "/none/change-end-date", `{"endDate":"2026-05-26T10:00:00Z"}`, 404, ""},
	)
	r := c.do("POST", at, `{"time":{"type":"for-1-hour"},`+rule+`}`)
	require.Equal(t, 201, r.status)
	rows := must[[]maintenance.Maintenance](t)(connect(t, s).Maintenance.List(t.Context(), maintenance.ListRequest{}))
	c.refuses(refusedRequest{"POST", at + "/" + rows[0].ID + "/change-end-date", `{}`, 422, "endDate"})
	require.ErrorIs(t, second(connect(t, s).Maintenance.Get(t.Context(), "")), services.ErrArgument)
}
