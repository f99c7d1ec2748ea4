package deployment

import (
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A State is the state of a deployment. Other values are possible.
type State string

// The states.
const (
	Initial    State = "initial"
	Started    State = "started"
	Successful State = "successful"
	Failed     State = "failed"
)

// An EnvironmentType is the purpose of an environment. Other values are possible.
type EnvironmentType string

// The types of environments.
const (
	Test       EnvironmentType = "Test"
	Staging    EnvironmentType = "Staging"
	Production EnvironmentType = "Production"
)

// An Environment is the target of a deployment.
type Environment struct {
	services.Other

	Type        EnvironmentType `json:"type"`
	ID          string          `json:"id"` // an id that the caller chooses
	DisplayName string          `json:"displayName,omitzero"`
}

// IsZero reports whether no environment is given.
func (e Environment) IsZero() bool { return reflect.ValueOf(e).IsZero() }

// MarshalJSON writes the environment, with the members that it keeps.
func (e Environment) MarshalJSON() ([]byte, error) {
	type plain Environment
	return services.MarshalObject(plain(e))
}

// UnmarshalJSON reads an environment of any form.
func (e *Environment) UnmarshalJSON(raw []byte) error {
	type plain Environment
	return services.UnmarshalObject(raw, (*plain)(e))
}

// A Deployment is a deployment as the server returns it.
type Deployment struct {
	ID          string      `json:"id"`
	ExternalID  string      `json:"externalId,omitzero"`
	State       State       `json:"state"`
	Environment Environment `json:"environment"`
	Type        string      `json:"type,omitzero"` // what recorded it, such as "api"; other values are possible
	StartedAt   shape.Time  `json:"startedAt,omitzero"`
	CompletedAt shape.Time  `json:"completedAt,omitzero"` // zero if the deployment has not ended
	Releases    []Release   `json:"releases"`
}

// RequestStatus is the outcome of an asynchronous request.
type RequestStatus struct {
	shape.RequestStatus

	DeploymentID string `json:"deploymentId"` // empty if the request failed
}

// EntityID returns the id of the deployment that the request was about.
func (s RequestStatus) EntityID() string { return s.DeploymentID }
