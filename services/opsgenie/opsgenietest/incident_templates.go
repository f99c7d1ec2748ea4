package opsgenietest

import (
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// incidentTemplates are the texts with which incidents of the account start. See
// https://docs.opsgenie.com/docs/incident-templates-api.
func incidentTemplates() *kind {
	return &kind{
		noun: "incident template", path: "/v1/incident-templates", param: "incidentTemplateId", domain: DomainOther,
		keys: []string{"id"}, brief: []string{"id"},
		schema: schema{
			Replace: true,
			Fields: append(incidentTextFields(),
				field{Name: "name", Is: sim.Text, Required: true},
				field{Name: "impactedServices", Is: sim.List, Most: 20},
			),
		},
	}
}

func incidentTemplateRoutes() []route {
	k := incidentTemplates()
	all := k.routes()
	return []route{{"GET " + k.path, k.domain, noBody, k.listTemplates}, all[1], all[3], all[4]} // the API has no GET of one
}

// listTemplates responds with a page of templates, by default the newest first. The
// data is an object that contains the list.
func (k *kind) listTemplates(w *world, c *call) (response, error) {
	order, err := c.Choice("order", "desc", "asc")
	if err != nil {
		return response{}, err
	}
	items := slices.Clone(w.lists.Of(k.path).Items)
	if order == "desc" {
		slices.Reverse(items)
	}
	page, links, err := byNumber(w, c, items, "limit", "", "order", order)
	rows := make([]document, len(page))
	for i, it := range page {
		rows[i] = it.Doc
	}
	return response{data: document{"incidentTemplates": rows}, paging: links}, err
}
