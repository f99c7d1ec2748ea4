package opsgenietest

import (
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

const deploymentFamily = "deployment"

// deployments are releases of software that requests reported. They are written
// asynchronously. See https://docs.opsgenie.com/docs/deployment-api.
func deployments() *kind {
	return &kind{
		noun: "deployment", path: "/v2/deployments", param: "identifier", domain: DomainOther,
		schema: schema{
			Made: []string{"type"},
			Fields: []field{
				{Name: "state", Is: sim.Text, Required: true, Among: deploymentStates()},
				{Name: "environment", Is: sim.Object, Required: true},
				{Name: "startedAt", Is: sim.Moment, Required: true},
				{Name: "completedAt", Is: sim.Moment},
				{Name: "message", Is: sim.Text},
				{Name: "externalId", Is: sim.Text},
				{Name: "description", Is: sim.Text},
				{Name: "externalLink", Is: sim.Text},
				{Name: "releases", Is: sim.List, Required: true},
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
	known := k.Pick(p, in, true)
	where := known.Object("environment")
	p.Add(where.Text("type") == "" || where.Text("id") == "", "environment", "Environment needs a type and an id.")
	p.Add(len(known.List("releases")) == 0, "releases", "Each of releases must be an object.")
	started, completed := known.Moment("startedAt"), known.Moment("completedAt")
	p.Add(!completed.IsZero() && completed.Before(started.Time), "completedAt", "completedAt must not be before startedAt.")
	if err := p.Err(); err != nil {
		return response{}, err
	}
	known.UTC("startedAt", "completedAt")
	known["type"] = "api"
	return w.accept(c, deploymentFamily, "create", func() (sim.Subject, error) {
		it, shelf := k.draft(w, nil, known), w.lists.Of(k.path)
		shelf.Move(it, len(shelf.Items))
		return sim.Subject{Status: "Created deployment", ID: it.ID()}, nil
	})
}

// findDeployment returns the deployment with an id or, depending on the kind of the
// key, the latest one with an external id. It returns nil if there is none.
func (k *kind) findDeployment(w *world, key sim.Ref) *item {
	field := "id"
	if key.Kind != "id" { // "api" and "pipelines" name the source, which is always the API here
		field = "externalId"
	}
	for _, it := range slices.Backward(w.lists.Of(k.path).Items) {
		if key.Value != "" && it.Doc.Text(field) == key.Value {
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
	return response{data: it.Doc}, nil
}

// updateState accepts a change of a deployment. Processing it fails if there is none.
func (k *kind) updateState(w *world, c *call) (response, error) {
	change := &kind{
		schema: schema{
			Fields: []field{
				{Name: "state", Is: sim.Text, Required: true, Among: deploymentStates()},
				{Name: "completedAt", Is: sim.Moment},
			},
		},
	}
	in, err := change.read(c, true)
	if err != nil {
		return response{}, err
	}
	in.UTC("completedAt")
	key, err := c.ref("identifierType", "id", "api", "pipelines")
	if err != nil {
		return response{}, err
	}
	return w.accept(c, deploymentFamily, "updateState", func() (sim.Subject, error) {
		it := k.findDeployment(w, key)
		if it == nil {
			return sim.Subject{}, sim.Refuse(http.StatusNotFound, "Deployment does not exist")
		}
		change.Write(it.Doc, in)
		return sim.Subject{Status: "Updated deployment", ID: it.ID()}, nil
	})
}
