// Package auditlog reads the audit log of JSM Operations: what was done and what failed in a
// period of time. Opsgenie has files of logs instead, with other contents.
package auditlog

import (
	"context"
	"iter"
	"time"

	"github.com/tripware/tripware/services"
)

// A Service calls the audit logs API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// ListRequest selects entries of the audit log.
type ListRequest struct {
	StartTime  time.Time  `query:"startTime" check:"required"`
	EndTime    time.Time  `query:"endTime" check:"required"`
	Categories []Category `query:"category"`            // all if empty
	Levels     []Level    `query:"level"`               // all if empty
	Limit      int        `query:"limit" check:"min=0"` // entries per page, 1,000 to 5,000; zero means the server's default, 1,000
	PageToken  string     `query:"pageToken"`           // of a page, from the link to it; the first page if empty
}

// Check refuses an end before the start.
func (r ListRequest) Check() error {
	if !r.EndTime.IsZero() && r.EndTime.Before(r.StartTime) {
		return &services.ArgumentError{Field: "endTime", Problem: "must not be before startTime"}
	}
	return nil
}

const listRoute = "GET /v1/logs"

// List returns one page of the entries that match. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-audit-logs (one source)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Entry], error) {
	return services.Do[[]Entry](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all entries that match, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Entry, error] {
	return services.All[Entry](ctx, s.client, listRoute, in)
}
