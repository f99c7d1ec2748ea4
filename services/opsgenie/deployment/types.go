package deployment

import (
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Ref says which deployment a request is about. [ByID], [ByExternalID] and
// [ByPipeline] make one; the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
	getKind    string `query:"type"` // in the stead of kind, where it is called so
}

// ByID refers to the deployment with an id.
func ByID(id string) Ref { return Ref{identifier: id} }

// ByExternalID refers to the deployment that was created with an external id.
func ByExternalID(id string) Ref { return Ref{identifier: id, kind: "api"} }

// ByPipeline refers to the deployment with a UUID of Bitbucket Pipelines.
func ByPipeline(uuid string) Ref { return Ref{identifier: uuid, kind: "pipelines"} }

// forGet returns the reference as Get calls it.
func (r Ref) forGet() Ref {
	r.kind, r.getKind = "", r.kind
	return r
}

// A State is how far a deployment came. The set is open.
type State string

// The states.
const (
	Initial    State = "initial"
	Started    State = "started"
	Successful State = "successful"
	Failed     State = "failed"
)

// An EnvironmentType is what an environment is for. The set is open.
type EnvironmentType string

// The types of environments.
const (
	Test       EnvironmentType = "Test"
	Staging    EnvironmentType = "Staging"
	Production EnvironmentType = "Production"
)

// An Environment is where a deployment went.
type Environment struct {
	Type        EnvironmentType `json:"type"`
	ID          string          `json:"id"` // the caller's own
	DisplayName string          `json:"displayName,omitzero"`
}

// A Deployment is a deployment as the server shows it.
type Deployment struct {
	ID          string      `json:"id"`
	ExternalID  string      `json:"externalId,omitzero"`
	State       State       `json:"state"`
	Environment Environment `json:"environment"`
	Type        string      `json:"type,omitzero"` // who reported it, such as "api"; the set is open
	StartedAt   shape.Time  `json:"startedAt,omitzero"`
	CompletedAt shape.Time  `json:"completedAt,omitzero"` // zero while it runs
	Releases    []Release   `json:"releases"`
}

// RequestStatus is what became of an asynchronous request.
type RequestStatus struct {
	shape.RequestStatus

	DeploymentID string `json:"deploymentId"` // empty if it failed
}

// EntityID returns the id of the deployment that the request was about.
func (s RequestStatus) EntityID() string { return s.DeploymentID }

// CreateRequest asks to report a deployment.
type CreateRequest struct {
	State        State       `json:"state" check:"required"`
	Environment  Environment `json:"environment" check:"required"`
	StartedAt    time.Time   `json:"startedAt" check:"required"`
	CompletedAt  time.Time   `json:"completedAt,omitzero"` // zero while it runs
	Message      string      `json:"message,omitzero"`     // the vendor's SDK requires one
	ExternalID   string      `json:"externalId,omitzero"`  // the caller's own: see ByExternalID
	Description  string      `json:"description,omitzero"`
	ExternalLink string      `json:"externalLink,omitzero"`
	Releases     []Release   `json:"releases" check:"required"`
}

// Check refuses an environment without type or id, releases that are none, and
// an end before the start.
func (r CreateRequest) Check() error {
	var faults []error
	refuse := func(field, problem string) {
		faults = append(faults, &services.ArgumentError{Field: field, Problem: problem})
	}
	if r.Environment != (Environment{}) && r.Environment.Type == "" {
		refuse("environment.type", "is required")
	}
	if r.Environment != (Environment{}) && r.Environment.ID == "" {
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

// repeat says that only what was not processed may be repeated: a copy of what
// was might be a second deployment.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one deployment.
type GetRequest struct{ Ref }

// UpdateStateRequest asks to change the state of one deployment.
type UpdateStateRequest struct {
	Ref

	State       State     `json:"state" check:"required"`
	CompletedAt time.Time `json:"completedAt,omitzero"` // zero while it runs
}
