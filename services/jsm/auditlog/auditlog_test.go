package auditlog_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/auditlog"
	"github.com/tripware/tripware/services/jsm/shape"
)

const at = "/v1/logs"

// S4: the link to the next page has neither the version nor the times, which the API requires.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 27, 8, 0, 0, 0, time.FixedZone("", 60*60))
	end := start.AddDate(0, 0, 1)
	in := auditlog.ListRequest{StartTime: start, EndTime: end}
	const period = "startTime=2026-11-27T08%3A00%3A00%2B01%3A00&endTime=2026-11-28T08%3A00%3A00%2B01%3A00"
	full := in
	full.Categories, full.Levels = []auditlog.Category{auditlog.ConfigChange, auditlog.API}, []auditlog.Level{auditlog.Information, auditlog.Warning}
	full.Limit, full.PageToken = 5000, "t+1"
	changed := auditlog.Entry{
		Created: shape.Time{Time: time.Date(2026, 11, 27, 7, 0, 0, 0, time.UTC)}, Message: "Demo schedule was changed",
		Details: `{"scheduleName":"Demo schedule"}`, Category: "Configuration Changes", Level: auditlog.Information,
	}
	called := auditlog.Entry{
		Created: shape.Time{Time: time.Date(2026, 11, 27, 7, 1, 0, 0, time.UTC)}, Summary: "Demo text", Details: "{}", Category: "API", Level: auditlog.Warning,
	}
	apitest.Run(t, open, []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx, full)) },
			Exchange: exact("GET "+at+"?"+period+"&category=CONFIG_CHANGE%2CAPI&level=INFORTMATION%2CWARN&limit=5000&pageToken=t%2B1", "",
				200, "audit_logs"),
			Want: []auditlog.Entry{changed, called},
		},
		{
			Name:     "All",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Collect(s.All(ctx, in)) },
			Exchange: exact("GET "+at+"?"+period, "", 200, "audit_logs"),
			Then: []apitest.Exchange{
				{Send: "GET " + prefix + at + "?pageToken=demo-token&limit=1000&" + period, Answer: `{"values":[{"message":"m"}],"links":{"next":"/logs?pageToken=2"}}`},
				{Send: "GET " + prefix + at + "?pageToken=2&limit=1000&" + period, Answer: `{"values":[],"links":{"next":null}}`},
			},
			Want: []auditlog.Entry{changed, called, {Message: "m"}},
		},
		refused("List/no start", "startTime is required", func(ctx context.Context, s service) (any, error) {
			return s.List(ctx, auditlog.ListRequest{EndTime: end})
		}),
		refused("List/no end", "endTime is required", func(ctx context.Context, s service) (any, error) {
			return s.List(ctx, auditlog.ListRequest{StartTime: start})
		}),
		refused("List/an end before the start", "endTime must not be before startTime", func(ctx context.Context, s service) (any, error) {
			return s.List(ctx, auditlog.ListRequest{StartTime: end, EndTime: start})
		}),
	})
	assert.Equal(t, "Demo schedule was changed", changed.Text())
	assert.Equal(t, "Demo text", called.Text())
}

// S8: levels are read in the spelling of responses and in that of requests; others are kept.
func TestALevelHasTwoSpellings(t *testing.T) {
	t.Parallel()
	for spelling, want := range map[string]auditlog.Level{
		"Information": auditlog.Information, "INFORMATION": auditlog.Information, "INFORTMATION": auditlog.Information, "Warning": auditlog.Warning,
		"warn": auditlog.Warning, "Error": auditlog.Error, "ERROR": auditlog.Error, "Notice": "Notice", "": "",
	} {
		var got auditlog.Level
		require.NoError(t, got.UnmarshalText([]byte(spelling)))
		assert.Equal(t, want, got, spelling)
	}
}
