package alert

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Sort is the field that a list of alerts is sorted by.
type Sort string

// The fields that a list can be sorted by.
const (
	SortCreatedAt       Sort = "createdAt" // the server's default
	SortUpdatedAt       Sort = "updatedAt"
	SortTinyID          Sort = "tinyId"
	SortAlias           Sort = "alias"
	SortMessage         Sort = "message"
	SortStatus          Sort = "status"
	SortAcknowledged    Sort = "acknowledged"
	SortIsSeen          Sort = "isSeen"
	SortSnoozed         Sort = "snoozed"
	SortSnoozedUntil    Sort = "snoozedUntil"
	SortCount           Sort = "count"
	SortLastOccurredAt  Sort = "lastOccurredAt"
	SortSource          Sort = "source"
	SortOwner           Sort = "owner"
	SortIntegrationName Sort = "integration.name"
	SortIntegrationType Sort = "integration.type"
	SortAckTime         Sort = "report.ackTime"
	SortCloseTime       Sort = "report.closeTime"
	SortAcknowledgedBy  Sort = "report.acknowledgedBy"
	SortClosedBy        Sort = "report.closedBy"
)

// ListRequest selects alerts by a query or a saved search; if neither is given, all alerts. The
// API does not document which of the two applies if both are given.
type ListRequest struct {
	SearchRef

	Query  string      `query:"query"` // such as "status: open AND priority: P1"
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // alerts per page, at most 100; zero means 20 for List and 100 for All
	Sort   Sort        `query:"sort"`                // createdAt if empty
	Order  shape.Order `query:"order"`               // descending if empty
}

// Check refuses a saved search with an empty id or name, which would select all alerts.
func (r ListRequest) Check() error { return r.given() }

const listRoute = "GET /v2/alerts"

// List returns one page of the alerts that match. They lack the fields that only Get returns:
// see [Alert]. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api#list-alerts
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Alert], error) {
	return services.Do[[]Alert](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all alerts that match, page after page. If alerts begin or cease to match meanwhile,
// it may return some twice and pass over others, as [services.All] says: use [Service.Each] to act
// on alerts.
//
// The server returns at most 20,000 alerts for one query: offset and limit together may not exceed
// that number, and the page after it is an error. To read more, split the query by time of
// creation, for example into "createdAt < 1767225600000" and "createdAt >= 1767225600000", in
// milliseconds since 1970.
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
// among the failures, and more than the 20,000 alerts that the server returns for one query can be
// closed or deleted, because those that are gone make room for others.
func (s *Service) Each(ctx context.Context, in ListRequest, act func(context.Context, Alert) error,
	opts ...services.EachOption,
) (services.Acted[string], error) {
	if in.Offset != 0 {
		return services.Acted[string]{}, &services.ArgumentError{Field: "offset", Problem: "must be 0 to act on each alert"}
	}
	return services.Each(ctx, s.All(ctx, in), func(a Alert) string { return a.ID }, act, opts...)
}

// maxPage is the largest page that the server returns, in alerts, notes or logs.
const maxPage = 100

// CountRequest selects alerts by a query or a saved search; if neither is given, all alerts.
type CountRequest struct {
	SearchRef

	Query string `query:"query"` // as in ListRequest
}

// Check refuses a saved search with an empty id or name, which would select all alerts.
func (r CountRequest) Check() error { return r.given() }

// Count returns the number of alerts that match. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-api#count-alerts
func (s *Service) Count(ctx context.Context, in CountRequest) (*services.Result[int], error) {
	got, err := services.Do[struct {
		Count int `json:"count"`
	}](ctx, s.client, "GET /v2/alerts/count", in, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[int]{Value: got.Value.Count, Meta: got.Meta}, nil
}
