package alert

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Sort is the field that a list of alerts is sorted by.
type Sort string

// The fields that a list can be sorted by.
const (
	SortInsertedAt     Sort = "insertedAt" // the server's default
	SortCreatedAt      Sort = "createdAt"
	SortLastOccurredAt Sort = "lastOccurredAt"
	SortPriority       Sort = "priority"
)

// ListRequest selects alerts by a query; without one, all alerts.
type ListRequest struct {
	Query  string      `query:"query"` // such as "status: open AND priority: P1"
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"size" check:"min=0"` // alerts per page, at most 100; zero means 20 for List and 100 for All
	Sort   Sort        `query:"sort"`               // insertedAt if empty
	Order  shape.Order `query:"order"`              // descending if empty
	From   int         `query:"from"`               // the API does not document its meaning and unit; zero is not sent
	To     int         `query:"to"`                 // as From
}

const listRoute = "GET /v1/alerts"

// List returns one page of the alerts that match. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Alert], error) {
	return services.Do[[]Alert](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all alerts that match, page after page. If alerts begin or cease to match meanwhile,
// it may return some twice and pass over others, as [services.All] says: use [Service.Each] to act
// on alerts.
//
// The server returns only the first 20,000 alerts for one query: offset and limit together must
// be below that number, and the page after it is an error. To read more, split the query by time
// of creation.
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Alert, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Alert](ctx, s.client, listRoute, in)
}

// Each calls act once for each alert that matches, for example to close them, and returns how many
// it tried and which failed, by id. Act may be called for alerts that cease to match before their
// turn, and is called for alerts that begin to match meanwhile: see [services.Each]. An offset is
// refused, because the list moves while alerts are acted on.
//
// Actions are asynchronous. If act waits for its [Pending], an action that fails for good is
// among the failures, and more alerts than the server returns for one query can be closed or
// deleted, because those that are gone make room for others.
func (s *Service) Each(ctx context.Context, in ListRequest, act func(context.Context, Alert) error,
	opts ...services.EachOption,
) (services.Acted[string], error) {
	if in.Offset != 0 {
		return services.Acted[string]{}, &services.ArgumentError{Field: "offset", Problem: "must be 0 to act on each alert"}
	}
	return services.Each(ctx, s.All(ctx, in), func(a Alert) string { return a.ID }, act, opts...)
}

// maxPage is the largest page that the server returns, in alerts, notes, logs or attachments.
const maxPage = 100
