package opsgenietest

import (
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

const contactPath = userPath + "/{identifier}/contacts"

func contactMethods() []string { return []string{"email", "sms", "voice", "mobile"} }

// contacts are the addresses at which a user is notified. See
// https://docs.opsgenie.com/docs/contact-api.
func contacts(above *kind) *kind {
	return &kind{
		noun: "contact", path: contactPath, param: "contactId", domain: DomainConfiguration, keys: []string{"id"}, below: above,
		brief: []string{"id"},
		complete: func(_ *world, _ *call, it *item) error {
			if it.Doc["enabled"] == nil {
				it.Doc["enabled"] = true
			}
			return nil
		},
		show: func(_ *world, it *item) document {
			out := it.Doc.Clone()
			delete(out, "enabled")
			out["status"] = document{"enabled": it.Doc["enabled"]}
			return out
		},
		schema: schema{
			Made: []string{"enabled", "status", "applyOrder"},
			Fields: []field{
				{Name: "method", Is: sim.Text, Required: true, Among: contactMethods(), Fixed: true},
				{Name: "to", Is: sim.Text, Required: true},
			},
		},
	}
}

func contactRoutes() []route {
	all := contacts(users())
	return append([]route{
		{"GET " + all.path, all.domain, noBody, all.listContacts},
		all.created(),
		all.on(http.MethodGet, "", all.got),
		all.on(http.MethodPatch, "", all.changedInFull),
		all.on(http.MethodDelete, "", all.deleted),
	}, all.switches(http.StatusOK)...)
}

// listContacts responds with the contacts and their order, which only the list has.
func (k *kind) listContacts(w *world, c *call) (response, error) {
	shelf, err := k.shelf(w, c)
	if err != nil {
		return response{}, err
	}
	rows := make([]document, len(shelf.Items))
	for i, it := range shelf.Items {
		rows[i] = k.shown(w, it)
		rows[i]["applyOrder"] = i
	}
	return response{data: rows}, nil
}

// checkContact checks the contact of a step.
func checkContact(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	p.Add(in.Text("method") == "", name+"#method", name+" needs a method.")
	oneOf(p, in, "method", name+"#method", contactMethods()...)
	p.Add(in.Text("to") == "", name+"#to", name+" needs an address.")
}
