package policy

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// Alert is the action of an alert policy: it changes alerts as they are created. In its texts
// "{{message}}" and the like stand for the values of the original alert. The lists are added to
// those of the alert, unless the KeepOriginal member of the same name is false; these are true by
// default.
type Alert struct {
	Message          string                               `json:"message"`                   // required; usually "{{message}}"
	Alias            services.Optional[string]            `json:"alias,omitzero"`            // "{{alias}}" if absent
	AlertDescription services.Optional[string]            `json:"alertDescription,omitzero"` // the description of the alert
	Source           services.Optional[string]            `json:"source,omitzero"`
	Entity           services.Optional[string]            `json:"entity,omitzero"`
	UpdatePriority   services.Optional[bool]              `json:"updatePriority,omitzero"` // to Priority; false by default
	Priority         services.Optional[shape.Priority]    `json:"priorityValue,omitzero"`
	Actions          services.Optional[[]string]          `json:"actions,omitzero"`    // names of custom actions
	Responders       services.Optional[[]shape.Responder] `json:"responders,omitzero"` // an id alone is sent back as it came
	Tags             services.Optional[[]string]          `json:"tags,omitzero"`
	Details          services.Optional[map[string]string] `json:"details,omitzero"`

	KeepOriginalActions    services.Optional[bool] `json:"keepOriginalActions,omitzero"`
	KeepOriginalDetails    services.Optional[bool] `json:"keepOriginalDetails,omitzero"`
	KeepOriginalResponders services.Optional[bool] `json:"keepOriginalResponders,omitzero"`
	KeepOriginalTags       services.Optional[bool] `json:"keepOriginalTags,omitzero"`

	Continue services.Optional[bool] `json:"continue,omitzero"` // continue with the next alert policy; false by default
}

func (Alert) kind() Kind { return KindAlert }

func (a Alert) check(p Policy) error {
	responders, _ := a.Responders.Get()
	return errors.Join(
		check.Missing("message", a.Message == "" && !check.Kept(p.Other, "message")),
		check.Responders("responders", responders, shape.KindTeam, shape.KindUser, shape.KindEscalation, shape.KindSchedule),
	)
}
