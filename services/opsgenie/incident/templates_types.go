package incident

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Template is an incident template as the server shows it.
type Template struct {
	ID string `json:"id"`
	TemplateDefinition
}

// A TemplateDefinition is what an incident template says.
type TemplateDefinition struct {
	Name             string             `json:"name" check:"required"`
	Message          string             `json:"message" check:"required"` // at most 130 characters
	Description      string             `json:"description,omitzero"`     // at most 10,000 characters
	Tags             []string           `json:"tags,omitzero"`            // at most 20 of 50 characters
	Details          map[string]string  `json:"details,omitzero"`         // at most 8,000 characters in all
	Priority         shape.Priority     `json:"priority" check:"required"`
	ImpactedServices []string           `json:"impactedServices,omitzero"` // ids; at most 20
	Stakeholders     shape.Stakeholders `json:"stakeholderProperties"`
}

// Check refuses a template that has nothing to tell its stakeholders.
func (d TemplateDefinition) Check() error {
	return check.Stakeholders("stakeholderProperties", d.Stakeholders)
}

// A TemplateSummary is what writes tell of a template.
type TemplateSummary struct {
	ID string `json:"id"`
}

// A templatePage is a templatePage of templates, which the server puts under a name that it does
// not document: {"incidentTemplates": [...]}.
type templatePage []Template

// UnmarshalJSON reads the templates under whatever name, and a bare list too.
func (p *templatePage) UnmarshalJSON(raw []byte) error {
	*p = nil
	if bytes.HasPrefix(raw, []byte("[")) {
		return json.Unmarshal(raw, (*[]Template)(p))
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(raw, &named); err != nil {
		return fmt.Errorf("incidenttemplate: read list: %w", err)
	}
	lists := 0
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !bytes.HasPrefix(named[name], []byte("[")) {
			continue
		}
		lists++
		var templates []Template
		if err := json.Unmarshal(named[name], &templates); err != nil {
			return fmt.Errorf("incidenttemplate: read list %q: %w", name, err)
		}
		*p = append(*p, templates...)
	}
	if lists == 0 && len(named) > 0 {
		return errors.New("incidenttemplate: read list: it has no member with the list")
	}
	return nil
}
