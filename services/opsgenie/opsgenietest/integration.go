package opsgenietest

import (
	"net/http"
	"slices"
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
			unique: "name", replace: true,
			fields: slices.Concat(fieldsOf(listValue, "responders", "recipients"), fieldsOf(flagValue, "isGlobal"), []field{
				{name: "type", is: textValue, required: true},
				{name: "name", is: textValue, required: true},
				{name: "enabled", is: flagValue, absent: true},
				{name: "ownerTeam", is: objectValue},
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
	doc := it.doc
	if team := doc.object("ownerTeam"); len(team) > 0 {
		doc["ownerTeam"] = w.named("team", team)
	}
	w.identify(doc, "responders", "recipients")
	if doc["isGlobal"] == nil {
		doc["isGlobal"] = len(doc.object("ownerTeam")) == 0
	}
	delete(doc, "emailAddress")
	username := doc.text("emailUsername")
	if username == "" {
		return nil
	}
	for _, each := range w.lists.of(integrationPath).items {
		if each.id() != it.id() && each.doc.text("emailUsername") == username {
			return refuse(http.StatusConflict, "An integration with emailUsername ["+username+"] already exists")
		}
	}
	doc["emailAddress"] = username + "@" + w.account().Name + ".example"
	return nil
}

func summariseIntegration(_ *world, it *item) document {
	out := it.doc.only("id", "name", "type", "enabled")
	if team := it.doc.object("ownerTeam").text("id"); team != "" {
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
	items := w.lists.of(k.path).items
	made, told := items[len(items)-1].doc, k.meta(w, items[len(items)-1])
	if made.text("type") == "API" {
		told["apiKey"] = w.dice.uuid()
	}
	if address := made.text("emailAddress"); address != "" {
		told["emailAddress"] = address
	}
	a.data = told
	return a, nil
}

func (k *kind) listIntegrations(w *world, c *call) (response, error) {
	fits := func(parameter, value string) bool {
		return c.query.Get(parameter) == "" || c.query.Get(parameter) == value
	}
	return k.metas(w, w.lists.of(k.path).items, func(d document) bool {
		team := d.object("ownerTeam")
		return fits("type", d.text("type")) && fits("teamId", team.text("id")) && fits("teamName", team.text("name"))
	})
}

// authenticate reports whether the key is that of an integration with a type. The
// server's key is that of the API integration and of all enabled integrations.
func (k *kind) authenticate(w *world, c *call) (response, error) {
	in, err := (&kind{schema: schema{fields: []field{{name: "type", is: textValue, required: true}}}}).read(c, true)
	if err != nil {
		return response{}, err
	}
	sort := in.text("type")
	known := slices.ContainsFunc(w.lists.of(k.path).items, func(it *item) bool {
		return it.doc.text("type") == sort && it.doc.flag("enabled")
	})
	if !known && sort != w.integration.Type {
		return response{}, refuse(http.StatusUnauthorized, "Key is not valid or the integration is disabled")
	}
	return response{result: "Authenticated"}, nil
}
