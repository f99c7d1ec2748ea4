package opsgenietest

import (
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

const integrationPath = "/v2/integrations"

// integrations connect the account with other systems. They come in more than 200
// types with fields of their own, of which few are known here. See
// https://docs.opsgenie.com/docs/integration-api.
func integrations() *kind {
	return &kind{
		noun: "integration", path: integrationPath, param: "id", domain: DomainIntegrationConfiguration,
		keys:     []string{"id"},
		complete: completeIntegration, summary: summariseIntegration,
		schema: schema{
			Unique: "name", Replace: true,
			Fields: slices.Concat(fieldsOf(sim.List, "responders", "recipients"), fieldsOf(sim.Flag, "isGlobal"), []field{
				{Name: "type", Is: sim.Text, Required: true},
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "enabled", Is: sim.Flag, Absent: true},
				{Name: "ownerTeam", Is: sim.Object},
			}),
		},
	}
}

func integrationRoutes() []route {
	k := integrations()
	routes := k.routes()
	get, change, remove := routes[2], routes[3], routes[4]
	switches := k.switches(http.StatusCreated)
	return []route{
		{"GET " + k.path, DomainConfiguration, noBody, k.listIntegrations},
		{"POST " + k.path, k.domain, jsonBody, k.createIntegration},
		{"POST " + k.path + "/authenticate", DomainOther, jsonBody, k.authenticate},
		get.in(DomainConfiguration), change, remove,
		switches[0].in(DomainOther), switches[1].in(DomainOther),
		k.on(http.MethodGet, "/actions", listActions).in(DomainConfiguration),
		k.on(http.MethodPost, "/actions", createAction).in(DomainOther),
		k.on(http.MethodPut, "/actions", replaceActions).in(DomainOther),
	}
}

// completeIntegration looks up the teams and users of an integration and sets its
// e-mail address.
func completeIntegration(w *world, _ *call, it *item) error {
	doc := it.Doc
	if team := doc.Object("ownerTeam"); len(team) > 0 {
		doc["ownerTeam"] = w.named("team", team)
	}
	w.identify(doc, "responders", "recipients")
	if doc["isGlobal"] == nil {
		doc["isGlobal"] = len(doc.Object("ownerTeam")) == 0
	}
	delete(doc, "emailAddress")
	username := doc.Text("emailUsername")
	if username == "" {
		return nil
	}
	for _, each := range w.lists.Of(integrationPath).Items {
		if each.ID() != it.ID() && each.Doc.Text("emailUsername") == username {
			return sim.Refuse(http.StatusConflict, "An integration with emailUsername ["+username+"] already exists")
		}
	}
	doc["emailAddress"] = username + "@" + w.account().Name + ".example"
	return nil
}

func summariseIntegration(_ *world, it *item) document {
	out := it.Doc.Only("id", "name", "type", "enabled")
	if team := it.Doc.Object("ownerTeam").Text("id"); team != "" {
		out["teamId"] = team
	}
	return out
}

// createIntegration is create, but its response also contains the key of an API
// integration, which no other response has, and the address of an e-mail integration.
func (k *kind) createIntegration(w *world, c *call) (response, error) {
	a, err := k.create(w, c)
	if err != nil {
		return a, err
	}
	items := w.lists.Of(k.path).Items
	made, told := items[len(items)-1].Doc, k.meta(w, items[len(items)-1])
	if made.Text("type") == "API" {
		told["apiKey"] = w.Dice.UUID()
	}
	if address := made.Text("emailAddress"); address != "" {
		told["emailAddress"] = address
	}
	a.data = told
	return a, nil
}

func (k *kind) listIntegrations(w *world, c *call) (response, error) {
	fits := func(parameter, value string) bool {
		return c.Query.Get(parameter) == "" || c.Query.Get(parameter) == value
	}
	return k.metas(w, w.lists.Of(k.path).Items, func(d document) bool {
		team := d.Object("ownerTeam")
		return fits("type", d.Text("type")) && fits("teamId", team.Text("id")) && fits("teamName", team.Text("name"))
	})
}

// authenticate reports whether the key is that of an integration with a type. The
// server's key is that of the API integration and of all enabled integrations.
func (k *kind) authenticate(w *world, c *call) (response, error) {
	in, err := (&kind{schema: schema{Fields: []field{{Name: "type", Is: sim.Text, Required: true}}}}).read(c, true)
	if err != nil {
		return response{}, err
	}
	sort := in.Text("type")
	known := slices.ContainsFunc(w.lists.Of(k.path).Items, func(it *item) bool {
		return it.Doc.Text("type") == sort && it.Doc.Flag("enabled")
	})
	if !known && sort != w.integration.Type {
		return response{}, sim.Refuse(http.StatusUnauthorized, "Key is not valid or the integration is disabled")
	}
	return response{result: "Authenticated"}, nil
}
