package opsgenietest

import (
	"net/http"
	"slices"
)

const deploymentFamily = "deployment"

// deployments are releases of software that requests reported. They are written
// asynchronously. See https://docs.opsgenie.com/docs/deployment-api.
func deployments() *kind {
	return &kind{
		noun: "deployment", path: "/v2/deployments", param: "identifier", domain: DomainOther,
		schema: schema{
			made: []string{"type"},
			fields: []field{
				{name: "state", is: textValue, required: true, among: deploymentStates()},
				{name: "environment", is: objectValue, required: true},
				{name: "startedAt", is: timeValue, required: true},
				{name: "completedAt", is: timeValue},
				{name: "message", is: textValue},
				{name: "externalId", is: textValue},
				{name: "description", is: textValue},
				{name: "externalLink", is: textValue},
				{name: "releases", is: listValue, required: true},
			},
		},
	}
}

func deploymentStates() []string { return []string{"initial", "started", "successful", "failed"} }

func deploymentRoutes() []route {
	k := deployments()
	one := k.path + "/{" + k.param + "}"
	return []route{
		{"POST " + k.path, k.domain, jsonBody, k.createLater},
		{"GET " + k.path + "/requests/{requestId}", k.domain, noBody, statusOf(deploymentFamily)},
		{"GET " + one, k.domain, noBody, k.getDeployment},
		{"PUT " + one + "/updateState", k.domain, jsonBody, k.updateState},
	}
}

// createLater accepts a deployment.
func (k *kind) createLater(w *world, c *call) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	known := k.pick(p, in, true)
	where := known.object("environment")
	p.add(where.text("type") == "" || where.text("id") == "", "environment", "Environment needs a type and an id.")
	p.add(len(known.list("releases")) == 0, "releases", "Each of releases must be an object.")
	started, completed := known.moment("startedAt"), known.moment("completedAt")
	p.add(!completed.IsZero() && completed.Before(started.Time), "completedAt", "completedAt must not be before startedAt.")
	if err := p.err(); err != nil {
		return response{}, err
	}
	known.utc("startedAt", "completedAt")
	known["type"] = "api"
	return w.accept(c, deploymentFamily, "create", func() (subject, error) {
		it, shelf := k.draft(w, nil, known), w.lists.of(k.path)
		shelf.move(it, len(shelf.items))
		return subject{status: "Created deployment", id: it.id()}, nil
	})
}

// findDeployment returns the deployment with an id or, depending on the kind of the
// key, the latest one with an external id. It returns nil if there is none.
func (k *kind) findDeployment(w *world, key ref) *item {
	field := "id"
	if key.kind != "id" { // "api" and "pipelines" name the source, which is always the API here
		field = "externalId"
	}
	for _, it := range slices.Backward(w.lists.of(k.path).items) {
		if key.value != "" && it.doc.text(field) == key.value {
			return it
		}
	}
	return nil
}

func (k *kind) getDeployment(w *world, c *call) (response, error) {
	key, err := c.ref("type", "id", "api", "pipelines")
	if err != nil {
		return response{}, err
	}
	it := k.findDeployment(w, key)
	if it == nil {
		return response{}, k.unknown(key)
	}
	return response{data: it.doc}, nil
}

// updateState accepts a change of a deployment. Processing it fails if there is none.
func (k *kind) updateState(w *world, c *call) (response, error) {
	change := &kind{
		schema: schema{
			fields: []field{
				{name: "state", is: textValue, required: true, among: deploymentStates()},
				{name: "completedAt", is: timeValue},
			},
		},
	}
	in, err := change.read(c, true)
	if err != nil {
		return response{}, err
	}
	in.utc("completedAt")
	key, err := c.ref("identifierType", "id", "api", "pipelines")
	if err != nil {
		return response{}, err
	}
	return w.accept(c, deploymentFamily, "updateState", func() (subject, error) {
		it := k.findDeployment(w, key)
		if it == nil {
			return subject{}, refuse(http.StatusNotFound, "Deployment does not exist")
		}
		change.write(it.doc, in)
		return subject{status: "Updated deployment", id: it.id()}, nil
	})
}
