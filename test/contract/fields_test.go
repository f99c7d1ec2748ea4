package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// ours are the fields of bodies that we send and the document lacks: the vendor's
// pages or its other clients have them.
func ours() []string {
	return []string{
		"Heartbeats.Update alertMessage", "Heartbeats.Update alertPriority", "Heartbeats.Update alertTags", "Heartbeats.Update ownerTeam",
		"Policies.Create alertDescription", "Policies.Update alertDescription",
	}
}

// theirs are the fields of bodies that the document has and we never send.
func theirs() []string {
	return []string{
		"Incidents.AddResponder incidentId", // the path says it
	}
}

// A schema is a part of the document: what of it tells fields.
type schema struct {
	Ref           string             `json:"$ref"`
	AllOf         []schema           `json:"allOf"`
	Properties    map[string]*schema `json:"properties"`
	Discriminator string             `json:"discriminator"`
	Schema        *schema            `json:"schema"` // of a parameter
	In            string             `json:"in"`
}

// A document is the vendor's description, as Swagger 2 has it.
type document struct {
	Paths       map[string]map[string]json.RawMessage `json:"paths"`
	Definitions map[string]*schema                    `json:"definitions"`
}

// body returns the schema of the body that a route takes, or nil.
func (d *document) body(t *testing.T, method, path string) *schema {
	t.Helper()
	var operation struct{ Parameters []schema }
	raw, ok := d.Paths[path][strings.ToLower(method)]
	if !ok {
		raw, ok = d.Paths[path+"/"][strings.ToLower(method)]
	}
	if !ok {
		return nil
	}
	require.NoError(t, json.Unmarshal(raw, &operation), path)
	for _, p := range operation.Parameters {
		if p.In == "body" {
			return p.Schema
		}
	}
	return nil
}

// fields adds the names of a schema to a set: those of all kinds that it can be.
func (d *document) fields(s *schema, set map[string]bool) {
	if s == nil {
		return
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/definitions/"); ok {
		definition := d.Definitions[name]
		d.fields(definition, set)
		for _, other := range d.Definitions {
			if definition.Discriminator != "" && d.extends(other, s.Ref) {
				d.fields(other, set)
			}
		}
		return
	}
	for _, part := range s.AllOf {
		if name, ok := strings.CutPrefix(part.Ref, "#/definitions/"); ok { // what it extends, not the other kinds of that
			part = *d.Definitions[name]
		}
		d.fields(&part, set)
	}
	for name := range s.Properties {
		set[name] = true
	}
}

// extends reports whether a definition is a kind of another, or a kind of a kind.
func (d *document) extends(s *schema, ref string) bool {
	return slices.ContainsFunc(s.AllOf, func(part schema) bool {
		name, ok := strings.CutPrefix(part.Ref, "#/definitions/")
		return ok && (part.Ref == ref || d.extends(d.Definitions[name], ref))
	})
}

// A body has the fields of the vendor's description, all of them and no others,
// but for those that are listed with a reason.
func TestBodiesHaveTheFieldsOfTheDescription(t *testing.T) {
	file := os.Getenv(documentVariable)
	if file == "" {
		t.Skipf("SKIPPED: %s names no document; .ci/contract does", documentVariable)
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var described document
	require.NoError(t, json.Unmarshal(text, &described))
	client, w := open(t, "http://127.0.0.1:9", nobody())
	all := operations(client)
	sent, routes := sentBy(t, all, chosen(t, all), w, func(set map[string]bool) {
		var body map[string]any
		_ = json.Unmarshal(w.sent, &body) // else it is a form
		for field := range body {
			set[field] = true
		}
	})
	var lacking, extra []string
	compared := 0
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		method, path, _ := strings.Cut(string(routes[name]), " ")
		body := described.body(t, method, path)
		if body == nil || strings.HasPrefix(name, "Integrations.") { // which keeps the fields of 218 kinds as they come
			continue
		}
		want := map[string]bool{}
		described.fields(body, want)
		if len(want) == 0 {
			continue // any object
		}
		compared += len(want)
		lacking = append(lacking, less(name, want, sent[name])...)
		extra = append(extra, less(name, sent[name], want)...)
	}
	fmt.Printf("fields of bodies: %d compared, %d not sent, %d that the document lacks\n", compared, len(lacking), len(extra))
	assert.Equal(t, theirs(), lacking, "the document has them, and they are never sent")
	assert.Equal(t, ours(), extra, "they are sent, and the document lacks them")
}

// sentBy sends all variants of all operations, and returns what collect finds in what the witness
// saw, and the routes, both by operation.
func sentBy(t *testing.T, all []operation, c choices, w *witness, collect func(set map[string]bool)) (map[string]map[string]bool, map[string]transport.Route) {
	t.Helper()
	sent, routes := map[string]map[string]bool{}, map[string]transport.Route{}
	for _, v := range variants(c) {
		for _, o := range all {
			arguments, err := o.arguments(v.builder)
			require.NoError(t, err, o.name)
			_ = o.send(t.Context(), arguments) // "{}" is no answer to all of them
			if sent[o.name] == nil {
				sent[o.name], routes[o.name] = map[string]bool{}, w.route
			}
			collect(sent[o.name])
		}
	}
	return sent, routes
}

// less returns what is in a set and not in another, for an operation.
func less(operation string, a, b map[string]bool) (out []string) {
	for _, field := range slices.Sorted(maps.Keys(a)) {
		if !b[field] {
			out = append(out, operation+" "+field)
		}
	}
	return out
}
