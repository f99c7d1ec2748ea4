// Package deployment calls the Deployment API, which records the releases that were deployed to an
// environment, so that they can be compared with incidents.
//
// The server accepts changes and processes them later: their methods return a [Pending], whose
// Wait polls for the outcome. The API does not document the rate-limit domain of these calls. This
// module counts them towards the domain other.
package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
)

// A Service calls the Deployment API. It is safe for concurrent use. [New] returns one.
type Service struct {
	client  *services.Client
	changes *services.Tracker[RequestStatus, Deployment, Pending]
}

// New returns a service that sends its calls with client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service {
	s := &Service{client: client}
	s.changes = s.tracker()
	return s
}

// A Ref identifies a deployment. [ByID], [ByExternalID] and [ByPipeline] return one; the zero
// value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID returns a reference to the deployment with an id.
func ByID(id string) Ref { return Ref{identifier: id} }

// ByExternalID returns a reference to the deployment that was created with an external id.
func ByExternalID(id string) Ref { return Ref{identifier: id, kind: "api"} }

// ByPipeline returns a reference to the deployment with a UUID of Bitbucket Pipelines.
func ByPipeline(uuid string) Ref { return Ref{identifier: uuid, kind: "pipelines"} }

// CreateRequest is the request to record a deployment.
type CreateRequest struct {
	State        State       `json:"state" check:"required"`
	Environment  Environment `json:"environment" check:"required"`
	StartedAt    time.Time   `json:"startedAt" check:"required"`
	CompletedAt  time.Time   `json:"completedAt,omitzero"` // zero if the deployment has not ended
	Message      string      `json:"message,omitzero"`     // the vendor's own client requires one
	ExternalID   string      `json:"externalId,omitzero"`  // an id that the caller chooses: see ByExternalID
	Description  string      `json:"description,omitzero"`
	ExternalLink string      `json:"externalLink,omitzero"`
	Releases     []Release   `json:"releases" check:"required"`
}

// Check refuses an environment without type or id, incomplete releases, and an end before the
// start.
func (r CreateRequest) Check() error {
	var faults []error
	refuse := func(field, problem string) {
		faults = append(faults, &services.ArgumentError{Field: field, Problem: problem})
	}
	if !r.Environment.IsZero() && r.Environment.Type == "" {
		refuse("environment.type", "is required")
	}
	if !r.Environment.IsZero() && r.Environment.ID == "" {
		refuse("environment.id", "is required")
	}
	for i, release := range r.Releases {
		if release.IsZero() {
			refuse(fmt.Sprintf("releases[%d]", i), "lacks its repository or commit")
		}
	}
	if !r.CompletedAt.IsZero() && r.CompletedAt.Before(r.StartedAt) {
		refuse("completedAt", "is before startedAt")
	}
	return errors.Join(faults...)
}

// Create records a deployment asynchronously. Only 429 and 503 are retried: the API does not
// document whether the server recognizes a second copy by its external id.
//
// API: https://docs.opsgenie.com/docs/deployment-api#create-deployment
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/deployments", in, services.RetryIfRefused)
}

// Get returns a deployment. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/deployment-api#get-deployment
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Deployment], error) {
	type request struct {
		identifier string `path:"identifier"`
		kind       string `query:"type"` // another name than in changes
	}
	return services.Do[Deployment](ctx, s.client, "GET /v2/deployments/{identifier}", request(ref), services.ByMethod)
}

// UpdateStateRequest is the request to change the state of a deployment.
type UpdateStateRequest struct {
	Ref

	State       State                        `json:"state" check:"required"`
	CompletedAt services.Optional[time.Time] `json:"completedAt,omitzero"` // left out while the deployment has not ended
}

// UpdateState changes the state of a deployment asynchronously. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/deployment-api#update-deployment-state
func (s *Service) UpdateState(ctx context.Context, in UpdateStateRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/deployments/{identifier}/updateState", in, services.ByMethod)
}
