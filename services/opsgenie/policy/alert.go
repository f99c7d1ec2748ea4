package policy

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// Alert is the action of an alert policy: it changes alerts as they are created. In its texts
// "{{message}}" and the like stand for the values of the original alert. The server keeps the
// original value of a text that is left out. The lists are added to those of the alert, unless
// the IgnoreOriginal member of the same name is true; these are false by default.
type Alert struct {
	Message                  string                               `json:"message"` // required
	Alias                    services.Optional[string]            `json:"alias,omitzero"`
	Description              services.Optional[string]            `json:"description,omitzero"`
	AlertDescription         services.Optional[string]            `json:"alertDescription,omitzero"` // as the vendor's Go SDK has it
	Entity                   services.Optional[string]            `json:"entity,omitzero"`
	Source                   services.Optional[string]            `json:"source,omitzero"`
	Priority                 services.Optional[shape.Priority]    `json:"priority,omitzero"`
	Actions                  services.Optional[[]string]          `json:"actions,omitzero"`
	Responders               services.Optional[[]shape.Responder] `json:"responders,omitzero"`
	Tags                     services.Optional[[]string]          `json:"tags,omitzero"`
	Details                  services.Optional[map[string]string] `json:"details,omitzero"`
	IgnoreOriginalActions    services.Optional[bool]              `json:"ignoreOriginalActions,omitzero"`
	IgnoreOriginalDetails    services.Optional[bool]              `json:"ignoreOriginalDetails,omitzero"`
	IgnoreOriginalResponders services.Optional[bool]              `json:"ignoreOriginalResponders,omitzero"`
	IgnoreOriginalTags       services.Optional[bool]              `json:"ignoreOriginalTags,omitzero"`
	IgnoreOriginalTeams      services.Optional[bool]              `json:"ignoreOriginalTeams,omitzero"`
	Continue                 services.Optional[bool]              `json:"continue,omitzero"` // continue with the next alert policy
}

func (Alert) kind() Kind { return KindAlert }

func (a Alert) check(p Policy) error {
	responders, _ := a.Responders.Get()
	return errors.Join(
		check.Missing("message", a.Message == "" && !check.Kept(p.Other, "message")),
		check.Responders("responders", responders...),
	)
}
