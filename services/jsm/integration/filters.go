package integration

import (
	"context"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A FilterService calls the API of the filters of outgoing integrations: which alerts they send.
// It is safe for concurrent use. [NewFilters] returns one.
type FilterService struct{ client *services.Client }

// NewFilters returns a service that sends its calls with client, whose codec must be that of JSM.
func NewFilters(client *services.Client) *FilterService { return &FilterService{client: client} }

// Get returns the filter of an outgoing integration. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-outgoing-filters (one source)
func (s *FilterService) Get(ctx context.Context, integrationID string) (*services.Result[Filter], error) {
	type request struct {
		IntegrationID string `path:"integrationId"`
	}
	const route = "GET /v1/integrations/{integrationId}/outgoing/alert-filter/main"
	return services.Do[Filter](ctx, s.client, route, request{integrationID}, services.ByMethod)
}

// A FilterUpdateRequest changes the filter of an outgoing integration. Members that are absent
// stay as they are, as far as is known. [Filter.Request] returns one.
type FilterUpdateRequest struct {
	services.Other

	Match      services.Optional[shape.FilterKind] `json:"conditionMatchType,omitzero"`
	Conditions services.Optional[[]Condition]      `json:"conditions,omitzero"` // replaces all conditions, as far as is known
}

// Check refuses conditions without a field or operation.
func (r FilterUpdateRequest) Check() error {
	conditions, _ := r.Conditions.Get()
	return checkConditions("conditions", conditions)
}

// filterUpdate is the request to change the filter of an integration.
type filterUpdate struct {
	FilterUpdateRequest

	IntegrationID string `path:"integrationId"`
}

// Update changes the filter of an outgoing integration and returns it. Conditions that the server
// set cannot be changed. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-outgoing-filters (one source)
func (s *FilterService) Update(ctx context.Context, integrationID string, in FilterUpdateRequest) (*services.Result[Filter], error) {
	const route = "PATCH /v1/integrations/{integrationId}/outgoing/alert-filter/main"
	return services.Do[Filter](ctx, s.client, route, filterUpdate{in, integrationID}, services.SafeToRetry)
}

// A Filter selects data, or alerts.
type Filter struct {
	services.Other

	ConditionsEmpty bool             `json:"conditionsEmpty,omitzero"` // not in the filter of an outgoing integration
	Match           shape.FilterKind `json:"conditionMatchType,omitzero"`
	Conditions      []Condition      `json:"conditions,omitzero"`
}

// Request returns the request that writes the filter of an outgoing integration back as it was
// read. Change it and pass it to [FilterService.Update].
func (f Filter) Request() FilterUpdateRequest { return services.RequestFrom[FilterUpdateRequest](f) }

// A Condition compares one field with a value.
type Condition struct {
	services.Other

	Field           shape.Field            `json:"field"`        // required
	Key             string                 `json:"key,omitzero"` // the property, for extra properties
	Not             bool                   `json:"not,omitzero"` // inverts the operation
	Operation       shape.Operation        `json:"operation"`    // required
	ExpectedValue   string                 `json:"expectedValue,omitzero"`
	Order           services.Optional[int] `json:"order,omitzero"`
	SystemCondition bool                   `json:"systemCondition,omitzero"` // set by the server, and cannot be changed
}

// checkConditions refuses conditions without a field or operation.
func checkConditions(field string, all []Condition) error {
	var faults []error
	for i, c := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		faults = append(faults,
			check.Missing(at+".field", c.Field == "" && !check.Kept(c.Other, "field")),
			check.Missing(at+".operation", c.Operation == "" && !check.Kept(c.Other, "operation")))
	}
	return errors.Join(faults...)
}

// MarshalJSON writes the filter, with the members that it keeps.
func (f Filter) MarshalJSON() ([]byte, error) {
	type plain Filter
	return services.MarshalObject(plain(f))
}

// UnmarshalJSON reads a filter of any form.
func (f *Filter) UnmarshalJSON(raw []byte) error {
	type plain Filter
	return services.UnmarshalObject(raw, (*plain)(f))
}

// MarshalJSON writes the condition, with the members that it keeps.
func (c Condition) MarshalJSON() ([]byte, error) {
	type plain Condition
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a condition of any form.
func (c *Condition) UnmarshalJSON(raw []byte) error {
	type plain Condition
	return services.UnmarshalObject(raw, (*plain)(c))
}
